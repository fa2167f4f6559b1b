# SPDX-License-Identifier: GPL-2.0
"""QEMU's monitor: the keys that a person presses, and what is on the screen."""

import json
import re
import socket
import time

KEYS = {" ": "spc", ">": "shift-dot", "/": "slash", "-": "minus",
        "\n": "ret"}


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
        self.call("qmp_capabilities")

    def call(self, command, **arguments):
        json.dump({"execute": command, "arguments": arguments}, self.file)
        self.file.write("\n")
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if "event" not in answer:
                return answer

    def human(self, line):
        self.call("human-monitor-command", **{"command-line": line})

    def type(self, text):
        """As fast as a person: the keyboard's own memory is small."""
        for letter in text:
            self.human("sendkey %s 20" % KEYS.get(letter, letter))
            time.sleep(0.1)

    def picture(self, path):
        """The screen's size and its pixels, three bytes each."""
        self.human("screendump " + path)
        with open(path, "rb") as file:
            data = file.read()
        head = re.match(rb"P6\s(\d+) (\d+)\s255\s", data)
        if not head:
            return (0, 0), b""
        return tuple(map(int, head.groups())), data[head.end():]
