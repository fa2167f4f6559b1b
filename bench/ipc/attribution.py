# SPDX-License-Identifier: GPL-2.0
"""Which functions a measurement's instructions are in: the benchmark runs
once more with QEMU's plugin of bench/plugin.c. A measurement lies between two
readings of the clock, and its shortest round is known by its length."""

import collections
import os
import re
import subprocess
import tempfile

import machine
import trace

SERVER = os.path.join(machine.BUILD, "bench-ipc/ipc-bench.elf")
KERNEL = os.path.join(machine.BUILD, "mk/microkernel.elf")
IMAGE = range(0x700000000000, 0x700001000000)
VCPU_IMAGE = range(0xffffff8000000000, 0xffffff8001000000)	# the same there
GUEST_CODE = range(0x400000, 0x401000)
OVERHEAD = 5	# of ring 3 between two readings, in most measurements
SLACK = 3	# a fault executes an instruction twice


def clock_readings():
    """Addresses of the benchmark's rdtsc instructions."""
    listing = subprocess.check_output(["objdump", "-d", SERVER], text=True)
    return {int(address, 16) for address in
            re.findall(r"^ *([0-9a-f]+):.*\srdtsc", listing, re.M)}


def record(command):
    """The instructions of all measurements, as the server's own addresses."""
    guest_code = trace.address_of(SERVER, "guest_code")
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "trace")
        subprocess.run(command + ["-plugin", "%s,begin=%#x,end=1,out=%s" %
                                  (trace.plugin("profile.so"),
                                   trace.address_of(SERVER, "main"), out)],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       check=False)
        addresses = trace.read(out)
    for i, address in enumerate(addresses):
        if address in VCPU_IMAGE:
            addresses[i] = address - VCPU_IMAGE.start + IMAGE.start
        elif address in GUEST_CODE:
            addresses[i] = address - GUEST_CODE.start + guest_code
    return addresses


class Attribution:
    def __init__(self, command):
        self.trace = record(command)
        clock = clock_readings()
        self.readings = [i for i, address in enumerate(self.trace)
                         if address in clock]
        self.symbols = trace.Symbols([SERVER, KERNEL])

    def window(self, ticks):
        """Indices of the instructions of a measurement with this result."""
        best = None
        for a, begin in enumerate(self.readings):
            for end in self.readings[a + 1:a + 4]:
                far = abs(end - begin - OVERHEAD - ticks)
                if far <= SLACK and (not best or far < best[0]):
                    best = far, range(begin + 1, end + 1)
        if not best:
            raise SystemExit("no measurement of %d instructions" % ticks)
        return best[1]

    def print_functions(self, ticks):
        """In the order of their first instruction; indented: ring 3."""
        count, visits, last = collections.Counter(), collections.Counter(), None
        for i in self.window(ticks):
            name, offset = self.symbols.find(self.trace[i])
            if self.trace[i] < trace.USER_END:
                name = "    " + name
            count[name] += 1
            visits[name] += name != last and (offset == 0 or name[0] == " "
                                              or not visits[name])
            last = name
        for name in count:
            print("  %-40s %6d   entered %d times" % (name, count[name],
                                                       visits[name]))

    def print_listing(self, ticks):
        """Every instruction, with the line of the source it came from."""
        indices = self.window(ticks)
        kernel = [i for i in indices if self.trace[i] >= trace.USER_END]
        lines = subprocess.run(
            ["addr2line", "-s", "-e", KERNEL],
            input="\n".join("%#x" % self.trace[i] for i in kernel),
            stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        line_of = dict(zip(kernel, lines))
        text = {}
        for elf in SERVER, KERNEL:
            listing = subprocess.check_output(
                ["objdump", "-d", "--no-show-raw-insn", elf], text=True)
            text.update((int(address, 16), words) for address, words in
                        re.findall(r"^ *([0-9a-f]+):\t(.*)$", listing, re.M))
        for i in indices:
            address = self.trace[i]
            print("  %-24s %-22s %s" % (self.symbols.find(address)[0],
                                        line_of.get(i, "").split(" ")[0],
                                        text.get(address, "?")))
