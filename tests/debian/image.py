#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The image of make debian-iso on machines without a serial port: somebody logs in at
the screen, on each kernel, from a CD and from a USB stick."""

import contextlib
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(HERE, "../boot")]
import report
import machine
import screen_console

IMAGE = os.path.join(machine.BUILD, "l4debian.iso")
# Name, which entry of the menu, and the machine.
STARTS = (
    ("l4, CD, BIOS", 0, {}),
    ("l4, stick, UEFI, USB keyboard", 0, screen_console.USB_ONLY),
    ("native, stick, BIOS", 1, {"stick": True}),
)


def choose(monitor, entry):
    """In GRUB's menu, which is not to be read here: Home, the first entry, stops its clock."""
    for _ in range(15 if entry else 0):
        monitor.human("sendkey home")
        time.sleep(1)
    for key in ["down"] * entry + ["ret"] * bool(entry):
        monitor.human("sendkey " + key)
        time.sleep(0.5)


def start(suite, name, entry, what):
    with machine.Boot(mem="1G", config="debian", **what) as boot, \
            contextlib.closing(screen_console.Sight(boot.qemu(IMAGE), boot.dir)) as sight:
        choose(sight.monitor, entry)
        screen_console.talk(suite, name, sight, "login:", [
            ("root", "assword:"), ("l4", "#"), ("expr 100 - 58", "\n42\n"), ("df /", "\noverlay ")])


def main():
    subprocess.run(["make", "-C", machine.TOP, "debian-iso"], check=True)
    suite = report.Suite("debian-iso")
    screen_console.TIMEOUT = 300
    for name, entry, what in STARTS:
        start(suite, name, entry, what)
    suite.end()
    return 1 if report.Suite.totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
