# SPDX-License-Identifier: GPL-2.0
"""What became of the devices of one of the machines of table.py."""

import re

import lines
from peer import DATA, sha1
from table_machine import WRITTEN_AT

SHOWN = bytes.fromhex("ff8000")
WORKS = "works"

EV_KEY, EV_REL, EV_ABS = 1, 2, 3
KEY_A, BUTTON_LEFT = 30, 0x110
PRESSED = {(EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0)}
MOVED = {(EV_REL, 0, 20), (EV_REL, 1, 10), (EV_KEY, BUTTON_LEFT, 1),
         (EV_KEY, BUTTON_LEFT, 0)}
POINTED = {(EV_ABS, 0, 4660), (EV_ABS, 1, 9029)}


def events(output):
    found = set()
    for line in output:
        if re.fullmatch(r"[0-9a-f]{48}", line):
            data = bytes.fromhex(line)
            found.add(tuple(int.from_bytes(data[start:end], "little")
                            for start, end in ((16, 18), (18, 20), (20, 24))))
    return found


class Results:
    """name: (drivers, what became of it), of a machine that has run."""

    def __init__(self, machine_run, found):
        self.machine = machine_run
        self.found = found
        self.rows = {}

    def lines_of(self, section):
        return self.found.get(section, "").splitlines() or ["none"]

    def add(self, name, drivers, wrong):
        self.rows[name] = (drivers, wrong or WORKS)

    def all(self):
        for name in self.machine.lists.get("disks", []):
            self.disk(name)
        for name in self.machine.ports:
            self.serial(name)
        for name in self.machine.servers:
            self.card(name)
        for name in self.machine.lists.get("plugged_disks", []):
            self.disk(name)
        for name in self.machine.unplugged:
            self.plugged(name)
        for name in self.machine.lists.get("console", []):
            self.console(name)
        for name in self.machine.lists.get("screens", []):
            self.screen(name, lines.SCREENS[name][-2:])
        for name in self.machine.lists.get("watchdog", []):
            self.watchdog(name)
        if "input" in self.machine.lists:
            for name, (_, _, event_name) in lines.INPUT.items():
                self.input(name, self.lines_of("input-" + event_name))
        if "sound" in self.machine.lists:
            for name in lines.SOUND:
                self.sound(name)
        return self.rows

    def disk(self, name):
        drivers, *sums = self.lines_of("disk-" + name)
        with open(self.machine.path(name), "rb") as file:
            file.seek(WRITTEN_AT)
            written = file.read(len(DATA))
        wrong = None
        if drivers == "none":
            wrong = "no disk"
        elif sums[:1] != [sha1(DATA)]:
            wrong = "read wrongly"
        elif name in lines.READ_ONLY:
            wrong = "it was written to" if any(written) else None
        elif not any(written) or sums[1:] != [sha1(written)]:
            wrong = "written wrongly"
        self.add(name, drivers, wrong)

    def card(self, name):
        drivers, *rest = self.lines_of("card-" + name)
        own = self.found.get("sums", "").strip()
        wrong = None
        if drivers == "none":
            wrong = "no card"
        elif rest[:1] != ["0% packet loss"]:
            wrong = "no answer"
        elif rest[1:] != [sha1(DATA)]:
            wrong = "received wrongly"
        elif sha1(self.machine.servers[name].received) != own:
            wrong = "sent wrongly"
        self.add(name, drivers, wrong)

    def plugged(self, name):
        drivers, wrong = self.rows[name]
        gone = "card" if name in self.machine.servers else name
        if wrong == WORKS and gone not in self.lines_of("unplug"):
            self.add(name, drivers, "it does not go")

    def serial(self, name):
        drivers, *rest = self.lines_of("serial-" + name)
        good = (rest == ["from the host"] and
                self.machine.ports[name].received == b"by port\n")
        self.add(name, drivers, None if good else "no line")

    def console(self, name):
        drivers = self.lines_of("console-empty")[0]
        (size, before), (_, after) = (
            self.machine.pictures.get(mark, ((0, 0), b""))
            for mark in ("console-empty", "console-text"))
        changed = sum(one != other for one, other in zip(before[::3],
                                                         after[::3]))
        good = size >= (640, 480) and 100 < changed < size[0] * size[1] // 10
        self.add(name, drivers, None if good else "no text: %d of %dx%d pixels"
                 % (changed, *size))

    def screen(self, name, slot):
        drivers, *rest = self.lines_of("screen-" + slot)
        size, pixels = self.machine.pictures.get(name, ((0, 0), b""))
        whole = rest == ["%dx%d" % size] and pixels
        wrong = "not what was shown: " + " ".join(rest)
        if whole and pixels == SHOWN * (size[0] * size[1]):
            wrong = None
        elif whole and not any(pixels):
            wrong = "black"
        self.add(name, drivers, wrong)

    def watchdog(self, name):
        early = self.machine.barked_early
        barked = "WATCHDOG" in self.machine.monitor.seen
        self.add(name, self.lines_of("watchdog")[0], "early" if early else
                 None if early is False and barked else "not at all")

    def input(self, name, output):
        wanted = (PRESSED if "k" in name.split("-")[1] else
                  POINTED if "tablet" in name else MOVED)
        found = events(output)
        self.add(name, output[0], None if wanted <= found else
                 "events: %s" % sorted(found))

    def sound(self, name):
        """The tone must be there for most of its time."""
        driver = {"AC97": "snd_intel8x0", "ES1370": "snd_ens1370",
                  "usb-audio": "snd-usb-audio"}.get(name, "snd_hda_intel")
        played = [line for section in self.found if section[:6] == "sound-"
                  for line in self.lines_of(section)
                  if driver in line.split(":")[0].split()]
        loud = self.machine.loud[name]
        good = played and loud > 24000 and all(
            line.endswith(": played 24576 frames") for line in played)
        self.add(name, played[0].split(":")[0] if played else "none",
                 None if good else "%d loud samples; %s" % (loud, played))
