#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""QEMU's devices, line by line, by the drivers that CONFIG=debian has: few
machines with many of them each. What was read and written is compared by
checksums; somebody types, plugs in and out, and looks at the screens. Each line
has a row in docs/devices.md, which `table.py --write' writes after it has run on
both kernels; table.py TARGET... compares."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
import report
import lines
import machine
from table_machine import Machine
from table_results import Results, WORKS

DOCUMENT = os.path.join(report.TOP, "docs/devices.md")

HEAD = """\
# Devices

What Linux's drivers make of QEMU's devices with `CONFIG=debian`, on native Linux and on the microkernel. Written by
`tests/devices/table.py --write`, which has run each line on both; `tests/run devices` runs them again, and fails
when a row is not as here. [hardware.md](hardware.md) says what a machine must have besides.

*works*, of a disk: a megabyte that this side has written is read, another one written and read again, and here they
are the same bytes; of a network card: `ping`, and a megabyte by TCP in both directions at once; of what is plugged: that, after it was put
into the running machine, and that Linux sees it go; of a serial line: a line each way; of a watchdog: it barks when it is not
fed, and not before; of keyboards and pointers: Linux has the events that QEMU's monitor made; of sound: the tone is in what
QEMU recorded; of `-vga`: the screen shows what is written to Linux's console; of a further screen: it has the colour that a
program gave it by KMS. All disks of a machine are busy at the same time, and so are all its network cards.

`{}` stands for a drive, a network, a recording or a name; all are QEMU's machine `q35`.

| line of QEMU's | drivers | native | here |
| --- | --- | --- | --- |
"""

TAIL = """
What QEMU 7.2 cannot be, or not without more than QEMU: `igb`, `igc` (i225), `r8169`, and sound by virtio have
drivers here that nothing has tried. A TPM (`tpm-tis`, with swtpm as the program that is one) works; `tests/devices/firmware.py` has it.
`i82551` asks for firmware that is not free; behind `mptsas1068` no disk is found, on both kernels (its driver is not built
for that), and a second VGA stays black, where bochs-display does not.

Hot plug of PCI devices is PCI Express's own here: QEMU has it at its root ports with
`-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off`. That by ACPI works as well (`tests/devices/firmware.py`).
"""


def fill_disks(one):
    one.add_console("std")
    one.add_disks(lines.DISKS)


def fill_slots(one):
    one.add_console("qxl")
    one.add_disks(lines.USB_DISKS)
    one.add_serial(lines.SERIAL)
    one.add_slots()


def fill_cards(one):
    one.add_console("cirrus")
    one.add_cards(lines.CARDS)


def fill_screens(one):
    one.add_screens()
    one.add_input()


def fill_sound(one):
    one.add_console("virtio")
    one.add_watchdog()
    one.arguments.append("-device qemu-xhci,id=xhci")
    one.add_sound()


MACHINES = {"disks": fill_disks, "slots": fill_slots, "cards": fill_cards,
            "screens": fill_screens, "sound": fill_sound}


def programs(directory):
    """play and show, for Linux's file system; the second one needs headers that
    Debian has elsewhere, but Linux's source has them, too."""
    folder = directory + "/overlay/bin"
    os.makedirs(folder)
    headers = os.path.join(machine.BUILD, "linux-src/include/uapi")
    for name in ("play", "show"):
        subprocess.run(["gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror",
                        "-D__user=", "-idirafter", headers, "-o",
                        os.path.join(folder, name),
                        os.path.join(HERE, name + ".c")], check=True)


def run_target(target, chosen=()):
    """What became of each line: {name: (line, drivers, result)}."""
    suite = report.Suite("devices/table-" + target)
    rows = {}
    for name, fill in MACHINES.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as directory:
            programs(directory)
            one = Machine(directory)
            fill(one)
            found, status = one.run(target, suite.log)
            suite.same(name + ": the machine ends", status, 0)
            suite.same(name + ": Linux complains of nothing",
                       found.get("messages"), "")
            for line, (drivers, result) in Results(one, found).all().items():
                suite.same(line, result, lines.KNOWN.get(line, WORKS))
                rows[line] = (one.lines[line], drivers, result)
    suite.end()
    return rows


def cell(text):
    return text.replace("|", "\\|")


def document(results):
    """The page, of {target: rows}; a target that did not run has what is there."""
    old = {}
    if os.path.exists(DOCUMENT):
        with open(DOCUMENT) as file:
            old = {line: columns for line, *columns in re.findall(
                r"^\| `(.*?)` \| .* \| (.*) \| (.*) \|$", file.read(), re.M)}
    text = HEAD
    for name, (line, drivers, _) in next(iter(results.values())).items():
        columns = [results[target][name][2] if target in results else
                   old.get(line, ["", ""])[place]
                   for place, target in enumerate(("native", "l4"))]
        text += "| `%s` | %s | %s | %s |\n" % (
            cell(line), drivers, *map(cell, columns))
    return text + TAIL


def run(targets):
    results = {target: run_target(target) for target in targets}
    report.compare("devices/table-", results)
    suite = report.Suite("devices/table")
    with open(DOCUMENT) as file:
        suite.check("docs/devices.md", file.read() == document(results),
                    "is not of this tree: tests/devices/table.py --write")
    suite.end()


def main(words):
    targets = [word for word in words if word in ("native", "l4")]
    chosen = [word for word in words if word in MACHINES]
    if "--write" in words:
        text = document({target: run_target(target)
                         for target in ("native", "l4")})
        with open(DOCUMENT, "w") as file:
            file.write(text)
    elif chosen:
        for target in targets or ["l4"]:
            run_target(target, chosen)
    else:
        run(targets or ["l4"])
    return 1 if report.Suite.totals[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
