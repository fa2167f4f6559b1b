# SPDX-License-Identifier: GPL-2.0
"""Steps that type one command and know its output.

Each row: name, command, expected output. "~" in front of the expectation
makes it a regular expression; the output is then not compared between
kernels."""

STEPS = [
    ("echo", "echo hello world", "hello world"),
    ("machine", "uname -sm", "Linux x86_64"),
    ("user", "id -un; id -u", "root\n0"),
    ("tty", "tty; stty size", "/dev/ttyS0\n24 400"),

    # Pipes and redirection
    ("pipe", "echo one two three | wc -w", "3"),
    ("pipe-ten", "seq 9 | cat | cat | cat | tac | cat | sort -n | cat | "
     "paste -sd+ | bc", "45"),
    ("pipe-sigpipe", "yes | head -n 2; echo $?", "y\ny\n0"),
    ("redirect-out", "echo a >r; echo b >>r; cat r", "a\nb"),
    ("redirect-in", "tr a-z A-Z <r", "A\nB"),
    ("redirect-err", "ls /none >/dev/null 2>e; cat e",
     "ls: /none: No such file or directory"),
    ("redirect-both", "{ echo out; echo err >&2; } >b 2>&1; cat b",
     "out\nerr"),
    ("redirect-fd", "exec 3>f3; echo three >&3; exec 3>&-; cat f3", "three"),
    ("noclobber", "set -C; echo x >r; echo $?; set +C",
     "sh: can't create r: File exists\n1"),
    ("fifo", "mkfifo p; cat p & echo through >p; wait; rm p",
     r"~^through\n\[1\]\+  Done +cat p$"),
    ("dev-fd", "echo deep | cat /dev/fd/0", "deep"),

    # The language
    ("variables", "x=a.b.c; echo ${x%.*} ${x#*.} ${#x} ${y:-none}",
     "a.b b.c 5 none"),
    ("arithmetic", "echo $((7 * 6)) $((1 << 40)) $((-7 / 2)) $((017))",
     "42 1099511627776 -3 15"),
    ("substitution", "echo \"<$(echo in; echo ner)>\" `echo old`",
     "<in\nner> old"),
    ("loops", "for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done; "
     "while [ $i -gt 0 ]; do i=$((i-1)); done; echo $i", "1\n3\n0"),
    ("case", "case abc in x*) echo x;; a?c) echo match;; esac", "match"),
    ("function", "f() { local a=$1; [ $a = 0 ] || { f $((a-1)); echo $a; }; }"
     "; f 3", "1\n2\n3"),
    ("subshell", "v=1; (v=2; cd /; exit 7); echo $? $v $PWD", "7 1 /tmp"),
    ("status", "false; echo $?; ! true; echo $?; sh -c 'exit 42'; echo $?; "
     "nosuch 2>/dev/null; echo $?", "1\n1\n42\n127"),
    ("read-loop", "printf '1 2\\n3 4\\n' | while read a b; do "
     "echo $((a*b)); done", "2\n12"),
    ("script", "printf '#!/bin/sh\\necho $0 $# \"$2\"\\n' >s; chmod +x s; "
     "./s a 'b c'", "./s 2 b c"),
    ("interpreter", "printf '#!/usr/bin/awk -f\\nBEGIN { print 6*7 }\\n' >s; "
     "./s", "42"),
    ("exec-format", "echo nothing >/tmp/x; chmod 644 /tmp/x; ./x; echo $?",
     "sh: ./x: Permission denied\n126"),
    ("argument-list", "/bin/true $(seq 400000 | tr '\\n' ' ') ; echo $?",
     "sh: /bin/true: Argument list too long\n126"),

    # Files
    ("tree", "mkdir -p d/e/f; touch d/1 d/e/2 d/e/f/3; find d | sort",
     "d\nd/1\nd/e\nd/e/2\nd/e/f\nd/e/f/3"),
    ("find", "find d -type f -name '[13]' -exec echo got {} \\; | sort",
     "got d/1\ngot d/e/f/3"),
    ("xargs", "find d -type f | sort | xargs -n 2 echo",
     "d/1 d/e/2\nd/e/f/3"),
    ("copy-move", "cp -r d g; mv g/e g/h; ls -1R g",
     "g:\n1\nh\n\ng/h:\n2\nf\n\ng/h/f:\n3"),
    ("links", "ln d/1 hard; ln -s d/1 soft; readlink soft; "
     "stat -c %h d/1; rm hard; stat -c %h d/1", "d/1\n2\n1"),
    ("modes", "touch m; chmod 4751 m; ls -l m | cut -c1-10; "
     "chown user:tty m; stat -c '%U %G %a' m",
     "-rwsr-x--x\nuser tty 751"),
    ("permission", "echo secret >q; chmod 600 q; su user -c 'cat q'; echo $?",
     "cat: can't open 'q': Permission denied\n1"),
    ("times", "touch -d '2001-02-03 04:05:06' m; date -u -r m +%s",
     "981173106"),
    ("remove", "rm -r g; ls g; rmdir d; echo $?",
     "ls: g: No such file or directory\nrmdir: 'd': Directory not empty\n1"),
    ("sparse", "dd if=/dev/zero of=z bs=1 count=1 seek=1M 2>/dev/null; "
     "stat -c %s z; wc -c <z; du -k z", "1048577\n1048577\n4\tz"),
    ("truncate", "truncate -s 5000 z; stat -c %s z; tail -c 3 z | xxd -p",
     "5000\n000000"),

    # Text
    ("grep", "seq 100 | grep -c 7; seq 20 | grep -E '^(1|2)0$'",
     "19\n10\n20"),
    ("sed", "seq 5 | sed -n '2,4{s/\\(.\\)/<\\1>/;p}'; "
     "echo a,b | sed 's/\\(.*\\),\\(.*\\)/\\2,\\1/'", "<2>\n<3>\n<4>\nb,a"),
    ("awk", "seq 10 | awk '{ s += $1; q[$1 % 3]++ } END { print s, q[0], "
     "q[1], q[2] }'", "55 3 4 3"),
    ("awk-float", "awk 'BEGIN { printf \"%.6f %.3e %d\\n\", 22/7, 1e9/3, "
     "1e9*2 + 0.5 }'", "3.142857 3.333e+08 2000000000"),
    ("sort-uniq", "printf 'b\\na\\nb\\nc\\nb\\n' | sort | uniq -c | "
     "sort -rn | head -n 1", "      3 b"),
    ("cut-paste", "echo a:b:c | cut -d: -f3,1; seq 4 | paste - -",
     "a:c\n1\t2\n3\t4"),
    ("diff-patch", "seq 5 >o; sed s/3/three/ o >n; diff -u o n >p; "
     "patch o <p; cmp o n && echo same", "patching file o\nsame"),
    ("bc-dc", "echo '2^100; 10/4' | bc; echo '16 i FF p' | dc",
     "1267650600228229401496703205376\n2\n255"),
    ("printf", "printf '%5d|%-5s|%05.1f|%x\\n' 42 ab 3.14159 255",
     "   42|ab   |003.1|ff"),
    ("hexdump", "printf 'AB\\n' | od -An -tx1; printf AB | xxd",
     " 41 42 0a\n00000000: 4142                                     AB"),
    ("ed", "printf 'a\\none\\ntwo\\n.\\n1s/one/uno/\\nw edf\\nq\\n' | "
     "ed 2>/dev/null; cat edf", "~.*uno\ntwo$"),

    # Archives and checksums
    ("tar-gzip", "mkdir t; seq 20000 >t/a; head -c 300000 /dev/urandom >t/b; "
     "ln -s a t/l; (cd t; md5sum a b) >sums; tar czf t.tgz t; rm -r t; "
     "tar xzf t.tgz; readlink t/l; cd t; md5sum -c ../sums; cd ..",
     "a\na: OK\nb: OK"),
    ("gzip-test", "gzip -t t.tgz; echo $?; gunzip -c t.tgz | tar t | sort",
     "0\nt/\nt/a\nt/b\nt/l"),
    ("corrupt", "head -c 1000 t.tgz >u.tgz; gzip -t u.tgz; echo $?",
     "gzip: unexpected end of file\n1"),
    ("bzip2", "xz -V 2>/dev/null; seq 3000 | bzip2 >s.bz2 2>/dev/null; "
     "bunzip2 -c t.tgz; echo $?", "~.*\n1$"),
    ("cpio", "find d | cpio -o -H newc 2>/dev/null >c; cpio -t <c "
     "2>/dev/null | sort | head -n 2", "d\nd/1"),
    ("checksums", "printf abc | md5sum; printf abc | sha1sum; "
     "printf abc | sha256sum | cut -c1-32",
     "900150983cd24fb0d6963f7d28e17f72  -\n"
     "a9993e364706816aba3e25717850c26c9cd0d89d  -\n"
     "ba7816bf8f01cfea414140de5dae2223"),

    # Devices, file systems, /proc and /sys
    ("devices", "head -c 5 /dev/zero | xxd -p; echo x >/dev/null; "
     "echo x >/dev/full; head -c 16 /dev/urandom | wc -c",
     "0000000000\nsh: write error: No space left on device\n16"),
    ("mount-tmpfs", "mkdir mp; mount -t tmpfs -o size=1m none mp; "
     "head -c 2000000 /dev/zero >mp/f; stat -c %s mp/f; "
     "df -k mp | tail -n 1 | awk '{ print $2, $4 }'; umount mp; ls mp",
     "head: standard output: I/O error\n1048576\n1024 0"),
    ("mount-busy", "mount -t tmpfs none mp; cd mp; umount /tmp/mp; cd ..; "
     "umount mp; echo $?", "umount: can't unmount /tmp/mp: "
     "Device or resource busy\n0"),
    ("mount-bind", "mount -o bind d mp; ls -1 mp; umount mp; ls mp", "1\ne"),
    ("mount-list", "mount | awk '{ print $3, $5 }' | grep -v ^/tmp/ | sort",
     "/ rootfs\n/dev devtmpfs\n/dev/pts devpts\n/dev/shm tmpfs\n"
     "/proc proc\n/run tmpfs\n/sys sysfs\n/tmp tmpfs"),
    ("proc-maps", "awk '{ print $2, $6 }' /proc/self/maps | "
     "grep -E 'busybox|stack|heap|vdso|vvar' | sort | uniq",
     "r--p /bin/busybox\nr--p [vvar]\nr-xp /bin/busybox\nr-xp [vdso]\n"
     "rw-p /bin/busybox\nrw-p [heap]\nrw-p [stack]"),
    ("proc-status", "grep -E '^(Name|Threads|Uid|SigQ)' /proc/self/status | "
     "sed 's,/.*,,'", "Name:\tgrep\nUid:\t0\t0\t0\t0\nThreads:\t1\nSigQ:\t0"),
    ("proc-fd", "ls -1 /proc/self/fd 5</dev/null | grep -vx 10", "0\n1\n2\n3\n5"),
    ("proc-exe", "readlink /proc/self/exe; cat /proc/self/cmdline | "
     "tr '\\0' ' '", "/bin/busybox\ncat /proc/self/cmdline "),
    ("sysctl", "echo 12345 >/proc/sys/kernel/pid_max; "
     "sysctl -n kernel.pid_max; echo 32768 >/proc/sys/kernel/pid_max",
     "12345"),
    ("interrupts", "cat /proc/interrupts | grep -c ttyS0", "1"),
    ("sysfs", "cat /sys/class/tty/console/active; ls /sys/class/mem | "
     "grep -E '^(zero|null|full)$'", "ttyS0\nfull\nnull\nzero"),
    ("memory", "awk '/MemTotal/ { print ($2 > 440000 && $2 < 524288) }' "
     "/proc/meminfo", "1"),
    ("config", "zcat /proc/config.gz | grep -E '^CONFIG_(HZ|NO_HZ_IDLE|"
     "SLUB|UNIX)='", "CONFIG_NO_HZ_IDLE=y\nCONFIG_HZ=250\nCONFIG_SLUB=y\n"
     "CONFIG_UNIX=y"),
    ("dmesg", "dmesg | grep -c 'Linux version 6.12'", "1"),
    ("top", "top -b -n 1 | head -n 4 | cut -d ' ' -f 1",
     "Mem:\nCPU:\nLoad"),
    # BusyBox names its process last of all.
    ("ps", "sleep 77 & until grep -qx sleep /proc/$!/comm; do :; done; "
     "ps -o args | grep '[s]leep 77'; kill $!; wait",
     r"~^sleep 77\n\[1\]\+  Terminated +sleep 77$"),
    ("hostname", "hostname; unshare -u sh -c 'hostname other; hostname'; "
     "hostname", "l4linux\nother\nl4linux"),
    ("pid-namespace", "unshare -p -f sh -c 'echo $$'", "1"),
    ("chroot", "mkdir -p ch/bin; cp /bin/busybox ch/bin/sh; "
     "chroot ch /bin/sh -c 'echo /*'", "/bin"),
    ("environment", "env -i A=1 sh -c 'env | grep ^A; export B=2; "
     "env | grep B='", "A=1\nB=2"),
    ("renice", "sleep 9 & renice -n 7 $!; awk '{ print $19 }' /proc/$!/stat; "
     "kill $!; wait", r"~^7\n"),

    # Limits and signals that end programs
    ("segv-status", "sh -c 'kill -SEGV $$'; echo $?",
     "Segmentation fault\n139"),
    ("core-dump", "(ulimit -c unlimited; cd /tmp; sh -c 'kill -ABRT $$'); "
     "head -c 4 core | tail -c 3; echo; rm core", "Aborted (core dumped)\nELF"),
    ("ulimit-files", "(ulimit -n 4; exec 5</dev/null)",
     "sh: 3: Bad file descriptor"),
    ("ulimit-size", "(ulimit -f 2; head -c 5000 /dev/zero >big); echo $?; "
     "stat -c %s big", "File size limit exceeded\n153\n1024"),
    ("ulimit-cpu", "(ulimit -t 1; while :; do :; done); echo $?",
     "~^(CPU time limit exceeded\n152|Killed\n137)$"),
    ("ulimit-memory", "(ulimit -v 60000; tail /dev/zero); echo $?",
     "tail: out of memory\n1"),
    ("timeout", "timeout 1 sleep 9; echo $?; timeout 5 true; echo $?",
     "Terminated\n143\n0"),
    ("kill-list", "kill -l 9; kill -l TERM; kill -0 $$; echo $?",
     "KILL\n15\n0"),
    ("kill-states", "sh -c 'sleep 99 & state() { usleep 100000; "
     "awk \"{ print \\$3 }\" /proc/$!/stat; }; kill -STOP $!; state; "
     "kill -CONT $!; state; kill -9 $!; wait $!; echo $?' 2>/dev/null", "T\nS\n137"),
    ("trap-exit", "sh -c 'trap \"echo bye\" EXIT; echo hi; exit 3'; echo $?",
     "hi\nbye\n3"),
    ("trap-term", "sh -c 'trap \"echo caught; exit 5\" TERM; kill $$; "
     "sleep 9'; echo $?", "caught\n5"),
    ("trap-ignore", "sh -c 'trap \"\" TERM; kill $$; echo alive'", "alive"),
    ("zombies", "sh -c 'for i in 1 2 3; do (true &); done'; "
     "for i in 1 2 3 4 5; do ps -o stat,ppid,args | grep ^Z || break; "
     "sleep 1; done | tail -n +9", ""),
]
