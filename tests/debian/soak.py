#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Load for a long time: soak.py [TARGET...] (native, l4). MINUTES=60.

stress-ng, a disk that is written and compared, and clients on the host, all at
once. Afterwards nothing may be wrong with the data, the disks, the kernel's
messages; and the memory of Linux and of the microkernel must be there again."""

import hashlib
import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

import pexpect

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
import report
import login
import machine

MINUTES = 60
WARM_UP = 30	# seconds of the same load before memory is looked at first
HTTP, ECHO, UDP = 80, 7001, -7002
PORTS = (HTTP, ECHO, UDP)
DISK_SIZE = "512M"
KDB = {"l4": "kdb"}

# What may be missing afterwards, in KiB.
BOUNDS = {"available": 32 << 10, "unreclaimable": 6 << 10, "tables": 1 << 10,
          "quota": 1 << 10, "kernel": 1 << 10}
# Guests are made and deleted while they are counted.
GUESTS_BOUND = 4

STRESS = ("stress-ng --cpu 1 --vm 1 --vm-bytes 80M --vm-keep --fork 1 "
          "--vforkmany 1 --mmap 1 --mmap-bytes 32M --pipe 1 --switch 1 "
          "--sigq 1 --timer 1 --futex 1 --sock 1 --udp 1 --mremap 1 "
          "--mremap-bytes 16M --cpu-method crc16 --dentry 1 --dentries 512 "
          "--verify --temp-path /soak --oomable")

# Files are written, synced, dropped from memory, and read again.
DISK = """\
import hashlib, os, random, sys, time
wrong = rounds = 0
sums = {}
end = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end:
    name = "/soak/file%d" % random.randrange(12)
    if name in sums:
        with open(name, "rb") as file:
            wrong += hashlib.sha1(file.read()).digest() != sums.pop(name)
        os.unlink(name)
    data = random.randbytes(random.randrange(1, 6 << 20))
    with open(name, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sums[name] = hashlib.sha1(data).digest()
    rounds += 1
    if rounds % 8 == 0:
        with open("/proc/sys/vm/drop_caches", "w") as drop:
            drop.write("3")
for name, digest in sums.items():
    with open(name, "rb") as file:
        wrong += hashlib.sha1(file.read()).digest() != digest
    os.unlink(name)
print("disk: %d rounds, %d wrong" % (rounds, wrong))
"""

# Answers on TCP and UDP, and notes how late a sleep of 50 ms ends.
NET = """\
import os, select, socket, time
tcp = socket.create_server(("0.0.0.0", 7001))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("0.0.0.0", 7002))
peers, late, last = [], 0, time.monotonic()
while not os.path.exists("net.end"):
    ready, _, _ = select.select([tcp, udp] + peers, [], [], 0.05)
    now = time.monotonic()
    late, last = max(late, now - last), now
    for one in ready:
        try:
            if one is tcp:
                peers.append(tcp.accept()[0])
            elif one is udp:
                data, sender = udp.recvfrom(65536)
                udp.sendto(data, sender)
            else:
                data = one.recv(65536)
                one.sendall(data)
                if not data:
                    peers.remove(one)
                    one.close()
        except OSError:
            if one in peers:
                peers.remove(one)
                one.close()
