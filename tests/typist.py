# SPDX-License-Identifier: GPL-2.0
"""Somebody at the console of a machine, by pexpect."""

import contextlib
import re

import pexpect


@contextlib.contextmanager
def sits_at(suite, command, name, timeout):
    """pexpect's child for a QEMU. If what is waited for does not come, or the
    machine ends first, the check `name' of the suite fails."""
    child = pexpect.spawn(command[0], command[1:], timeout=timeout,
                          encoding="utf-8", codec_errors="replace")
    child.delaybeforesend = None
    child.logfile_read = suite.log
    try:
        yield child
    except (pexpect.TIMEOUT, pexpect.EOF) as error:
        suite.check(name, False, "nothing comes after %r" % re.sub(
            r"\s+", " ", str(child.before))[-200:])
        print(error, file=suite.log)
    finally:
        child.close(force=True)


def ends(suite, name, child, wanted=0):
    """Checks QEMU's status."""
    child.expect(pexpect.EOF)
    child.close()
    suite.same(name, child.exitstatus, wanted)
