# SPDX-License-Identifier: GPL-2.0
"""One of the machines of table.py: which devices it has, what Linux is told of
them, and what is done to it from outside while it runs."""

import array
import collections
import os
import re

import lines
import machine
import peer
from monitor import Monitor, follow, listens_at, start
from peer import DATA

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 300
IMAGE = 8 << 20
READ_AT, WRITTEN_AT = 1 << 20, 2 << 20
WAVE_HEAD, LOUD = 44, 2000
FIRST_NETWORK = 10		# 10.0.10.0/24, and so on


def key(kind, data, down):
    value = {"type": "qcode", "data": data} if kind == "key" else data
    return {"type": kind, "data": {
        "key" if kind == "key" else "button": value, "down": down}}


def axis(kind, x, y):
    return [{"type": kind, "data": {"axis": name, "value": value}}
            for name, value in (("x", x), ("y", y))]


KEYS = [[key("key", "a", True)], [key("key", "a", False)]]
MOVE = [axis("rel", 20, 10), [key("btn", "left", True)],
        [key("btn", "left", False)]]
POINT = [axis("abs", 4660, 9029)]


class Machine:
    """One boot. lists: what Linux is told to try, by the names that table.sh
    has for them."""

    def __init__(self, directory):
        self.directory = directory
        self.arguments = [lines.MACHINE]
        self.lists = {}
        self.lines = {}		# name: what stands in the document
        self.servers = {}
        self.ports = {}
        self.unplugged = {}
        self.monitor = None
        self.pictures = {}
        self.barked_early = None
        self.loud = collections.Counter()

    def path(self, name):
        return os.path.join(self.directory, name)

    def _list(self, kind, word):
        self.lists.setdefault(kind, []).append(word)

    def _line(self, name, line, more=""):
        self.lines[name] = line
        self.arguments.append(line.format(name) + more)

    def _tried(self, kind, name, line):
        """A line that Linux is told of by its own name."""
        self._line(name, line)
        self._list(kind, name)

    def _image(self, name):
        """A disk of this name: its name, and what Linux is to read."""
        with open(self.path(name), "wb") as file:
            file.truncate(IMAGE)
            file.write(b"disk %s\n" % name.encode())
            file.seek(READ_AT)
            file.write(DATA)
        self.arguments.append("-drive if=none,format=raw,id=%s,file=%s" % (
            name, self.path(name)))

    def add_disks(self, named):
        for name, line in named.items():
            self._image(name)
            self._tried("disks", name, line)

    def _network(self, name, kind):
        number = FIRST_NETWORK + len(self.servers)
        self.servers[name] = server = peer.Server()
        server.start()
        self.arguments.append("-netdev user,id=%s,net=10.0.%d.0/24" % (
            name, number))
        self._list(kind, "%s:%d:%d" % (name, number, server.port))
        return ",mac=52:54:00:00:01:%02x" % number

    def add_cards(self, named):
        for name, line in named.items():
            address = self._network(name, "cards")
            self._line(name, line, address)

    def add_serial(self, named):
        for name, line in named.items():
            self.ports[name] = peer.Line(self.path(name))
            self.ports[name].start()
            self.arguments.append("-chardev socket,id=%s,path=%s" % (
                name, self.path(name)))
            self._tried("serials", name, line)

    def add_slots(self):
        self.arguments.append(lines.SLOTS)
        for name, line in lines.PLUGGED_DISKS.items():
            self._image(name)
            self._list("plugged_disks", name)
            self._plugged(name, line.format(name))
        for name, line in lines.PLUGGED_CARDS.items():
            address = self._network(name, "plugged_cards")
            self._plugged(name, line.format(name) + address)

    def _plugged(self, name, properties):
        driver, *rest = properties.split(",")
        self.unplugged[name] = dict(pair.split("=") for pair in rest)
        self.unplugged[name].update(driver=driver, id="the-" + name)
        self.lines[name] = "device_add " + {
            **lines.PLUGGED_DISKS, **lines.PLUGGED_CARDS}[name]

    def add_console(self, name):
        self._tried("console", name, lines.CONSOLES[name])

    def add_screens(self):
        for name, line in lines.SCREENS.items():
            self._tried("screens", name, line)

    def add_input(self):
        for name, (line, _, event_name) in lines.INPUT.items():
            self._line(name, line)
            self._list("input", event_name)

    def add_watchdog(self):
        for name, line in lines.WATCHDOG.items():
            self._tried("watchdog", name, line)

    def add_sound(self):
        for name, line in lines.SOUND.items():
            self.arguments.append("-audiodev wav,id=%s,path=%s" % (
                name, self.path(name + ".wav")))
            self._line(name, line)
        self._list("sound", "1")

    def at(self, mark):
        """What a person does when Linux says that it has come there."""
        if mark in ("console-empty", "console-text"):
            self.pictures[mark] = self._picture(None)
        elif mark.startswith("screen-"):
            for name, line in self.lines.items():
                if line.endswith(",addr=0x" + mark[7:]):
                    self.pictures[name] = self._picture(name)
        elif mark.startswith("sound-"):
            for name in lines.SOUND:
                self.loud[name] = max(self.loud[name], self._loud(name))
        elif mark == "watchdog":
            self.monitor.call("query-status")
            self.barked_early = "WATCHDOG" in self.monitor.seen
        elif mark == "type":
            self._type()
        elif mark == "plug":
            for properties in self.unplugged.values():
                self.monitor.call("device_add", **properties)
        elif mark == "unplug":
            for properties in self.unplugged.values():
                self.monitor.call("device_del", id=properties["id"])

    def _picture(self, screen):
        return self.monitor.picture(self.path("screen.ppm"), screen)

    def _loud(self, name):
        """How many samples of a tone its file has now; later it may be empty again."""
        with open(self.path(name + ".wav"), "rb") as file:
            data = file.read()[WAVE_HEAD:]
        return sum(abs(sample) > LOUD for sample in
                   array.array("h", data[:len(data) & ~1]))

    def _type(self):
        for name, (_, screen, _) in lines.INPUT.items():
            for events in (KEYS if "k" in name.split("-")[1] else
                           POINT if "tablet" in name else MOVE):
                self.monitor.events(screen, events)

    def run(self, target, log):
        """Linux's sections, and QEMU's status."""
        command = "\n".join("%s='%s'" % (kind, " ".join(words))
                            for kind, words in self.lists.items())
        with open(os.path.join(HERE, "table.sh")) as script:
            command += "\n" + script.read()
        control = self.path("qmp")
        self.arguments.append(listens_at(control))
        with machine.Boot(target=target, command=command, config="debian",
                          window="none", overlay=self.path("overlay"),
                          kernel_args=machine.EXIT_PORT,
                          qemu_args=" ".join(self.arguments)) as boot:
            with start(boot.qemu(), TIMEOUT, log) as process:
                self.monitor = Monitor(control)
                text = follow(process, self)
                self.monitor.rest()
                status = process.wait()
        print(text, file=log, flush=True)
        return dict(re.findall(r"^== ([\w-]+)\n(.*?)(?=^== )", text,
                               re.M | re.S)), status
