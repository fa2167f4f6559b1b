# SPDX-License-Identifier: GPL-2.0
"""Linux's stacks in the usual Linux, which has no modules to make mistakes: its
code and data are changed by /dev/mem. A call that pushes without end must hit the
page that guards its thread's stack, and end that thread alone; functions that find
another canary than they began with must end Linux. On the microkernel only:
natively /dev/mem does not write where Linux itself must not."""

import os
import subprocess

import machine
import sections

# The bytes, to Linux's symbol. The call is one that nothing else makes: push %rax, again.
WRITE = """code=$(sed -n 's/^ *\\([0-9a-f]*\\)-.* : Kernel code$/\\1/p' /proc/iomem)
printf '%s' | dd of=/dev/mem bs=1 seek=$((0x$code + %d)) 2>/dev/null
"""
CASES = {
    "overflow": ("__x64_sys_sethostname", r"\120\353\375",
                 'hostname other; (exec true); echo "alive $?"', [
                     r"BUG: TASK stack guard page was hit at ",
                     r"Oops: stack guard page",
                     r"RIP: 0010:__x64_sys_sethostname\+0x", r"\nalive 0\n"]),
    "smash": ("__stack_chk_guard", r"\1", "ls -R /proc >/dev/null", [
        r"Kernel panic - not syncing: stack-protector: "
        r"Kernel stack is corrupted in: \w+\+0x"]),
}


def offsets():
    """Where Linux's symbols are in its image, by name."""
    listing = subprocess.run(
        ["nm", "--defined-only", os.path.join(machine.BUILD, "linux-l4/vmlinux")],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {name: int(address, 16) for address, _, name in
             (line.split() for line in listing.splitlines())}
    return {name: address - found["_text"] for name, address in found.items()}


def run(suite):
    where = offsets()
    for case, (symbol, code, after, shown) in CASES.items():
        if symbol not in where:
            suite.check("stack: " + case, False, "Linux has no " + symbol)
            continue
        with machine.Boot(command=WRITE % (code, where[symbol]) + after,
                          cmdline="loglevel=7 panic_print=0") as boot:
            sections.check_end(suite, boot, 300, {"stack: " + case: shown})
