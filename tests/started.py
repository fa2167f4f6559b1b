# SPDX-License-Identifier: GPL-2.0
"""A machine that tools/run starts, for the suites."""

import os
import subprocess

import report


def console(target, *options):
    """Its status, and what its console showed."""
    command = [os.path.join(report.TOP, "tools/run"), *options]
    if target == "native":
        command.append("--native")
    # Variables of make run, such as QEMU_ARGS, are not meant for the tests.
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={"PATH": os.environ["PATH"]})
    return done.returncode, done.stdout.decode("utf-8", "replace").replace("\r", "")