print("late: %d ms" % (late * 1000))
"""

# Pages that a CPU keeps for its next allocations are not among the available
# ones: after such load, an eighth of all memory may be.
STATE = ("sync; echo 3 >/proc/sys/vm/drop_caches; sleep 2; cat /proc/meminfo; "
         "awk '/^ *count:/ { n += $2 } END { print \"kept:\", 4 * n }' "
         "/proc/zoneinfo; "
         "n=0; for p in /proc/[0-9]*; do [ -s $p/maps ] || "
         "read -r line <$p/maps && n=$((n+1)); done 2>/dev/null; "
         "echo spaces: $n")

BAD = re.compile(r"\bBUG\b|WARNING|Oops|lockup|blocked for more|\bstall|"
                 r"EXT4-fs (error|warning)|I/O error")


class Clients:
    """Who asks Debian's servers from outside, until told to stop."""

    def __init__(self, debian, sums):
        self.port = debian.port
        self.sums = sums
        self.done = {"http": 0, "tcp": 0, "udp": 0}
        self.wrong = []
        self.end = threading.Event()
        self.threads = [threading.Thread(target=self.repeat, args=(work,),
                                         daemon=True)
                        for work in (self.http, self.http, self.tcp, self.udp)]
        for thread in self.threads:
            thread.start()

    def repeat(self, work):
        while not self.end.is_set():
            try:
                work()
            except (OSError, http.client.HTTPException) as error:
                if not self.end.is_set():
                    self.wrong.append("%s: %r" % (work.__name__, error))
            # The emulated machine has other work, too.
            self.end.wait(0.2)

    def stop(self):
        self.end.set()
        for thread in self.threads:
            thread.join(120)

    def http(self):
        name = random.choice(list(self.sums))
        connection = http.client.HTTPConnection("127.0.0.1", self.port[HTTP],
                                                timeout=120)
        connection.request("GET", "/" + name)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status != 200 or \
                hashlib.md5(data).hexdigest() != self.sums[name]:
            self.wrong.append("http: status %d, %d bytes" % (
                answer.status, len(data)))
        self.done["http"] += 1

    def tcp(self):
        data = random.randbytes(100000)
        with socket.create_connection(("127.0.0.1", self.port[ECHO]),
                                      timeout=120) as peer:
            sender = threading.Thread(target=peer.sendall, args=(data,))
            sender.start()
            back = b""
            while len(back) < len(data):
                part = peer.recv(65536)
                if not part:
                    break
                back += part
            sender.join()
        if back != data:
            self.wrong.append("tcp: %d bytes" % len(back))
        self.done["tcp"] += 1

    def udp(self):
        """A lost datagram is no mistake, a wrong one is."""
        data = random.randbytes(1000)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect(("127.0.0.1", self.port[UDP]))
            one.settimeout(20)
            one.send(data)
            try:
                if one.recv(2000) != data:
                    self.wrong.append("udp: other data")
                self.done["udp"] += 1
            except TimeoutError:
                pass


def kdb(debian, command):
    """What the microkernel's debugger prints."""
    child = debian.child
    child.send("\x01b")
    child.expect_exact("kdb> ")
    child.send(command + "\r")
    child.expect(re.escape(command) + "\r*\n")
    child.expect_exact("kdb> ")
    text = child.before.replace("\r", "")
    child.send("g\r")
    child.expect("g\r*\n")
    return text


def state(debian):
    """Memory, in KiB, while nothing is to be done."""
    text = debian.run(STATE, timeout=300)
    found = {}
    for name, word in (("available", "MemAvailable"), ("kept", "kept"),
                       ("tables", "PageTables"),
                       ("unreclaimable", "SUnreclaim"), ("spaces", "spaces")):
        found[name] = int(re.search(word + r": +(\d+)", text)[1])
    found["available"] += found["kept"]
    if debian.target == "l4":
        tasks = kdb(debian, "t")
        linux = re.search(r"guest of (\w+)", tasks)[1]
        match = re.search(r"task +%s  quota +(\d+) of .*guests (\d+)" % linux,
                          tasks)
        found["quota"], found["guests"] = int(match[1]), int(match[2])
        found["kernel"] = int(re.match(r"(\d+) KiB", kdb(debian, "k"))[1])
    return found


def prepare(debian, device):
    """Makes the disk and starts the servers; nginx's files by name."""
    status, text = debian.status(
        "mkfs.ext4 -q %s && mkdir -p /soak && mount %s /soak" % (
            device, device))
    if status:
        raise AssertionError(text)
    for name, script in (("disk", DISK), ("net", NET)):
        debian.run("cat >/root/%s.py <<'end'\n%send\n:" % (name, script))
    sums = debian.run(
        "cd /var/www/html; for size in 10 5000 300000; do head -c $size "
        "/dev/urandom >s$size; done; systemctl start nginx; md5sum s*; "
        "cd /root", timeout=300)
    return dict(reversed(line.split()) for line in sums.splitlines())


