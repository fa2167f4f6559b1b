#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Starts that must fail, and the boot image by BIOS and UEFI: test.py
TARGET... (native, l4) [CASE...]: only these of the starts that must fail.

A bad start says in one sentence on the console what is wrong, and ends QEMU
with a status that is not 0."""

import contextlib
import io
import os
import re
import sys
import tempfile
import time
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, ".."), os.path.join(HERE, "../../bench")]
import report
import machine
import guest
import screen_console
import typist

TIMEOUT = 180	# for what hangs; a busy computer is slow
# The boot script and Linux's command line as GRUB passes them.
ARGUMENTS = '"server x { program nothing }"'
NO_INIT = "panic=0 init=/none rdinit=/none"
SCRIPT = """\
instance linux {
	kernel vmlinux
	initrd initramfs
	cmdline "console=ttyS0 panic=-1"
	memory all
	ports 0x3f8-0x3ff
	irq 4
}
"""


def damaged(directory):
    """Files that are not what they should be, by name."""
    with open(os.path.join(machine.BOOT, "vmlinux"), "rb") as file:
        kernel = file.read()
    files = {
        "empty": b"",
        "text": b"This is not a program.\n" * 100,
        "half": kernel[:len(kernel) // 2],
        "header": kernel[:64],
        "32-bit": kernel[:4] + b"\1" + kernel[5:],
        "machine": kernel[:18] + b"\3\0" + kernel[20:],
        "entry": kernel[:24] + bytes(8) + kernel[32:],
    }
    for name, data in files.items():
        with open(os.path.join(directory, name), "wb") as file:
            file.write(data)
    return {name: os.path.join(directory, name) for name in files}


def bad_starts(files):
    """Name, what differs from a good start, what the console must say."""
    def module(name, file):
        return {"modules": {name: files.get(file)}}

    def script(text):
        return {"script": text}

    def vmlinux(file, says):
        return "vmlinux " + file, module("vmlinux", file), \
            r"^roottask: the boot module vmlinux %s" % says

    yield "no sigma0", module("sigma0", None), \
        r"the boot loader passed no module named sigma0"
    yield "sigma0 no program", module("sigma0", "text"), \
        r"the module sigma0 is not an x86-64 program \(static ELF\)"
    yield "sigma0 empty", module("sigma0", "empty"), \
        r"the module sigma0 is not an x86-64 program \(static ELF\)"
    yield "no roottask", module("roottask", None), \
        r"the boot loader passed no module named roottask"
    yield "roottask no program", module("roottask", "text"), \
        r"the module roottask is not an x86-64 program \(static ELF\)"
    yield "no vmlinux", module("vmlinux", None), \
        r"needs the boot module vmlinux, which was not loaded\.$"
    yield vmlinux("empty", r"is empty or its memory is not to be had\.$")
    yield vmlinux("text", r"is not an ELF file\.$")
    yield vmlinux("half", r"ends before its .*: it is truncated\.$")
    yield vmlinux("header", r"ends before its program headers: it is truncated\.$")
    yield vmlinux("32-bit", r"is not an ELF file for x86-64\.$")
    yield vmlinux("machine", r"is not an ELF file for x86-64\.$")
    yield vmlinux("entry", r"has its entry point outside its code\.$")
    yield "no initramfs", module("initramfs", None), \
        r"needs the boot module initramfs, which was not loaded\.$"
    yield "no script", module("boot.cfg", None), \
        r"^roottask: there is no boot script: neither a module boot.cfg nor "
    yield "script in the arguments", {"words": {"roottask": ARGUMENTS}}, \
        r"^roottask: server x needs the boot module nothing, which was not "
    yield "words after vmlinux", {"words": {"vmlinux": NO_INIT}}, \
        r"^roottask: instance linux has ended: Linux panicked\.$"
    yield "kernel memory", {"kernel_args": machine.EXIT_PORT + " kmem=46",
                            "modules": {"boot.cfg": None}}, \
        r"^kernel: 5\d\d MiB of memory, 46 MiB of it for the kernel; "
    yield "too much kernel memory", {"kernel_args": machine.EXIT_PORT +
                                     " kmem=900"}, \
        r"too little memory: \d+ MiB, of which the kernel needs 900 MiB for itself"
    yield "script empty", script("\n"), \
        r"^roottask: boot script, line 2: there is no instance and no server\.$"
    yield "script unknown word", script(SCRIPT.replace("memory", "mammary")), \
        r"boot script, line 5: unknown word"
    yield "script open", script(SCRIPT.replace("}", "")), \
        r"boot script, line \d+: .*missing"
    yield "script binary", script("\1\2\3"), r"boot script, line 1: "
    yield "script no kernel", script("instance linux {\n}\n"), \
        r"boot script.*has no kernel"
    yield "script number", script(SCRIPT.replace("all", "lots")), \
        r"boot script, line 5: "
    yield "script too much memory", \
        script(SCRIPT.replace("memory all", "memory 64G")), r"too little memory"
    yield "script no such CPU", {**script(SCRIPT.replace("memory all", "memory all; cpu 2")),
                                 "kernel_args": machine.EXIT_PORT + " cpus=2",
                                 "qemu_args": "-smp 4"}, \
        r"^roottask: instance linux is to be on CPU 2, and there are 2: "
    yield "little memory", {"mem": "24M"}, r"too little memory"
    yield "very little memory", {"mem": "10M"}, \
        r"too little (kernel )?memory"
    for feature in ("nx", "fsgsbase", "smep", "smap", "xsave", "popcnt"):
        # The last -cpu of QEMU's command line counts.
        yield "cpu without " + feature, \
            {"qemu_args": "-cpu max,-erms,-" + feature}, r"(?i)CPU lacks %s\b" % feature
    yield "no ACPI", {"qemu_args": "-no-acpi"}, r"the boot loader passed no ACPI tables"
    yield "no x2APIC", {"kernel_args": machine.EXIT_PORT + " x2apic=1"}, \
        r"x2apic=1: this CPU has no x2APIC"
    yield "linux panic", {"cmdline": "panic=0 init=/none rdinit=/none"}, \
        r"roottask: instance linux .*panic"


def sentence(text, pattern):
    """The line that matches; what GRUB printed does not count."""
    for line in text.splitlines():
        line = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line)
        if "module2" not in line and re.search(pattern, line):
            return line
    return None


def bad_start(suite, name, what, pattern):
    with machine.Boot(**{"kernel_args": machine.EXIT_PORT, **what}) as boot:
        text, status = boot.run(TIMEOUT)
    print("---- %s\n%s" % (name, text), file=suite.log)
    said = sentence(text, pattern)
    suite.check(name, said and status, "it says nothing of %r" % pattern
                if not said else "it says %r and %s" % (
                    said, "ends with 0" if status == 0 else "does not end"))


def image_start(suite, image, uefi, entry, target):
    """From the menu of the boot image to a command's output."""
    name = "%s %s" % ("uefi" if uefi else "bios", target)
    with machine.Boot(uefi=uefi) as boot, \
            typist.sits_at(suite, boot.qemu(image), name, TIMEOUT) as child:
        child.expect("GNU GRUB")
        child.send("\x1b[B" * entry + "\r")
        child.expect_exact("/ # ")
        child.sendline("echo from-$((6*7)); poweroff")
        child.expect("from-42")
        typist.ends(suite, name, child)


