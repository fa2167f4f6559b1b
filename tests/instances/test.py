#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Two Linux instances side by side: each has its memory, its serial port and
its life. One reboots, panics and powers off while the other goes on."""

import os
import socket
import sys

import pexpect
import pexpect.fdpexpect

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine
import typist

TIMEOUT = 180	# for what hangs; a busy computer is slow
SCRIPT = """\
instance first {
	kernel vmlinux
	initrd initramfs
	cmdline "console=ttyS0 quiet"
	memory 128M; quota 8M
	ports 0x3f8-0x3ff
	irq 4
}
instance second {
	kernel vmlinux
	initrd initramfs
	cmdline "console=ttyS1 quiet panic=0"
	ports 0x2f8-0x2ff
	irq 3
	on-reboot restart
	on-crash restart
}
"""


class Shell:
    """A shell on one serial port; commands are recognised by their answers."""

    def __init__(self, child):
        self.child = child
        self.child.delaybeforesend = None
        self.count = 0

    def up(self):
        self.child.expect(r"A BusyBox shell[^#]*# ", timeout=TIMEOUT)

    def type(self, command):
        self.child.send(command + "\n")

    def answer(self, command):
        """The command's output on one line."""
        self.count += 1
        self.type("echo \"<$((%d+0))>\" $(%s) \"<end>\"" % (self.count,
                                                          command))
        self.child.expect(r"<%d> (.*?) <end>" % self.count, timeout=TIMEOUT)
        return self.child.match.group(1)

    def says(self, text):
        self.child.expect_exact(text, timeout=TIMEOUT)


def second_port(path, first):
    """The second serial port, which is a socket, of the QEMU `first'."""
    connection = socket.socket(socket.AF_UNIX)
    for _ in range(TIMEOUT * 10):
        try:
            connection.connect(path)
            break
        except OSError:
            if first.expect([pexpect.TIMEOUT, pexpect.EOF], timeout=0.1):
                break
    return pexpect.fdpexpect.fdspawn(
        connection.detach(), timeout=TIMEOUT, encoding="utf-8",
        codec_errors="replace")


def memory(shell):
    return int(shell.answer("grep MemTotal /proc/meminfo").split()[1])


def stolen(shell):
    """Of 300 hundredths of a second of work, how many were another's."""
    stat = "$(awk '/^cpu /{print $9}' /proc/stat)"
    return int(shell.answer("before=%s; timeout 3 sh -c 'while :; do :; done'; "
                            "echo $((%s - before))" % (stat, stat)))


def lives(suite, first, second, cpus):
    first.up()
    second.up()
    suite.check("memory of the first", 100000 < memory(first) < 131072)
    suite.check("memory of the second", memory(second) > 200000)
    alone = stolen(second)
    suite.check("nothing is stolen while the other one idles", alone < 30, alone)
    first.type("echo mark > /tmp/mark; while :; do :; done &")
    busy = stolen(second)
    if cpus == 1:
        suite.check("half is stolen while it works", 100 < busy < 200, busy)
    else:
        suite.check("on another CPU it steals nothing", busy < 30, busy)
    suite.same("ports of the first", first.answer(
        "grep -c 03f8 /proc/ioports"), "1")
    second.type("reboot -f")
    first.says("instance second reboots")
    second.up()
    suite.same("second restarts", second.answer("ls /tmp/mark 2>&1"),
               "ls: /tmp/mark: No such file or directory")
    suite.same("first goes on", first.answer("cat /tmp/mark"), "mark")
    second.type("echo c > /proc/sysrq-trigger")
    first.says("instance second has ended: Linux panicked")
    second.up()
    suite.same("second restarts after a panic",
               second.answer("echo $((6*7))"), "42")
    suite.same("first still goes on", first.answer("cat /tmp/mark"), "mark")
    second.type("poweroff -f")
    first.says("instance second has powered off")
    suite.same("first is alone", first.answer("cat /tmp/mark"), "mark")
    first.type("poweroff -f")
    typist.ends(suite, "machine ends", first.child)


BESIDE = """\
server hello { program hello-server; priority 40 }
server client { program hello-client; use hello; arguments Linux; priority 30 }
""" + SCRIPT[SCRIPT.index("instance second"):].replace(
    "0x2f8-0x2ff", "0x3f8-0x3ff").replace("irq 3", "irq 4").replace(
    "console=ttyS1", "console=ttyS0")


def beside(suite):
    """A server and its client, in the time that Linux leaves them."""
    folder = os.path.join(machine.BUILD, "examples/hello")
    with machine.Boot(kernel_args=machine.EXIT_PORT, script=BESIDE, modules={
            name: os.path.join(folder, name + ".elf")
            for name in ("hello-server", "hello-client")}) as boot, \
            typist.sits_at(suite, boot.qemu(), "servers beside Linux",
                           TIMEOUT) as child:
        shell = Shell(child)
        shell.up()
        shell.says("client: Hello, Linux!")
        suite.same("Linux goes on", shell.answer("echo $((6*7))"), "42")
        shell.type("poweroff -f")
        typist.ends(suite, "machine ends with the last", child)


AGAIN = """\
instance linux {
	kernel vmlinux
	initrd initramfs
	cmdline "console=ttyS0 quiet panic=-1"
	ports 0x3f8-0x3ff 0xcf8-0xcff 0xc000-0xffff
	device 0x80000000-0xfebfffff 0x800000000-0x2fffffffffff
	irq 4 10 11
	msi 16
	on-reboot restart
}
"""
AGAIN_MARK = "the disk is there"


def again(suite):
    """Linux is started afresh in the middle of its disk's work, and has it again."""
    with machine.Boot(kernel_args=machine.EXIT_PORT, script=AGAIN) as boot:
        boot.disk = os.path.join(boot.dir, "disk.img")
        with open(boot.disk, "wb") as disk:
            disk.write((AGAIN_MARK + "\n").encode())
            disk.truncate(64 << 20)
        with typist.sits_at(suite, boot.qemu(), "starts afresh",
                            TIMEOUT) as child:
            shell = Shell(child)
            for _ in range(3):
                shell.up()
                suite.same("the disk", shell.answer("head -n 1 /dev/vda"),
                           AGAIN_MARK)
                shell.type("cat /dev/vda >/dev/null & sleep 0.1; reboot -f")
                shell.says("instance linux reboots")
            shell.up()
            suite.same("the disk after that", shell.answer(
                "head -n 1 /dev/vda"), AGAIN_MARK)
            shell.type("poweroff -f")
            typist.ends(suite, "machine ends well", child)


def two(suite, cpus=1, script=SCRIPT):
    """On one CPU, or each on its own."""
    with machine.Boot(kernel_args=machine.EXIT_PORT, cpus=cpus, script=script) as boot:
        path = os.path.join(boot.dir, "serial")
        command = boot.qemu() + ["-serial", "unix:%s,server=on,wait=on" % path]
        with typist.sits_at(suite, command, "goes on", TIMEOUT) as first:
            lives(suite, Shell(first), Shell(second_port(path, first)), cpus)


def main(targets):
    if "l4" not in targets:
        return
    suite = report.Suite("instances")
    beside(suite)
    again(suite)
    two(suite)
    two(suite, 2, SCRIPT.replace("irq 3", "irq 3; cpu 1; cpus 2"))
    suite.end()


if __name__ == "__main__":
    main(["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