def load(debian, seconds, sums):
    """All of it for a time; the output of the programs, and the clients."""
    # Each by itself: the shell would tell about its jobs.
    debian.run("rm -f *.out net.end; sh -c 'python3 net.py >net.out 2>&1 & "
               "python3 disk.py %d >disk.out 2>&1 & { %s -t %d; "
               "echo status $?; } >stress.out 2>&1 &'" % (
                   seconds, STRESS, seconds))
    debian.run("until ss -Hltn sport = 7001 | grep -q .; do sleep 0.2; done")
    clients = Clients(debian, sums)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(min(30, max(deadline - time.monotonic(), 0)))
        debian.run("cut -d' ' -f1 /proc/loadavg", timeout=300)
    clients.stop()
    debian.run("touch net.end; while pgrep -x stress-ng >/dev/null || "
               "pgrep -f '(net|disk)[.]py' >/dev/null; do sleep 1; done",
               timeout=900)
    return debian.run("cat stress.out disk.out net.out"), clients


def compare(suite, before, after):
    print("before: %s\nafter:  %s" % (before, after), file=suite.log)
    for name in sorted(set(BOUNDS) & set(before)):
        lost = after[name] - before[name]
        if name in ("available", "kernel"):
            lost = -lost
        suite.check("no leak: " + name, lost <= BOUNDS[name],
                    "%d KiB before, %d after" % (before[name], after[name]))
    if "guests" in after:
        suite.check("no leak: guests", abs(
            after["guests"] - after["spaces"]) <= GUESTS_BOUND,
                    "%d guests for %d processes" % (
                        after["guests"], after["spaces"]))


def check_messages(suite, debian, when):
    messages = [line for line in debian.run("dmesg", 300).splitlines()
                if BAD.search(line)]
    suite.check("kernel's messages " + when, not messages, messages[:5])


def run(suite, debian, device, minutes):
    """The soak in a Debian that runs."""
    sums = prepare(debian, device)
    check_messages(suite, debian, "before")
    load(debian, WARM_UP, sums)
    before = state(debian)
    text, clients = load(debian, int(minutes * 60), sums)
    print(text, clients.done, file=suite.log)
    suite.check("stress-ng", "status 0\n" in text, text)
    suite.check("data on the disk", re.search(
        r"disk: [1-9]\d* rounds, 0 wrong", text), text)
    late = re.search(r"late: (\d+) ms", text)
    suite.check("nothing stands still", late and int(late[1]) < 30000, text)
    suite.check("clients", not clients.wrong and all(clients.done.values()),
                "%s, %d wrong: %s" % (clients.done, len(clients.wrong),
                                      clients.wrong[:3]))
    check_messages(suite, debian, "after")
    failed = debian.run("systemctl stop nginx; systemctl --failed "
                        "--no-legend --plain", 300)
    suite.same("no failed unit", failed, "")
    compare(suite, before, state(debian))
    after = debian.run("umount /soak && echo gone", 300)
    suite.same("disk unmounted", after, "gone\n")
    print("          %g minutes: %s, %s, late %s ms" % (
        minutes, clients.done, re.search("disk: .*", text)[0],
        late and late[1]))


def fsck(suite, name, path):
    done = subprocess.run(["e2fsck", "-f", "-n", path],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    suite.check("fsck of " + name, done.returncode == 0,
                done.stdout.decode("utf-8", "replace"))


def disks(directory):
    """A copy of Debian's disk, and one for the load."""
    copy = os.path.join(directory, "debian.img")
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", login.IMAGE,
                    copy], check=True)
    other = os.path.join(directory, "soak.img")
    subprocess.run(["truncate", "-s", DISK_SIZE, other], check=True)
    return copy, other


def run_target(target, minutes):
    suite = report.Suite("soak/" + target)
    path = os.path.join(report.LOGS, "soak-%s.txt" % target)
    directory = os.path.join(machine.BUILD, "soak-" + target)
    os.makedirs(directory, exist_ok=True)
    copy, other = disks(directory)
    with open(path, "w") as log:
        try:
            with login.Debian(target, log, ports=PORTS, image=copy,
                              written=[other],
                              kernel_args=KDB.get(target, "")) as debian:
                run(suite, debian, "/dev/vdb", minutes)
                suite.same("power off", debian.power_off(), 0)
            fsck(suite, "the root", copy)
            fsck(suite, "the loaded disk", other)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            suite.check("goes on", False, "%s; see %s" % (
                type(error).__name__, path))
    shutil.rmtree(directory)
    suite.end()


if __name__ == "__main__":
    for kernel in sys.argv[1:] or ["l4"]:
        run_target(kernel, float(os.environ.get("MINUTES") or MINUTES))
    sys.exit(1 if report.Suite.totals[1] else 0)
