# SPDX-License-Identifier: GPL-2.0
"""How long CPUs are in the microkernel with interrupts off, and how much of it they wait
for its lock: from outside, by a boot in Bochs with stops at what ends such a stretch and
at what happens to the lock. One tick is one instruction of a CPU."""

import collections
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools"))
import bochs
import in_bochs
import machine
import trace

KERNEL = os.path.join(machine.BUILD, "mk/microkernel.elf")


def physical(address):
    """Of the kernel's image."""
    for line in subprocess.check_output(["readelf", "-lW", KERNEL], text=True).splitlines():
        words = line.split()
        if words[:1] == ["LOAD"] and 0 <= address - int(words[2], 16) < int(words[5], 16):
            return address - int(words[2], 16) + int(words[3], 16)
    raise SystemExit("%#x is not in the kernel's image" % address)


def symbol(name):
    return trace.address_of(KERNEL, name)


def window():
    """Where a preemption point lets interrupts in."""
    listing = subprocess.check_output(["objdump", "-d", "--disassemble=preempt_window", KERNEL], text=True)
    return int(re.search(r"^\s*(\w+):\t[0-9a-f ]+\tsti\b", listing, re.M)[1], 16)


Stretch = collections.namedtuple("Stretch", "count what")


class Cpu:
    def __init__(self):
        self.begin = None	# of the stretch
        self.drawn = None	# when it drew its number
        self.waited = 0		# in this stretch
        self.places = collections.Counter()
        self.last = None	# the one before, should it turn out to go on


class Watch:
    """A stretch begins with what a CPU first does to the lock, and ends when it releases it;
    but for the few instructions of entry_*.S before and after that."""

    def __init__(self, cpus):
        self.symbols = trace.Symbols([KERNEL])
        self.word = physical(symbol("kernel_lock_word"))
        # Bochs does not see every fifth instruction: two after each other, then.
        self.windows = [window(), window() + 1]
        self.leave = [symbol("trap_leave_many"), symbol("trap_leave_many") + 1]
        self.others = []	# instructions that a subclass wants to know of: _other()
        self.cpus = [Cpu() for _ in range(cpus)]
        self.queue = collections.deque()	# who has the lock, then who waits
        self.longest = {}	# (ticks, of them waiting, CPU, functions), by where it mostly is
        self.waited = [0] * cpus
        self.held = [0] * cpus
        self.taken = self.since = 0
        self.first = self.now = 0	# of all that happened

    def run(self, boot, last, seconds):
        """(text, match) as of bochs.run()"""
        with bochs.Watched(boot, in_bochs.MODEL, in_bochs.MEMORY, len(self.cpus), [self.word, self.word + 4],
                           self.windows + self.leave + self.others) as watched:
            for now, happened, places in watched.stops(last, seconds):
                self._places(places)
                for number, address in happened:
                    # GRUB writes it, too.
                    if places[number] in trace.MICROKERNEL:
                        self._happened(now, number, address, self.symbols.find(places[number])[0])
                    elif address in self.others:
                        self._other(now, number, address)
            return watched.text, watched.found

    def stretches(self):
        """The longest one first."""
        return [Stretch(ticks, "CPU %d, %s of it waiting: %s" % (
            number, "{:,}".format(waited), ", ".join("%s %d" % place for place in places)))
            for ticks, waited, number, places in sorted(self.longest.values(), reverse=True)]

    def share(self, ticks):
        """Of all the CPUs' time."""
        return sum(ticks) / max(self.now - self.first, 1) / len(self.cpus)

    def _other(self, now, number, address):
        pass

    def _places(self, places):
        """Of who waits counts what the lock's holder does."""
        for number in places:
            if self.cpus[number].begin is not None:
                doer = self.queue[0] if number in self.queue else number
                self.cpus[number].places[self.symbols.find(places[doer])[0]] += 1

    def _happened(self, now, number, address, function):
        cpu = self.cpus[number]
        self.first, self.now = self.first or now, now
        if address == self.word:
            if cpu.begin is None:
                cpu.begin = now
            # Who tries in vain writes it, too; whether somebody did shows later.
            if number in self.queue:
                self._gets_out(now, number)
            cpu.drawn = now
            if not self.queue or function == "wait_for_lock":
                self._draws(now, number)
        elif address == self.word + 4:
            self._releases(now, number)
            if function == "trap_leave_first":
                cpu.begin = None	# of the boot, which disturbs nobody
            elif function != "kernel_offer_lock":
                self._ends(now, number)
        elif address in self.leave:
            if number in self.queue:
                self._gets_out(now, number)
            # What could not be done on the short way was not the end.
            if cpu.begin is None and cpu.last:
                cpu.begin, cpu.waited, cpu.places = cpu.last
        elif cpu.begin is not None:
            self._ends(now, number)
            cpu.begin = now

    def _draws(self, now, number):
        self.queue.append(number)
        if len(self.queue) == 1:
            self._takes(now, number)

    def _takes(self, now, number):
        cpu = self.cpus[number]
        cpu.waited += now - cpu.drawn
        self.waited[number] += now - cpu.drawn
        self.taken += 1
        self.since = now

    def _releases(self, now, number):
        cpu = self.cpus[number]
        if number in self.queue and self.queue[0] != number:
            raise SystemExit("CPU %d releases a lock that it does not have: %s" % (number, self.queue))
        if number not in self.queue:
            # It had tried, and not in vain; but who came before it had.
            self.queue.appendleft(number)
            self.since = cpu.drawn
        self.held[number] += now - self.since
        self._gets_out(now, number)

    def _gets_out(self, now, number):
        had = self.queue[0] == number
        self.queue.remove(number)
        if had and self.queue:
            self._takes(now, self.queue[0])

    def _ends(self, now, number):
        cpu = self.cpus[number]
        ticks = now - cpu.begin
        places = cpu.places.most_common(4)
        if ticks > self.longest.get(places[0][0], [0])[0]:
            self.longest[places[0][0]] = ticks, cpu.waited, number, places
        cpu.last = cpu.begin, cpu.waited, cpu.places
        cpu.begin, cpu.waited, cpu.places = None, 0, collections.Counter()
