#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The servers in examples/, booted without Linux: test.py [CASE...].

What a case's console must say is a list of patterns, found in this order;
what it must not say, another one. QEMU's status is 0 when the last server
that is not there for others has ended well."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine

TIMEOUT = 60
FAILED = 65	# roottask's: a server or the script had a mistake


def run(boot, suite, name):
    """The console's text and QEMU's status; None if it does not end."""
    with boot:
        try:
            done = subprocess.run(boot.qemu(), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, timeout=TIMEOUT)
            text, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as late:
            text, status = late.stdout or b"", None
    text = text.decode("utf-8", "replace").replace("\r", "")
    print("---- %s\n%s" % (name, text), file=suite.log, flush=True)
    return text, status


def start(suite, name, example, says=(), never=(), status=0, **arguments):
    """One boot; its console's text."""
    boot = machine.example(example, kernel_args=machine.EXIT_PORT,
                           **arguments)
    text, ended = run(boot, suite, name)
    at = 0
    for pattern in says:
        found = re.compile(pattern, re.M).search(text, at)
        suite.check("%s: %s" % (name, pattern), found,
                    "it ends with %r" % text[-300:])
        if not found:
            break
        at = found.end()
    for pattern in never:
        found = re.search(pattern, text, re.M)
        suite.check("%s: never %s" % (name, pattern), not found,
                    found and found.group())
    suite.check(name + ": status", ended == status,
                "QEMU's status is %s" % ended)
    return text


HELLO = """\
server hello { program hello-server; arguments "one" }
server %s { program hello-client; use hello; arguments "%s" }
"""


def hello(suite):
    start(suite, "hello", "hello", [
        r"^hello: ready, with 2 arguments, the first of which is `one'$",
        r"^client: Hello, world!$", r"^client: Hello, everybody!$",
        r"^client: 2 greetings$"])
    # Two clients; each has its own count.
    text = start(suite, "hello twice", "hello", [r"^hello: ready"],
                 script=HELLO % ("a", "x y") +
                 "server b { program hello-client; use hello\n"
                 "arguments \"z\" }")
    suite.check("hello twice: a", "a: 2 greetings\n" in text, text[-300:])
    suite.check("hello twice: b", "b: 1 greetings\n" in text, text[-300:])


def starts(suite):
    """Mistakes in a script with servers: one sentence each."""
    def bad(name, pattern, script, **arguments):
        start(suite, name, "hello", [pattern], script=script, status=FAILED,
              **arguments)

    bad("no program", r"^roottask: server x needs the boot module nothing, "
        "which was not loaded.$", "server x { program nothing }")
    bad("no ELF file", r"^roottask: the boot module boot.cfg is not an ELF "
        "file.$", "server x { program boot.cfg }")
    bad("little memory", r"^roottask: server x: too little memory: its "
        r"program alone needs \d+ KiB.$",
        "server x { program hello-client; memory 64K }")
    bad("much memory", r"^roottask: server x: too little memory: there is no "
        "block of 1048576 KiB.$",
        "server x { program hello-client; memory 1G }")
    bad("little quota", r"^roottask: server x: cannot make its task: ",
        "server x { program hello-client; quota 4K }")
    bad("not there", r"^roottask: boot script, line 1: server x names a "
        "server that is not there: y.$", "server x { program p; use y }")
    bad("not granted", r"^c: cannot reach the server hello: the capability "
        "lacks a right$", HELLO % ("d", "x") +
        "server c { program hello-client }")


def main(targets, only=()):
    if "l4" not in targets:
        return
    suite = report.Suite("servers")
    for case in (hello, starts):
        if not only or case.__name__ in only:
            case(suite)
    suite.end()


if __name__ == "__main__":
    main(["l4"], sys.argv[1:])
    sys.exit(1 if report.Suite.totals[1] else 0)
