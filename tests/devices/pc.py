# SPDX-License-Identifier: GPL-2.0
"""A PC's devices, by the drivers that CONFIG=debian has: an AHCI disk and an
e1000e card, by messages and by interrupt lines; keyboard, mouse and screen,
with this program as the person before them."""

import os
import re
import struct

import machine
import peer
from monitor import Monitor, follow, listens_at, start
from peer import DATA

TIMEOUT = 600
EV_KEY, EV_REL = 1, 2
BUTTON_LEFT = 0x110

TYPED = "echo typed-%s >/tmp/typed" % "by-hand"


class Screen:
    """What a person does and sees, at the points that Linux names."""

    def __init__(self, monitor, directory):
        self.monitor = monitor
        self.path = directory + "/screen.ppm"
        self.pictures = []

    def at(self, mark):
        if mark == "ready":
            self.pictures.append(self.monitor.picture(self.path))
            self.monitor.type(TYPED + "\n")
            for _ in range(3):
                self.monitor.human("mouse_move 20 10")
            self.monitor.human("mouse_button 1")
            self.monitor.human("mouse_button 0")
        elif mark == "seen":
            self.pictures.append(self.monitor.picture(self.path))


def run(target, directory, server, cmdline, with_screen):
    """One boot: the console's text, the Screen, and QEMU's status."""
    command = "host_port=%d screen=%s\n%s" % (
        server.port, "1" if with_screen else "", peer.script("pc.sh"))
    control = directory + "/qmp"
    arguments = " ".join([
        "-device ahci,id=ahci",
        "-drive if=none,id=sda,format=raw,file=%s/disk.img" % directory,
        "-device ide-hd,drive=sda,bus=ahci.0",
        "-drive if=none,id=sdb,format=raw,file=%s/second.img" % directory,
        "-device ide-hd,drive=sdb,bus=ahci.1",
        "-netdev user,id=lan -device e1000e,netdev=lan,romfile=",
        listens_at(control)])
    screen = None
    with machine.Boot(target=target, command=command, config="debian",
                      window="none", cmdline=cmdline,
                      kernel_args=machine.EXIT_PORT,
                      qemu_args=arguments) as boot:
        with start(boot.qemu(), TIMEOUT) as process:
            if with_screen:
                screen = Screen(Monitor(control), directory)
            text = follow(process, screen)
            status = process.wait()
        if os.path.exists(control):
            os.remove(control)
    return text, screen, status


def mouse_events(lines):
    """Sums of the movements, and the left button's events."""
    x = y = 0
    buttons = []
    for line in lines.split():
        if len(line) != 48:
            continue
        _, _, kind, code, value = struct.unpack("qqHHi", bytes.fromhex(line))
        if kind == EV_REL and code == 0:
            x += value
        elif kind == EV_REL and code == 1:
            y += value
        elif kind == EV_KEY and code == BUTTON_LEFT:
            buttons.append(value)
    return x, y, buttons


def check_screen(suite, found, screen):
    suite.same("keyboard and mouse", found.get("input"),
               'Name="AT Translated Set 2 keyboard"\n'
               'Name="ImExPS/2 Generic Explorer Mouse"\n'
               'Name="Power Button"')
    suite.same("framebuffer", found.get("framebuffer"), "(M) frame buffer device")
    suite.same("a typed command", found.get("typed"), "typed-by-hand")
    suite.same("mouse", mouse_events(found.get("mouse", "")),
               (60, 30, [1, 0]))
    sizes = [size for size, _ in screen.pictures]
    suite.check("screen", len(sizes) == 2 and sizes[0] == sizes[1] and
                sizes[0] >= (640, 480), sizes)
    if len(sizes) == 2:
        before, after = (pixels for _, pixels in screen.pictures)
        changed = sum(one != other for one, other in zip(
            before[::3], after[::3]))
        # Each letter changes some dozens.
        suite.check("typed text on it", changed > 20 * len(TYPED),
                    "%d pixels have changed" % changed)


def kinds(found):
    """By which kind of interrupt each device is served."""
    result = {}
    for kind, names in re.findall(
            r"^ *\d+: +[1-9]\d* +(IO-APIC|PCI-MSIX?)\S* +\S+ +(.*)$",
            found.get("interrupts", ""), re.M):
        for name in re.findall(r"ahci|eth\d|i8042|ttyS\d", names):
            result.setdefault(name, kind)
    return result


def run_devices(suite, target, directory, make, check_block, sections,
                check_end):
    """By messages and by lines; what the first boot has found."""
    results = []
    for name, cmdline, wanted in (
            ("messages", "", {"ahci": "PCI-MSI", "eth0": "PCI-MSIX"}),
            ("lines", "pci=nomsi", {"ahci": "IO-APIC", "eth0": "IO-APIC"})):
        disk = make(directory)
        server = peer.Server()
        server.start()
        text, screen, status = run(target, directory, server, cmdline,
                                   name == "messages")
        print(text, file=suite.log, flush=True)
        check_end(suite, status)
        found = sections(text)
        check_block(suite, found, disk, name + ": ")
        suite.check(name + ": tcp", server.received == DATA and
                    found.get("tcp") == peer.sha1(DATA), found.get("tcp"))
        found_kinds = kinds(found)
        for device, kind in wanted.items():
            suite.same("%s: interrupts of %s" % (name, device),
                       found_kinds.get(device), kind)
        if screen:
            check_screen(suite, found, screen)
            for device in ("i8042", "ttyS0"):
                suite.same("interrupts of " + device,
                           found_kinds.get(device), "IO-APIC")
        results.append((found, screen))
    return results[0]
