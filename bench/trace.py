# SPDX-License-Identifier: GPL-2.0
"""What an instruction trace of the plugin says: components, functions,
stacks. A trace is a list of addresses; one operation's window is chosen, the
shortest, as an interrupt only ever makes one longer."""

import array
import bisect
import collections
import glob
import os
import subprocess

import machine

LINUX = {"l4": os.path.join(machine.BUILD, "linux-l4"),
         "native": os.path.join(machine.BUILD, "linux-native")}

# The object files of Linux that stand between a trap and Linux's own code,
# and those that tell the microkernel about memory.
ENTRY = {"l4": ("arch/l4/kernel/entry.o", "arch/l4/kernel/upcall.o"),
         "native": ("arch/x86/entry/*.o",)}
MEMORY = {"l4": ("arch/l4/mm/*.o", "arch/l4/l4/*.o"), "native": ()}

USER_END = 1 << 47
MICROKERNEL = range(0xffff800000000000, 0xffff808000000000)

# In the order in which a path goes through them.
COMPONENTS = ("user", "microkernel entry", "microkernel call",
              "microkernel exit", "Linux entry", "Linux arch memory",
              "Linux work")


def plugin(name):
    """Where one of bench's plugins for QEMU is, built."""
    path = os.path.join(machine.BUILD, "bench", name)
    subprocess.run(["make", "-s", "-C", os.path.join(machine.TOP, "bench"),
                    "B=" + os.path.dirname(path), path], check=True)
    return path


def address_of(path, name):
    """Of a symbol of an ELF file."""
    for line in subprocess.check_output(["nm", path], text=True).splitlines():
        words = line.split()
        if words[2:] == [name]:
            return int(words[0], 16)
    raise SystemExit("%s has no %s" % (path, name))


class Symbols:
    """Functions of ELF files, by address."""

    def __init__(self, files):
        found = {}
        for path in files:
            listing = subprocess.check_output(["nm", path], text=True)
            for line in listing.splitlines():
                words = line.split()
                if len(words) == 3 and words[1] in "tTwW":
                    address = int(words[0], 16)
                    # Of several names the one without underscores.
                    if len(words[2]) < len(found.get(address, "x" * 99)):
                        found[address] = words[2]
        self.starts = sorted(found)
        self.names = [found[start] for start in self.starts]
        self.cache = {}

    def find(self, address):
        """(name, offset into it)"""
        hit = self.cache.get(address)
        if not hit:
            i = bisect.bisect_right(self.starts, address) - 1
            hit = (("%#x" % address, 0) if i < 0 else
                   (self.names[i], address - self.starts[i]))
            self.cache[address] = hit
        return hit


def functions_of(target, patterns):
    """The functions that object files of Linux define."""
    names = set()
    for pattern in patterns:
        for path in glob.glob(os.path.join(LINUX[target], pattern)):
            if os.path.basename(path).startswith("built-in"):
                continue
            for line in subprocess.check_output(
                    ["nm", path], text=True).splitlines():
                words = line.split()
                if len(words) == 3 and words[1] in "tTwW":
                    names.add(words[2])
    return names


def read(path):
    """The trace as it was written."""
    trace = array.array("Q")
    with open(path, "rb") as source:
        trace.frombytes(source.read())
    return trace


def windows(path):
    """The trace's windows, each a list of addresses."""
    trace = read(path)
    found, start = [], 0
    for i, address in enumerate(trace):
        if not address:
            found.append(trace[start:i])
            start = i + 1
    return found


class Profile:
    """One window: its instructions by component, by function, by stack."""

    def __init__(self, target, trace, symbols, calls):
        """trace: the addresses of one window with so many calls."""
        self.calls = calls
        self.total = len(trace)
        self.entry = functions_of(target, ENTRY[target])
        self.memory = functions_of(target, MEMORY[target])
        self.symbols = symbols
        self.runs = self._runs(trace)
        self.functions = collections.Counter()
        self.stacks = collections.Counter()
        linux = []
        for component, addresses in self.runs:
            # A call of the microkernel returns to where it was made.
            if component == "user":
                linux = []
            self._count(component, addresses,
                        linux if component == "Linux" else [])

    def _space(self, address):
        if address < USER_END:
            return "user"
        if address in MICROKERNEL:
            return "microkernel"
        return "Linux"

    def _runs(self, trace):
        """Splits where user, microkernel and Linux change; what a visit to
        the microkernel was for is seen by where it came from and went to."""
        spaces, start = [], 0
        for i in range(1, len(trace) + 1):
            if i == len(trace) or (self._space(trace[i]) !=
                                   self._space(trace[start])):
                spaces.append((self._space(trace[start]), trace[start:i]))
                start = i
        runs = []
        for i, (space, addresses) in enumerate(spaces):
            if space == "microkernel":
                before = spaces[i - 1][0] if i else "user"
                after = (spaces[i + 1][0] if i + 1 < len(spaces) else "user")
                space = {("user", "Linux"): "microkernel entry",
                         ("Linux", "user"): "microkernel exit"}.get(
                             (before, after), "microkernel call")
            runs.append((space, addresses))
        return runs

    def _count(self, component, addresses, stack):
        """Within a run: functions, and the stack, guessed from where control
        goes: to a function's first instruction by a call, else back."""
        name, last = None, 0
        for address in addresses:
            here, offset = self.symbols.find(address)
            if here != name or offset == 0:
                if stack and 0 < address - last < 16:
                    stack[-1] = here	# a label, run into
                elif offset == 0 or here not in stack:
                    stack.append(here)
                else:
                    del stack[stack.index(here) + 1:]
                name = here
            last = address
            kind = component
            if component == "Linux":
                kind = self._linux(here)
            self.functions[kind, here] += 1
            self.stacks[(component,) + tuple(stack)] += 1

    def _linux(self, name):
        if name in self.entry:
            return "Linux entry"
        return "Linux arch memory" if name in self.memory else "Linux work"

    def by_component(self):
        """Instructions per call."""
        sums = collections.Counter()
        for (kind, _), count in self.functions.items():
            sums[kind] += count
        return {kind: sums[kind] / self.calls for kind in COMPONENTS}

    def visits(self):
        """{what for: (visits to the microkernel per call, length of one)}"""
        numbers, lengths = collections.Counter(), collections.Counter()
        for kind, addresses in self.runs:
            if kind.startswith("microkernel"):
                numbers[kind] += 1
                lengths[kind] += len(addresses)
        return {kind: (numbers[kind] / self.calls,
                       lengths[kind] / numbers[kind]) for kind in numbers}
