# SPDX-License-Identifier: GPL-2.0
"""A PC at which nobody has connected a serial line: what is said stands on its
screen, and the keyboard is heard. With the image as a CD and as a USB stick."""

import contextlib
import os
import subprocess
import time

import machine
import screen
from monitor import Monitor, listens_at

TIMEOUT = 120

# Name, what differs from the usual start, and what the screen must say.
SENTENCES = (
    ("the kernel's", {"mem": "24M"}, "kernel: too little memory: "),
    ("of a CPU", {"qemu_args": "-cpu max,-smap"},
     "kernel: this CPU lacks SMAP, which the kernel needs."),
    ("roottask's", {"script": "instance linux {\n}\n"},
     "roottask: boot script, line 1: instance linux has no kernel"),
    ("the kernel's, of modules", {"modules": {"x%d" % i: os.path.join(
        machine.TOP, "COPYING") for i in range(13)}}, "kernel: the boot loader passed 18 modules, and "),
    ("init's", {"screen": True, "qemu_args": "-device lsi"},
     "init: there is no driver for the disk controller 0000:"),
    ("by UEFI", {"uefi": True, "mem": "1G", "kernel_args": "kmem=2000"},
     "of which the kernel needs 2000 MiB for itself."),
)

# A PC that has neither a CD nor an old keyboard.
USB_ONLY = {"stick": True, "uefi": True, "qemu_args": "-M q35,i8042=off -device usb-kbd"}

# Name, kernel, and what is unusual.
SHELLS = (
    ("CD, BIOS", "l4", {}),
    ("stick, UEFI, USB keyboard", "l4", USB_ONLY),
    ("stick, BIOS", "native", {"stick": True}),
    ("CD, UEFI", "native", {"uefi": True}),
)


class Sight:
    """A machine without a serial port, and a person who looks at it."""

    def __init__(self, command, directory):
        at = command.index("-serial")
        control = directory + "/qmp"
        command[at:at + 2] = ["-serial", "none", "-monitor", "none", *listens_at(control).split()]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.monitor = Monitor(control)
        self.path = directory + "/screen.ppm"
        self.font = screen.fonts()
        self.text = ""

    def waits_for(self, wanted):
        """Does it say so in time?"""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            # A machine that ends meanwhile gives no picture.
            with contextlib.suppress(OSError, ValueError):
                self.text = screen.text(self.monitor.picture(self.path), self.font)
            if wanted in self.text:
                return True
            time.sleep(1)
        return False

    def ends(self):
        try:
            return self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            return None

    def close(self):
        self.process.kill()
        self.process.wait()


def sentence(suite, name, what, wanted):
    with machine.Boot(**what) as boot:
        with contextlib.closing(Sight(boot.qemu(), boot.dir)) as sight:
            said = sight.waits_for(wanted)
            suite.check(name, said, "it shows %r" % sight.text.strip()[-300:])


def talk(suite, name, sight, prompt, dialogue):
    """The prompt comes; what is typed then, and what that must show; then poweroff."""
    heard = sight.waits_for(prompt)
    for typed, shown in dialogue:
        if heard:
            sight.monitor.type(typed + "\n")
            heard = sight.waits_for(shown)
    suite.check(name, heard, "it shows %r" % sight.text.strip()[-300:])
    if heard:
        sight.monitor.type("poweroff\n")
    suite.same(name + ": its end", sight.ends() if heard else None, 0)


def shell(suite, name, target, what):
    with machine.Boot(target=target, screen=True, **what) as boot:
        with contextlib.closing(Sight(boot.qemu(), boot.dir)) as sight:
            talk(suite, name, sight, "/ #", [("expr 100 - 58", "\n42\n")])


def run(suite, targets):
    for name, what, wanted in SENTENCES if "l4" in targets else ():
        sentence(suite, name, what, wanted)
    for name, target, what in SHELLS:
        if target in targets:
            shell(suite, "%s, %s" % (name, target), target, what)
