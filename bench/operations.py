# SPDX-License-Identifier: GPL-2.0
"""What the operations are called in tables and pictures, what one call of
each is, and the ratio of instructions to native Linux (pti=off) to reach.
Where lmbench has the operation, the title is lmbench's."""

import collections

Operation = collections.namedtuple("Operation", "title unit aim")


def _table(text):
    found = {}
    for line in text.strip().splitlines():
        name, title, unit, aim = (part.strip() for part in line.split("|"))
        found[name] = Operation(title, unit, float(aim) if aim else None)
    return found


# What is done on several CPUs at once (crowd, waits), by processes and by threads of one.
AT_ONCE = {"processes": ("getppid", "pipe", "page_fault", "mmap_4k", "fork_exit"), "threads": ("page_fault",)}

OPERATIONS = _table("""
getppid          | Simple syscall (getppid)          | call       | 1.5
read             | Simple read (1 byte)              | call       | 1.35
write            | Simple write (1 byte)             | call       | 1.35
stat             | Simple stat                       | call       | 1.1
fstat            | Simple fstat                      | call       |
open_close       | Simple open/close                 | pair       | 1.1
sched_yield      | sched_yield, alone                | call       |
clock_gettime    | clock_gettime (vDSO)              | call       |
select_10        | Select on 10 fd's                 | call       |
select_100       | Select on 100 fd's                | call       |
poll_10          | Poll on 10 fd's                   | call       |
poll_100         | Poll on 100 fd's                  | call       |
epoll_10         | Epoll on 10 fd's                  | call       |
epoll_100        | Epoll on 100 fd's                 | call       |
signal_install   | Signal handler installation       | call       |
signal_handler   | Signal handler overhead           | signal     | 1.25
protection_fault | Protection fault                  | fault      |
pipe             | Pipe latency                      | round trip | 1.2
unix             | AF_UNIX sock stream latency       | round trip | 1.2
tcp              | TCP latency using localhost       | round trip |
futex            | Futex wake and wait, two threads  | round trip |
pipe_bandwidth   | Pipe bandwidth                    | 64 KiB     | 1.02
unix_bandwidth   | AF_UNIX sock stream bandwidth     | 64 KiB     | 1.02
tcp_bandwidth    | Socket bandwidth using localhost  | 64 KiB     | 1.02
switch_yield     | Context switch, yield             | switch     | 1.3
switch_2p_0k     | Context switch, 2p/0K with pipe   | switch     | 1.3
switch_8p_16k    | Context switch, 8p/16K with pipe  | switch     | 1.3
switch_8p_64k    | Context switch, 8p/64K with pipe  | switch     | 1.3
fork_exit        | Process fork+exit                 | process    | 1.15
fork_exec        | Process fork+execve               | process    | 1.15
vfork_exec       | Process vfork+execve              | process    |
fork_sh          | Process fork+/bin/sh -c           | process    |
page_fault       | Page fault, anonymous             | page       | 1.2
file_fault       | Pagefaults on file in memory      | page       |
mmap_4k          | Mmap and unmap, 4 KiB             | pair       |
mmap_64k         | Mmap and unmap, 64 KiB            | pair       |
mmap_1m          | Mmap and unmap, 1 MiB             | pair       |
mmap_64m         | Mmap and unmap, 64 MiB            | pair       |
mmap_touch_64k   | Mmap, touch, unmap, 64 KiB        | 16 pages   |
mmap_touch_1m    | Mmap, touch, unmap, 1 MiB         | 256 pages  | 1.2
mmap_touch_64m   | Mmap, touch, unmap, 64 MiB        | 16384 pages|
mprotect         | Mprotect twice and touch          | page       |
memory_copy      | Memory bandwidth, bcopy           | 4 MiB      | 1.02
pread_64k        | File reread, pread                | 64 KiB     | 1.02
create_delete    | File create and delete, 0K        | pair       |
untar            | Workload: untar                   | run        | 1.05
gzip             | Workload: gzip                    | run        | 1.05
sort             | Workload: sort                    | run        | 1.05
grep             | Workload: grep                    | run        | 1.05
processes        | Workload: 2000 short processes    | run        | 1.05
compile          | Workload: tcc, 60 files            | run        | 1.05
sqlite           | Workload: sqlite                  | run        | 1.05
hackbench        | Workload: hackbench               | run        | 1.05
""")
