# SPDX-License-Identifier: GPL-2.0
"""The benchmark's program in a Linux in Bochs, whose CPUs go on by turns, 16
instructions each: so who waits for a lock counts as who works, two runs give the
same, and a busy computer changes nothing. One tick is one instruction of a CPU."""

import contextlib
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools"))
import bochs
import machine

PROGRAM = os.path.join(machine.BUILD, "bench/bench")
MODEL = "broadwell_ult"
MEMORY = 768

# MWAIT of Bochs's does not wake for what native Linux does with it; the rest as in bench/run.
OPTIONS = {"l4": "", "native": "mitigations=off pti=off idle=halt"}


def checked_cpus(cpus):
    """So many, if Bochs has them and they are several."""
    if not 2 <= cpus <= 8:
        sys.exit("CPUS: Bochs has from 2 to 8 here: %d" % cpus)
    return cpus


@contextlib.contextmanager
def boot(command, cpus, target="l4", **others):
    """A boot of Linux for the command, which finds the program."""
    with tempfile.TemporaryDirectory() as overlay:
        os.makedirs(os.path.join(overlay, "bin"))
        shutil.copy(PROGRAM, os.path.join(overlay, "bin"))
        with machine.Boot(target=target, command=command, overlay=overlay, cpus=cpus,
                          cmdline=OPTIONS[target], **others) as started:
            yield started


def checked(what, text, found):
    """What the command printed, if it came to its end."""
    if not found or found[2] != "0":
        raise SystemExit("%s does not come to its end in Bochs:\n%s" % (what, text[-2000:]))
    return found[1]


def output(what, command, cpus, seconds, **others):
    """What the command prints."""
    with boot(command, cpus, **others) as started:
        return checked(what, *bochs.command(started, MODEL, MEMORY, seconds, cpus))
