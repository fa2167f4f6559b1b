#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Memory that is swapped out, and limits of memory, in the Linux of
CONFIG=debian: test.py TARGET... (native, l4). With both, their outputs must
agree; what must come is known anyway. ROUNDS= makes it longer."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE)]
import report
import machine
import sections

BUILD = os.path.join(report.TOP, "build/tests-swap")
# Little, so that more than there is does not take long; the modules are in it.
MEMORY = "256M"
DISK_SIZE = 128 << 20
TIMEOUT = 900
CPUS = machine.wanted_cpus(2)


def disks(folder):
    """One with a file system, for the file, and one that is swap; sparse."""
    for name in ("files", "swap"):
        with open(os.path.join(folder, name), "wb") as file:
            file.truncate(DISK_SIZE)
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-b", "4096", folder + "/files"],
                   check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return " ".join("-drive if=virtio,format=raw,cache=unsafe,file=%s/%s" %
                    (folder, name) for name in ("files", "swap"))


def overlay(root, rounds):
    """What the machine gets beside its usual files: /swap and the program."""
    for folder in ("swap", "bin"):
        os.makedirs(os.path.join(root, folder))
    os.link(os.path.join(BUILD, "swap"), os.path.join(root, "bin/swap"))
    with open(os.path.join(root, "swap/guest.sh"), "w") as file:
        file.write("ROUNDS=%d\n%s" % (rounds, sections.script(HERE)))


def run_target(target):
    rounds = int(os.environ.get("ROUNDS") or 1)
    suite = report.Suite("swap/" + target)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        root = os.path.join(folder, "root")
        overlay(root, rounds)
        text = sections.run(target, "debian", "/swap/guest.sh", root,
                            "--mem", MEMORY, "--qemu-args", disks(folder), "--cpus", str(CPUS),
                            "--timeout", str(TIMEOUT * rounds))
    found = sections.check(suite, text, sections.wanted(HERE))
    suite.end()
    return found


def main(targets):
    os.makedirs(report.LOGS, exist_ok=True)
    if subprocess.call(["make", "-s", "-C", HERE, "B=" + BUILD]):
        raise SystemExit("building the program failed")
    report.compare("swap/", {target: run_target(target) for target in targets})


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