def no_long_mode(suite):
    """A CPU on which nothing of ours runs is told so by the boot loader, on screen and line."""
    name = "cpu without 64 bits"
    with machine.Boot(qemu_args="-cpu qemu32") as boot, \
            typist.sits_at(suite, boot.qemu(), name, TIMEOUT) as child:
        child.expect("This machine's CPU has no 64-bit mode, which Linux here needs")
        suite.check(name, True, "")


def same_bytes(suite, target):
    """An image that is given to others is the same one, whenever it is made."""
    images = []
    for zone in ("UTC", "Asia/Tokyo"):
        with unittest.mock.patch.dict(os.environ, TZ=zone), \
                machine.Boot(target=target, menu=True) as boot:
            with open(boot.iso(same=True), "rb") as file:
                images.append(file.read())
        # Files and the number of the disk have the time in seconds.
        time.sleep(2)
    suite.check("the same bytes", images[0] == images[1], "%d of %d differ" % (
        sum(a != b for a, b in zip(*images)), len(images[0])))


def cpus(suite):
    """CPUS=: all for the microkernel; for Linux if it can have several."""
    build = machine.BUILD
    try:
        with tempfile.TemporaryDirectory() as machine.BUILD:
            os.makedirs(os.path.join(machine.BUILD, "linux-l4"))
            for number, option, wanted in (
                    (1, "CONFIG_SMP=y\n", 1), (4, "CONFIG_SMP=y\n", 4),
                    (4, "# CONFIG_SMP is not set\n", 1)):
                with open(os.path.join(machine.BUILD, "linux-l4/.config"), "w") as file:
                    file.write("CONFIG_64BIT=y\n" + option)
                with machine.Boot(cpus=number) as boot:
                    with open(boot._script()) as file:
                        said = re.findall(r"^\tcpus (.*)$", file.read(), re.M)
                    smp = re.findall(r"-smp \S+", " ".join(boot.qemu("none.iso")))
                suite.same("CPUS=%d, %s" % (number, option.strip()),
                           (said, smp, boot.kernel_args.split()),
                           ([str(wanted)], ["-smp 4"], ["cpus=4"]) if number > 1
                           else (["1"], [], []))
    finally:
        machine.BUILD = build


