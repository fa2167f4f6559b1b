# SPDX-License-Identifier: GPL-2.0
"""The files that the whole workloads need in the root file system: a source
tree, and programs of Debian's packages with their libraries."""

import os
import re
import shutil
import subprocess

import machine

BENCH = os.path.dirname(os.path.abspath(__file__))
SOURCE = "kernel/time kernel/sched kernel/locking lib/crypto".split()
PROGRAMS = ("/usr/bin/hackbench", "/usr/bin/tcc")


def add(overlay, programs):
    """programs: where the benchmark's own ones are."""
    shutil.copy(os.path.join(programs, "sqlite"),
                os.path.join(overlay, "bin"))
    shutil.copy(os.path.join(BENCH, "workloads.sh"),
                os.path.join(overlay, "bin/workloads"))
    os.mkdir(os.path.join(overlay, "bench"))
    add_source(os.path.join(overlay, "bench/source.tar"))
    add_compiled(os.path.join(overlay, "bench"))
    for program in PROGRAMS:
        add_program(overlay, program)


def add_source(path):
    """The same bytes every time."""
    subprocess.run(["tar", "cf", path, "--sort=name", "--owner=0",
                    "--group=0", "--mtime=2024-01-01", "--transform",
                    "s,^,source/,", "-C",
                    os.path.join(machine.BUILD, "linux-src")] + SOURCE,
                   check=True)


def add_compiled(directory):
    """C files for the compiler, preprocessed: the machine has no headers."""
    for name in ("call", "poll", "ipc", "switch", "memory", "file"):
        subprocess.run(["tcc", "-E", "-o",
                        os.path.join(directory, name + ".i"),
                        os.path.join(BENCH, name + ".c")], check=True)


def add_program(overlay, program):
    """A program and the libraries that the loader will look for."""
    listing = subprocess.check_output(["ldd", program], text=True)
    for path in [program] + re.findall(r"(/\S+) \(0x", listing):
        target = os.path.join(overlay, path.lstrip("/"))
        # The root file system has its own /bin; libraries are where the
        # loader looks.
        if path == program:
            target = os.path.join(overlay, "bin", os.path.basename(path))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(path, target)
