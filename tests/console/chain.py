# SPDX-License-Identifier: GPL-2.0
"""A person at the console of Linux with a file server's files (make run FILES=): vi -> Linux -> file
server -> block service -> driver -> disk, and back; then the disk's image is read on the host."""

import os
import subprocess
import tempfile

import pexpect

import console
import machine
import report
import session

MARK = "another disk, which is Linux's"
# What is typed, and what comes back.
STEPS = [
    ("the server's disk is not there", "ls /sys/bus/pci/devices | grep -c :10.0; ls /sys/block | grep vd; head -n 1 /dev/vda",
     "0\nvda\n" + MARK),
    ("other devices are there", "ls /sys/class/net | grep eth0", "eth0"),
    ("mounted", "grep -c ' /files 9p ' /proc/mounts", "1"),
    ("directories", "mkdir -p a/b/c && mv a/b/c a/d && rmdir a/b && ls a", "d"),
    ("links", "ln made a/made && ln -s ../made a/d/link && cat a/d/link | wc -l && stat -c %h made", "3\n2"),
    ("a large file", "dd if=/dev/urandom of=/tmp/r bs=1M count=3 2>/dev/null; cp /tmp/r r && sync && cmp r /tmp/r && echo same",
     "same"),
    ("a hole", "dd if=/dev/zero of=hole bs=1 count=1 seek=5000000 2>/dev/null; stat -c %s hole; test $(stat -c %b hole) -lt 100 && echo sparse",
     "5000001\nsparse"),
    ("truncate", "truncate -s 1000 r && cmp -n 1000 r /tmp/r && stat -c %s r", "1000"),
    ("many", "mkdir m && for i in $(seq 300); do echo $i >m/$i; done; ls m | wc -l; cat m/* | sort -n | tail -1; rm -r m; ls | cat", "300\n300\na\nhole\nlost+found\nmade\nr"),
    ("owners", "chown 12:34 r && chmod 640 r && stat -c '%u %g %a' r", "12 34 640"),
    ("a date", "touch -d '2001-02-03 04:05:06' r && stat -c %Y r", "981173106"),
    ("append", "echo one >log; echo two >>log; cat log", "one\ntwo"),
    ("open without a name", "exec 3<>log; rm log; cat <&3; exec 3>&-; ls log 2>&1", "one\ntwo\nls: log: No such file or directory"),
    ("room", "df /files | wc -l", "2"),
    ("full", "dd if=/dev/zero of=full bs=1M count=100 2>&1 | grep -c 'No space'; rm full", "1"),
    ("others go on", "sync & for i in 1 2 3; do echo $i; done; wait", "~1\n2\n3"),
]


def vi(con):
    """The session's own two steps; what is wrong, or None."""
    for step in (session.vi_create, session.vi_change):
        _, wrong = step(con)
        if wrong:
            return wrong
    return None


def on_disk(path, name):
    return subprocess.run(["debugfs", "-R", "cat " + name, path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=machine.SBIN).stdout.decode()


def run(cmdline):
    suite = report.Suite("console/files")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "files.img")
        machine.make_files(path)
        with machine.Boot(cmdline=cmdline, quiet=True, files=path, net="1", kernel_args=machine.EXIT_PORT) as boot, \
                open(os.path.join(report.LOGS, "console-files.txt"), "w") as log:
            boot.disk = os.path.join(directory, "disk.img")
            with open(boot.disk, "w") as disk:
                disk.write(MARK + "\n")
                disk.truncate(1 << 20)
            con = console.Console(boot, log)
            try:
                con.login()
                con.sh("cd /files")
                suite.check("vi", not (wrong := vi(con)), wrong)
                for name, command, expected in STEPS:
                    found = con.sh(command)
                    suite.check(name, expected[1:] in found if expected[0] == "~" else found == expected,
                                "found %r" % found)
                con.sh("cd /; umount /files")
                con.line("poweroff")
                con.child.expect(pexpect.EOF)
            except (pexpect.TIMEOUT, pexpect.EOF):
                suite.check("the machine answers", False, "the last was %r" % con.child.before[-300:])
            con.kill()
        suite.same("what vi wrote is on the disk", on_disk(path, "/made"), "second row\nlast\nthird\n")
        done = subprocess.run(["e2fsck", "-fn", path], stdout=subprocess.PIPE, env=machine.SBIN)
        suite.check("e2fsck", not done.returncode, done.stdout.decode()[-400:])
    suite.end()
