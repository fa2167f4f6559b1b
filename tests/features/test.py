#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Modules, tracing, probes, preemption, SysRq and panics in the Linux of
CONFIG=debian: test.py TARGET... (native, l4). With both, their outputs must
agree; what must come is known anyway."""

import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine
import sections

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(report.TOP, "build/tests-features")
PROGRAMS = os.path.join(report.TOP, "build/tests-linux")
KERNELS = {"l4": ("l4", "linux-l4-debian"),
           "native": ("x86_64", "linux-native-debian")}
TIMEOUT = 900
CPUS = machine.wanted_cpus(2)
# Sections about what native Linux has not.
ONLY_L4 = ("refused",)

# How Linux must end, by what is written to /proc/sysrq-trigger and with which
# options of the kernel, and what the console must show.
ENDS = {
    "crash": ("echo c >/proc/sysrq-trigger", "", [
        r"sysrq: Trigger a crash",
        r"Kernel panic - not syncing: sysrq triggered crash",
        r"Call Trace:", r"sysrq_handle_crash\+0x", r"vfs_write\+0x"]),
    "null": ("insmod /features/crash.ko", "oops=panic", [
        r"BUG: .*0000000000000008", r"RIP: 0010:crash_init\+0x.*\[crash\]",
        r"Modules linked in: crash\(", r"do_one_initcall\+0x",
        r"Kernel panic - not syncing: Fatal exception"]),
    "overflow": ("insmod /features/crash.ko mistake=overflow", "oops=panic", [
        r"BUG: TASK stack guard page was hit at ",
        r"Oops: stack guard page", r"RIP: 0010:deep.*\[crash\]",
        r"overflow\+0x.*\[crash\]",
        r"Kernel panic - not syncing: Fatal exception"]),
    "smash": ("insmod /features/crash.ko mistake=smash", "", [
        r"Kernel panic - not syncing: stack-protector: "
        r"Kernel stack is corrupted in: smash\+0x"]),
    "reboot": ("echo b >/proc/sysrq-trigger", "", [r"sysrq: Resetting"]),
}


def make(target, folder):
    """The programs and modules for the kernel of the target."""
    arch, kernel = KERNELS[target]
    log = os.path.join(report.LOGS, "features-%s-make.log" % target)
    with open(log, "w") as out:
        for arguments in ([HERE, "B=" + folder, "ARCH=" + arch,
                           "KERNEL=" + os.path.join(machine.BUILD, kernel)],
                          [os.path.join(HERE, "../linux"), "B=" + PROGRAMS]):
            if subprocess.call(["make", "-C", *arguments], stdout=out,
                               stderr=out):
                raise SystemExit("building the modules failed, see " + log)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def functions(target):
    """What is probed everywhere: all functions of arch/l4; natively some of
    those that change a process's memory."""
    if target == "native":
        return ("handle_mm_fault", "flush_tlb_mm_range", "dup_task_struct",
                "finish_task_switch", "begin_new_exec", "exit_mmap")
    names = set()
    for source in glob.glob(os.path.join(report.TOP, "l4linux-arch/*/*.c")):
        path = os.path.relpath(source, os.path.join(report.TOP,
                                                    "l4linux-arch"))
        symbols = subprocess.run(
            ["nm", os.path.join(machine.BUILD, KERNELS[target][1], "arch/l4",
                                path[:-2] + ".o")], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True).stdout
        names.update(re.findall(r"^\w+ [tT] (\w+)$", symbols, re.M))
    return sorted(names)


def overlay(target, folder, root):
    """What the machine gets beside its usual files: /features."""
    files = os.path.join(root, "features")
    os.makedirs(files)
    write(os.path.join(files, "guest.sh"), sections.script(HERE).encode())
    symbols = subprocess.run(["nm", os.path.join(folder, "churn")],
                             stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    address = int(re.search(r"^(\w+) b wrong$", symbols, re.M)[1], 16)
    write(os.path.join(files, "address"), b"%d\n" % address)
    write(os.path.join(files, "functions"), "".join(
        name + "\n" for name in functions(target)).encode())
    for name in ("border", "calls", "churn", "traced", "vdso"):
        os.link(os.path.join(folder, name), os.path.join(files, name))
    os.link(os.path.join(PROGRAMS, "storm"), os.path.join(files, "storm"))
    for name in ("hello", "caller", "stranger", "crash", "depth", "inside") + (
            ONLY_L4 if target == "l4" else ()):
        os.link(os.path.join(folder, "modules", name + ".ko"),
                os.path.join(files, name + ".ko"))
    with open(os.path.join(folder, "modules/hello.ko"), "rb") as file:
        module = file.read()
    write(os.path.join(files, "version.ko"),
          module.replace(b"vermagic=6.12", b"vermagic=6.11"))
    # Natively the other kernel's word is missing, here ours is.
    write(os.path.join(files, "other.ko"),
          module.replace(b" l4 ", b" xy ") if target == "l4" else
          module.replace(b"mod_unload ", b"mod_unlade "))
    write(os.path.join(files, "cut.ko"), module[:len(module) // 2])
    write(os.path.join(files, "junk.ko"), b"no module at all\n" * 99)
    write(os.path.join(files, "empty.ko"), b"")
    # uprobes count from the beginning of the file.
    symbols = subprocess.run(["nm", os.path.join(folder, "traced")],
                             stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    address = int(re.search(r"^(\w+) T probed$", symbols, re.M)[1], 16)
    headers = subprocess.run(
        ["readelf", "-lW", os.path.join(folder, "traced")],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    for offset, start, size in re.findall(
            r"LOAD +(0x\w+) (0x\w+) 0x\w+ (0x\w+)", headers):
        if 0 <= address - int(start, 16) < int(size, 16):
            write(os.path.join(files, "probed"), b"%#x\n" % (
                address - int(start, 16) + int(offset, 16)))


def run_target(target):
    folder = os.path.join(BUILD, target)
    make(target, folder)
    suite = report.Suite("features/" + target)
    with tempfile.TemporaryDirectory(dir=folder) as root:
        overlay(target, folder, root)
        text = sections.run(target, "debian", "/features/guest.sh", root,
                            "--timeout", str(TIMEOUT), "--cpus", str(CPUS))
        wanted = {name: output
                  for name, output in sections.wanted(HERE).items()
                  if target == "l4" or name not in ONLY_L4}
        found = sections.check(suite, text, wanted)
        for name, (command, options, shown) in ENDS.items():
            with machine.Boot(target=target, config="debian", overlay=root, cpus=CPUS,
                              command=command + "; sleep 30",
                              cmdline="loglevel=7 panic_print=0 " +
                              options) as boot:
                sections.check_end(suite, boot, 180, {"end by " + name: shown})
    suite.end()
    return {name: output for name, output in found.items()
            if name not in ONLY_L4}


def main(targets):
    os.makedirs(report.LOGS, exist_ok=True)
    report.compare("features/", {target: run_target(target)
                                 for target in targets})


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