def accelerators(suite, target):
    """What can be seen of ACCEL=kvm where there is no KVM."""
    def command(more=(), **what):
        with machine.Boot(target=target, **what) as boot:
            return boot.qemu("none.iso", more)

    def changed(more=(), **what):
        pairs = zip(command(more, accel="tcg", **what), command(more, **what), strict=True)
        return [(a, b) for a, b in pairs if a != b]

    usable = unittest.mock.patch.object(machine, "accelerator", lambda wanted: wanted)
    with unittest.mock.patch.dict(os.environ, ACCEL="kvm"), usable:
        suite.same("kvm: QEMU's command", changed(), [("tcg", "kvm"), (machine.CPU, "host")])
        suite.same("kvm: on several CPUs", changed(cpus=4), [("tcg", "kvm"), (machine.CPU, "host")])
        for name, what in (("instructions are counted", {"more": guest.COUNT}),
                           ("a plugin", {"more": ["-plugin", "x.so"]}),
                           ("CPUs by turns", {"cpus": 2, "by_turns": True})):
            suite.same("no kvm: " + name, changed(**what), [])
    with tempfile.NamedTemporaryFile("w") as cpuinfo:
        for flags, device, usable in (("fpu vmx", os.devnull, True),
                                      ("fpu svm", os.devnull, True),
                                      ("fpu svm", "/nothing", False),
                                      ("fpu", os.devnull, False)):
            cpuinfo.seek(0)
            cpuinfo.truncate()
            print("flags\t\t: " + flags, file=cpuinfo, flush=True)
            suite.check("kvm: %s, %s" % (flags, device), machine.kvm_usable(
                cpuinfo.name, device) == usable, "it says the opposite")
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        chosen = [machine.accelerator("kvm", lambda: False),
                  machine.accelerator("kvm", lambda: True),
                  machine.accelerator("tcg", lambda: False)]
    suite.check("kvm: refused in one sentence", chosen == [
        "tcg", "kvm", "tcg"] and re.fullmatch(
            r"ACCEL: this machine has no KVM[^.]*\.\n", said.getvalue()),
                (chosen, said.getvalue()))


def main(targets, only=()):
    if "l4" in targets:
        suite = report.Suite("boot/bad")
        with tempfile.TemporaryDirectory(dir=machine.BUILD) as directory:
            for name, what, pattern in bad_starts(damaged(directory)):
                if not only or name in only:
                    bad_start(suite, name, what, pattern)
        suite.end()
    if only:
        return
    suite = report.Suite("boot/accelerator")
    accelerators(suite, "l4" if "l4" in targets else "native")
    suite.end()
    if "l4" in targets:
        suite = report.Suite("boot/cpus")
        cpus(suite)
        suite.end()
    suite = report.Suite("boot/image")
    first = "l4" if "l4" in targets else "native"
    no_long_mode(suite)
    same_bytes(suite, first)
    image = os.path.join(machine.BUILD, "test.iso")
    with machine.Boot(target=first, menu=True, timeout=20,
                      no_reboot=False) as boot:
        boot.iso(image)
    for uefi in (False, True):
        for entry, target in enumerate(sorted(targets)):
            image_start(suite, image, uefi, entry, target)
    suite.end()
    suite = report.Suite("boot/screen")
    screen_console.run(suite, targets)
    suite.end()


if __name__ == "__main__":
    names = [a for a in sys.argv[1:] if a in ("native", "l4")]
    main(names or ["native"], [a for a in sys.argv[1:] if a not in names])
    sys.exit(1 if report.Suite.totals[1] else 0)
