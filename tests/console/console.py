# SPDX-License-Identifier: GPL-2.0
"""A person at the serial console: types a line, reads until the prompt."""

import re

import pexpect

import machine

PROMPT = "@# "
PATIENCE = 180	# seconds, for what hangs; a busy computer is slow
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = "\x03", "\x04", "\x1a", "\x1c"
ESCAPE, BACKSPACE, UP = "\x1b", "\x7f", "\x1b[A"


class Console:
    def __init__(self, boot, log):
        command = boot.qemu()
        self.child = pexpect.spawn(command[0], command[1:], timeout=PATIENCE,
                                   encoding="utf-8", codec_errors="replace",
                                   echo=False)
        self.child.delaybeforesend = None
        self.child.logfile_read = log

    def login(self):
        """Waits for the first prompt and makes it one of our own."""
        self.child.expect_exact("# ")
        self.child.sendline("PS1='@''# '; cd /tmp")
        self.prompt()

    def send(self, text):
        self.child.send(text)

    def line(self, text):
        self.child.send(text + "\n")

    def expect(self, pattern, timeout=PATIENCE):
        """Reads until the pattern; returns what came before it and with it."""
        self.child.expect(pattern, timeout=timeout)
        return self.clean(self.child.before + self.child.after)

    def prompt(self, timeout=PATIENCE):
        """Reads until the prompt; returns what came before it."""
        self.child.expect_exact(PROMPT, timeout=timeout)
        return self.clean(self.child.before)

    @staticmethod
    def clean(text):
        """What the reader of a terminal sees, line by line."""
        text = ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "")
        while "\b" in text:
            text = re.sub("[^\b\n]?\b", "", text, count=1)
        return text

    def sh(self, command, timeout=PATIENCE):
        """Types a command, returns its output without the echoed line."""
        self.line(command)
        output = self.prompt(timeout)
        return output.partition("\n")[2].rstrip("\n")

    def status(self, command, timeout=PATIENCE):
        """Output and exit status, the latter on a line of its own."""
        return self.sh(command + "; echo \"status $?\"", timeout)

    def ends(self, timeout=30):
        """Whether the machine ends by itself with QEMU's status 0."""
        self.child.expect(pexpect.EOF, timeout=timeout)
        self.child.close()
        return self.child.exitstatus == 0

    def kill(self):
        self.child.close(force=True)
