# SPDX-License-Identifier: GPL-2.0
"""Tests whose folder has a guest.sh, which runs on Linux and prints sections,
each after a line "== name", and a wanted.txt, which says what they must be."""

import os
import re

import started

SECTION = re.compile(r"^== (\S+)\n(.*?)(?=^== |\Z)", re.M | re.S)
HERE = os.path.dirname(os.path.abspath(__file__))


def read(folder, name):
    with open(os.path.join(folder, name)) as file:
        return file.read()


def wanted(folder):
    return dict(SECTION.findall(read(folder, "wanted.txt")))


def script(folder):
    """What the machine runs: the functions that all have, and guest.sh."""
    return read(HERE, "messages.sh") + read(folder, "guest.sh")


def run(target, config, path, root, *options):
    """The console of a machine that runs the script, which its files have as
    `path'; they are the usual ones and those under `root'."""
    return started.console(target, "--config", config, "--cmd", "sh %s 2>&1" % path,
                           "--overlay", root, *options)[1]


def check(suite, text, must):
    """The sections that a console shows, each compared with what it must be."""
    print(text, file=suite.log)
    # What is urgent comes on the console, too.
    found = dict(SECTION.findall(re.sub(r"^\[ *\d+\.\d+\] .*\n", "", text,
                                        flags=re.M)))
    for name, output in must.items():
        suite.same(name, found.get(name), output)
    return found


def check_end(suite, boot, timeout, wanted):
    """A machine that ends by itself; by names, what its console must show."""
    text, status = boot.run(timeout)
    print(text, file=suite.log)
    for name, patterns in wanted.items():
        missing = [line for line in patterns if not re.search(line, text)]
        suite.check(name, not missing and status is not None,
                    "the console lacks %r" % missing if missing else
                    "it did not end in %d s" % timeout)
