#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Two Linux instances side by side: each has its memory, its serial port and
its life. One reboots, panics and powers off while the other goes on. And an
instance beside servers, whose files it mounts."""

import os
import socket
import subprocess
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


FILES_SLEEP = 4	# seconds that the server sleeps when it is asked to
FILES = """\
server files {
	program p9-server; arguments %d; memory 2M; quota 1M; on-crash restart
}
server secret { program p9-server; memory 2M; quota 1M }
server user { program crash; arguments nothing; use secret }
instance linux {
	kernel vmlinux
	initrd initramfs
	cmdline "console=ttyS0 quiet"
	ports 0x3f8-0x3ff
	irq 4
	on-reboot restart
	use files
	%s
}
"""
MOUNT = "mount -t 9p -o trans=l4,version=9p2000.L%s %s %s 2>&1 && echo mounted"
EIO = "Input/output error"
# Seconds a shell waits for what it has killed, in hundredths.
KILLED = ("%s >/dev/null 2>&1 & sleep 0.5; now() { tr -d . </proc/uptime | cut -d' ' -f1; }; "
          "t=$(now); kill -9 $!; wait $! 2>/dev/null; echo $(($(now) - t))")


def mounted(suite, shell):
    """One file after the other."""
    suite.same("files: mount", shell.answer(MOUNT % ("", "files", "/mnt")), "mounted")
    suite.same("files: names", shell.answer("ls /mnt"),
               "die fids file header late room size sleep slow tag type")
    suite.same("files: what is written is read", shell.answer(
        "head -c 200001 /dev/urandom >/tmp/a; cat /tmp/a >/mnt/file; "
        "cmp /tmp/a /mnt/file && wc -c </mnt/file"), "200001")
    suite.same("files: four at once", shell.answer(
        "for i in 1 2 3 4; do cmp /tmp/a /mnt/file && echo same & done; wait"), " ".join(["same"] * 4))
    suite.check("files: an error of the server's", "No such file" in shell.answer("cat /mnt/none 2>&1"))
    # One sees the CPU's idle time pass: a vCPU that waits in a call has none.
    turns = int(shell.answer(
        "cat /mnt/sleep >/dev/null & n=0; while [ -d /proc/$! ]; do sleep 0.1; n=$((n + 1)); done; echo $n"))
    suite.check("files: others go on", turns >= FILES_SLEEP * 5, turns)


def fids(shell):
    return shell.answer("cut -d' ' -f1 /mnt/fids")


def killed(suite, shell):
    before = fids(shell)
    for command in ("cat /mnt/sleep", "ls -l /mnt/slow", "cat /mnt/late"):
        took = int(shell.answer(KILLED % command))
        suite.check("files: killed: " + command, took < FILES_SLEEP * 50, took)
        suite.same("files: no fid is left of: " + command, fids(shell), before)
    # One that only waits for its turn.
    took = int(shell.answer("cat /mnt/sleep >/dev/null & sleep 0.5; " + KILLED % "cat /mnt/file" + "; wait"))
    suite.check("files: killed while it waits", took < FILES_SLEEP * 50, took)
    suite.same("files: no fid is left of who waited", fids(shell), before)


def mistaken(suite, shell):
    """Answers whose form is wrong, and too many mounts."""
    for name in ("header", "type", "tag", "room"):
        suite.check("files: wrong " + name, EIO in shell.answer("cat /mnt/%s 2>&1" % name))
        suite.check("files: after a wrong " + name, fids(shell))
    suite.check("files: wrong size", EIO in shell.answer("cat /mnt/size 2>&1"))
    suite.check("files: after a wrong size", EIO in shell.answer("ls /mnt 2>&1"))
    suite.same("files: umount", shell.answer("umount /mnt && echo gone"), "gone")
    for name in ("secret", "none", "linux"):
        suite.check("files: not granted: " + name, "Permission denied" in shell.answer(
            MOUNT % ("", name, "/mnt")))
    suite.check("files: too long a name", "Invalid argument" in shell.answer(
        MOUNT % ("", "f" * 32, "/mnt")))
    text = shell.answer("for i in 1 2 3 4 5 6 7 8 9; do mkdir -p /tmp/m$i; %s; done; umount /tmp/m*" % (
        MOUNT % ("", "files", "/tmp/m$i")))
    suite.check("files: nine mounts", text.count("mounted") == 8 and "busy" in text, text)
    suite.same("files: again", shell.answer(MOUNT % (",msize=8192", "files", "/mnt")), "mounted")
    suite.same("files: in small pieces", shell.answer(
        "cat /tmp/a >/mnt/file; cmp /tmp/a /mnt/file && echo same"), "same")


def died(suite, shell):
    """The server dies, and Linux, in the middle of a call."""
    shell.type("cat /mnt/die")
    shell.says("server files has ended with status -9")
    shell.says(EIO)
    suite.check("files: after the server's death", EIO in shell.answer("cat /mnt/file 2>&1"))
    suite.same("files: umount after that", shell.answer("umount /mnt && echo gone"), "gone")
    suite.same("files: of the new server", shell.answer(
        MOUNT % ("", "files", "/mnt") + "; wc -c </mnt/file"), "mounted 0")
    # What the server has of one that was killed does not keep the memory from being freed.
    suite.same("files: umount in the middle", shell.answer(
        "cat /mnt/sleep & sleep 0.5; kill -9 $!; wait $!; umount /mnt && echo gone"), "gone")
    shell.answer(MOUNT % ("", "files", "/mnt"))
    shell.type("cat /mnt/sleep & sleep 0.5; reboot -f")
    shell.says("instance linux reboots")
    shell.up()
    suite.same("files: after a reboot", shell.answer(MOUNT % ("", "files", "/mnt")), "mounted")
    suite.check("files: of a reboot's session", fids(shell))


def files(suite, cpus=1, config=""):
    """A server's files in Linux."""
    name = "files on %d CPUs" % cpus
    folder = os.path.join(machine.BUILD, "tests-servers")
    done = subprocess.run([os.path.join(report.TOP, "tools/part.sh"), "tests/servers", folder])
    suite.check("build", done.returncode == 0, "see the log")
    if done.returncode:
        return
    script = FILES % (FILES_SLEEP, "cpus %d" % cpus)
    with machine.Boot(kernel_args=machine.EXIT_PORT, script=script, cpus=cpus, config=config, modules={
            name: os.path.join(folder, name + ".elf") for name in ("p9-server", "crash")}) as boot, \
            typist.sits_at(suite, boot.qemu(), name, TIMEOUT) as child:
        shell = Shell(child)
        shell.up()
        shell.answer("mkdir -p /mnt; echo made")
        mounted(suite, shell)
        killed(suite, shell)
        mistaken(suite, shell)
        died(suite, shell)
        shell.type("poweroff -f")
        typist.ends(suite, name + ": machine ends", child)


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
    files(suite)
    again(suite)
    two(suite)
    two(suite, 2, SCRIPT.replace("irq 3", "irq 3; cpu 1; cpus 2"))
    suite.end()


if __name__ == "__main__":
    main(["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
