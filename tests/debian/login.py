# SPDX-License-Identifier: GPL-2.0
"""A login at the serial console of Debian, on native Linux or on the
microkernel.

    with login.Debian("l4", log) as debian:
        text = debian.run("uname -r")
        status, text = debian.status("make check", timeout=600)
        done = debian.ssh("cat /etc/hostname")

The disk keeps no change unless a copy of it is given."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys

import pexpect

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "../tools"))
import machine

CPUS = machine.wanted_cpus(2)
IMAGE = os.path.join(machine.BUILD, "debian.img")
KEY = os.path.join(machine.BUILD, "debian.key")
LOGIN_TIMEOUT = 1500	# emulation on a busy machine is slow
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def drive(number, path, snapshot):
    name = "disk%d" % number
    return ["-drive", "if=none,id=%s,format=raw,snapshot=%s,file=%s" % (
        name, "on" if snapshot else "off", path.replace(",", ",,")),
        "-device", "virtio-blk-pci,drive=" + name]


class Debian:
    """log: an open file for all that the console says. ports: TCP ports of
    Debian that the host reaches as self.port[n]; 22 is always there, a
    negative one is a UDP port. image: a copy of the disk, which is written;
    without it the usual disk, or base, whose changes are forgotten. disks: more of
    them, /dev/vdb and so on, whose changes are forgotten, too; after them
    those that are written."""

    def __init__(self, target, log, mem="1G", ports=(), image=None, disks=(),
                 written=(), kernel_args="", qemu_args="", base=IMAGE,
                 native_words="mitigations=off"):
        self.target = target
        self.log = log
        self.child = None
        self.port = {}
        network = "user,id=user"
        for port in [22, *ports]:
            kind = "udp" if port < 0 else "tcp"
            self.port[port] = machine.free_port(
                socket.SOCK_DGRAM if port < 0 else socket.SOCK_STREAM)
            network += ",hostfwd=%s:127.0.0.1:%d-:%d" % (
                kind, self.port[port], abs(port))
        devices = drive(0, image or base, not image)
        for number, path in enumerate([*disks, *written], 1):
            devices += drive(number, path, path in disks)
        devices += ["-netdev", network,
                    "-device", "virtio-net-pci,netdev=user,romfile="]
        # When the computer is busy, native Linux takes its timer for broken.
        self.boot = machine.Boot(
            target=target, config="debian", mem=mem, cpus=CPUS,
            cmdline="root=/dev/vda rw" + (
                " no_timer_check " + native_words if target == "native"
                else ""),
            kernel_args=machine.EXIT_PORT + " " + kernel_args,
            qemu_args=shlex.join(devices) + " " + qemu_args)

    def __enter__(self):
        """Boots and logs in as root."""
        command = self.boot.__enter__().qemu()
        try:
            self.child = pexpect.spawn(
                command[0], command[1:], timeout=60, encoding="utf-8",
                codec_errors="replace", dimensions=(50, 200))
            self.child.logfile_read = self.log
            self._login()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _login(self):
        # On a very busy machine login gives up waiting for the password.
        for _ in range(5):
            self.child.expect("login: ", timeout=LOGIN_TIMEOUT)
            self.child.sendline("root")
            self.child.expect("assword:", timeout=LOGIN_TIMEOUT)
            self.child.sendline("l4")
            if self.child.expect(["# ", "(?i)login (incorrect|timed out)"],
                                 timeout=LOGIN_TIMEOUT) == 0:
                break
        # Another prompt, and no echo: then output is output.
        self.run("stty -echo; PS1=; PS2=; bind 'set enable-bracketed-paste off'",
                 LOGIN_TIMEOUT)
        self.run("dmesg -n 1; cd /root", LOGIN_TIMEOUT)

    def __exit__(self, *_):
        if self.child:
            self._kill()
        self.boot.__exit__()

    def _kill(self):
        """On a busy machine QEMU takes longer to end than pexpect waits."""
        try:
            self.child.close(force=True)
        except pexpect.ExceptionPexpect:
            self.child.kill(signal.SIGKILL)
            self.child.wait()

    def status(self, command, timeout=120):
        """The command's exit status, and what it prints."""
        self.child.sendline(command + "; echo @@END''@@ $?")
        self.child.expect(r"@@END@@ (\d+)\r*\n", timeout=timeout)
        return (int(self.child.match[1]), ESCAPES.sub(
            "", self.child.before).replace("\r", ""))

    def run(self, command, timeout=120):
        """What the command prints."""
        return self.status(command, timeout)[1]

    def ssh(self, command, timeout=120, **arguments):
        """A subprocess.run of the command by ssh."""
        arguments.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            ["ssh", "-i", KEY, "-p", str(self.port[22]), "-o", "BatchMode=yes",
             "-o", "StrictHostKeyChecking=no", "-o", "ConnectTimeout=60",
             "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
             "root@127.0.0.1", command], timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **arguments)

    def power_off(self, timeout=300):
        """Shuts Debian down; QEMU's exit status."""
        self.child.sendline("systemctl poweroff")
        self.child.expect(pexpect.EOF, timeout=timeout)
        self.child.close()
        return self.child.exitstatus
