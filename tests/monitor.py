# SPDX-License-Identifier: GPL-2.0
"""QEMU's monitor: the person before the machine, who types, looks at the screen,
and puts devices into it."""

import json
import re
import socket
import subprocess
import time

KEYS = {" ": "spc", ">": "shift-dot", "/": "slash", "-": "minus",
        "\n": "ret"}


def listens_at(path):
    """QEMU's argument for that."""
    return "-qmp unix:%s,server=on,wait=off" % path


def start(command, timeout, errors=None):
    """A machine whose console can be followed; it ends after so many seconds at the latest."""
    return subprocess.Popen(["timeout", str(timeout)] + command, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=errors)


def follow(process, person):
    """What a machine's console shows to its end; `person', if any, is at() each section that begins."""
    text = ""
    for line in process.stdout:
        line = line.decode("utf-8", "replace").replace("\r", "")
        text += line
        mark = re.match(r"== ([\w-]+)$", line)
        if mark and person:
            person.at(mark.group(1))
    return text


class Monitor:
    """QEMU's monitor, on a socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.1)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.seen = []		# the names of the machine's events
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        json.dump({"execute": command, "arguments": arguments}, self.file)
        self.file.write("\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "event" not in answer:
                return answer
            self.seen.append(answer["event"])

    def rest(self):
        """What it still says when the machine has ended."""
        for line in self.file:
            self.seen.append(json.loads(line).get("event"))

    def human(self, line):
        self.call("human-monitor-command", **{"command-line": line})

    def type(self, text):
        """As fast as a person: the keyboard's own memory is small."""
        for letter in text:
            self.human("sendkey %s 20" % KEYS.get(letter, letter))
            time.sleep(0.1)

    def events(self, screen, events):
        """What somebody does with the keyboard or pointer that belongs to a
        screen, at once; with None, to none."""
        arguments = {"device": screen} if screen else {}
        self.call("input-send-event", events=events, **arguments)

    def picture(self, path, screen=None):
        """The size of a screen, the first one without a name, and its pixels,
        three bytes each."""
        arguments = {"device": screen} if screen else {}
        self.call("screendump", filename=path, **arguments)
        with open(path, "rb") as file:
            data = file.read()
        head = re.match(rb"P6\s(\d+) (\d+)\s255\s", data)
        if not head:
            return (0, 0), b""
        return tuple(map(int, head.groups())), data[head.end():]
