#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The servers in examples/, booted without Linux: test.py [CASE...].

What a case's console must say is a list of patterns, found in this order;
what it must not say, another one. QEMU's status is 0 when the last server
that is not there for others has ended well."""

import datetime
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), HERE]
import report
import machine
import tables

TIMEOUT = 300	# for what hangs; a busy computer is slow
LATE = 120	# so many seconds a date may be wrong
FAILED = 65	# roottask's: a server or the script had a mistake


def run(boot, suite, name):
    """The console's text and QEMU's status; None if it does not end."""
    with boot:
        text, status = boot.run(TIMEOUT)
    print("---- %s\n%s" % (name, text), file=suite.log, flush=True)
    return text, status


def start(suite, name, example, says=(), never=(), status=0, also=None,
          extra=None, **arguments):
    """One boot; its console's text. It ends with status or also. extra: more
    boot modules, their paths by their names."""
    arguments.setdefault("kernel_args", machine.EXIT_PORT)
    boot = machine.example(example, **arguments)
    boot.modules.update(extra or {})
    text, ended = run(boot, suite, name)
    at = 0
    for pattern in says:
        found = re.compile(pattern, re.M).search(text, at)
        suite.check("%s: %s" % (name, pattern), found,
                    "it ends with %r" % text[-300:])
        if not found:
            break
        at = found.end()
    for pattern in never:
        found = re.search(pattern, text, re.M)
        suite.check("%s: never %s" % (name, pattern), not found,
                    found and found.group())
    suite.check(name + ": status", ended is not None and
                ended in (status, also),
                "QEMU's status is %s" % ended)
    return text


HELLO = """\
server hello { program hello-server; arguments "one" }
server %s { program hello-client; use hello; arguments "%s" }
"""


def hello(suite):
    start(suite, "hello", "hello", [
        r"^hello: ready, with 2 arguments, the first of which is `one'$",
        r"^client: Hello, world!$", r"^client: Hello, everybody!$",
        r"^client: 2 greetings$"])
    # Two clients; each has its own count.
    text = start(suite, "hello twice", "hello", [r"^hello: ready"],
                 script=HELLO % ("a", "x y") +
                 "server b { program hello-client; use hello\n"
                 "arguments \"z\" }")
    suite.check("hello twice: a", "a: 2 greetings\n" in text, text[-300:])
    suite.check("hello twice: b", "b: 1 greetings\n" in text, text[-300:])


def starts(suite):
    """Mistakes in a script with servers: one sentence each."""
    def bad(name, pattern, script, **arguments):
        start(suite, name, "hello", [pattern], script=script, status=FAILED,
              **arguments)

    bad("no program", r"^roottask: server x needs the boot module nothing, "
        "which was not loaded.$", "server x { program nothing }")
    bad("no ELF file", r"^roottask: the boot module boot.cfg is not an ELF "
        "file.$", "server x { program boot.cfg }")
    bad("little memory", r"^roottask: server x: too little memory: its "
        r"program alone needs \d+ KiB.$",
        "server x { program hello-client; memory 64K }")
    bad("much memory", r"^roottask: server x: too little memory: there is no "
        "block of 1048576 KiB.$",
        "server x { program hello-client; memory 1G }")
    bad("little quota", r"^roottask: server x: cannot make its task: ",
        "server x { program hello-client; quota 4K }")
    bad("not there", r"^roottask: boot script, line 1: server x names a "
        "server that is not there: y.$", "server x { program p; use y }")
    bad("not granted", r"^c: cannot reach the server hello: the capability "
        "lacks a right$", HELLO % ("d", "x") +
        "server c { program hello-client }")


SECTOR = 512
SECTORS = 16384
DRIVER = """\
server disk {
	program ide-driver
	ports 0x1f0-0x1f7 0x3f6
	irq 14
	on-crash restart
	arguments "%s"
}
"""
WHOLE = DRIVER % " ".join("%s 0 16384" % name for name in (
    "copy", "copy0", "copy1", "copy2", "test", "noise", "vanish", "block"))
COPY = """\
server %s { program disk-copy; use disk; priority 90; arguments "%d %d %d %d" }
"""
RESTART = """\
server %s { program restart; control %s; arguments "%s %d %d" }
"""


def check_copies(suite, name, path, before, copies):
    """copies: where from, where to, how many sectors, by which key."""
    with open(path, "rb") as image:
        after = image.read()
    wanted = bytearray(before)
    for source, to, count, key in copies:
        part = before[source * SECTOR:(source + count) * SECTOR]
        wanted[to * SECTOR:(to + count) * SECTOR] = bytes(
            byte ^ key for byte in part)
    wrong = [at for at in range(SECTORS)
             if after[at * SECTOR:(at + 1) * SECTOR] !=
             wanted[at * SECTOR:(at + 1) * SECTOR]]
    suite.check(name + ": the disk's content", after == wanted,
                "%d sectors are wrong, the first is %s" % (
                    len(wrong), wrong[:1]))


def as_ide(path):
    return {"disk": path}


def as_virtio(path, drive="", device=""):
    """The machine's only such disk."""
    return {"qemu_args": "-drive if=none,id=d,format=raw,file=%s%s -device virtio-blk-pci,drive=d%s" % (
        path, drive, device)}


def disk_case(suite, name, says, copies, script=None, attach=as_ide, table=None, **arguments):
    """A machine with a disk of random bytes, on which copies must have changed it, and
    nothing else has. table: writes one on it before."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "disk.img")
        before = bytearray(os.urandom(SECTORS * SECTOR))
        if table:
            table(before)
        with open(path, "wb") as image:
            image.write(before)
        arguments.setdefault("programs", test_programs(
            "disk-test", "disk-vanish", "disk-greedy"))
        text = start(suite, name, "disk", says, script=script, **attach(path), **arguments)
        check_copies(suite, name, path, before, copies)
    return text


VANISH = [r"^vanish: [1-9]\d+ good, [1-9]\d+ gone, then error 0$"]


def disk(suite):
    text = disk_case(suite, "disk", [
        r"^disk: a disk of 16384 sectors$", r"^copy: 1024 sectors copied; "],
        [(0, 2048, 1024, 90)])
    # On a busy host it may be killed before it has said what it is.
    suite.check("disk: killed three times",
                2 <= text.count("disk: a disk of") <= 4 and
                "accident: disk restarted 3 times" in text and
                not text.count("; 0 connections lost"), text[-400:])
    # Two clients at once, a third that dies again and again in the middle of
    # its requests, and the driver with it.
    copies = [(0, 4096, 512, 1), (0, 8192, 512, 2), (0, 12288, 256, 3)]
    text = disk_case(
        suite, "disk: many", [r"^\w+: \d+ sectors copied"] * 3, copies,
        script=WHOLE + "".join(COPY % (("copy%d" % i,) + copy)
                                for i, copy in enumerate(copies)) +
        RESTART % ("accident", "copy2", "copy2", 20, 7) +
        RESTART % ("other", "disk", "disk", 5, 40))
    suite.check("disk: many: killed", "accident: copy2 restarted 20 times" in
                text and "other: disk restarted 5 times" in text, text[-400:])
    disk_case(suite, "disk: mistakes", [r"^test: all is well$"], [],
              script=WHOLE + "server test { program disk-test; use disk\n"
              "arguments %d }" % SECTORS)
    disk_case(suite, "disk: vanishing buffers", VANISH, [], script=WHOLE +
              "server vanish { program disk-vanish; use disk }")
    # Each has its part, whose sectors count from 0, and reaches no other.
    text = disk_case(
        suite, "disk: parts", [r"^test: all is well$"], [(4096, 5120, 512, 7)],
        script=DRIVER % "copy0 4096 4096 test 8192 8192 late 16000 1000" +
        COPY % ("copy0", 0, 1024, 512, 7) + COPY % ("other", 0, 1024, 16, 1) +
        COPY % ("late", 0, 384, 16, 1) +
        "server test { program disk-test; use disk; arguments 8192 }",
        status=FAILED)
    for line in ("copy0: 512 sectors copied",
                 "other: error 3 after 0 sectors", "late: error 1 after"):
        suite.check("disk: parts: " + line, "\n" + line in text, text[-400:])
    start(suite, "no disk", "disk", [r"^disk: there is no disk: ",
          r"^roottask: server disk has ended with status 1.$"], script=WHOLE
          .replace("restart", "stop"), status=FAILED)
    start(suite, "no ports", "disk", [
        r"^disk: ports and interrupt are not to be had: the capability lacks "
        "a right$"], script=WHOLE.replace("0x3f6", "").replace(
            "restart", "stop"), status=FAILED)


FILES = """\
server blocks { program block; use disk; on-crash restart; priority 98; arguments "disk 20000 files 0" }
server files {
	program files
	use blocks
	memory 8M
	on-crash restart
	priority 96
	arguments "blocks 1024 %s"
}
"""
FILES_CLIENT = """\
server %s { program files-%s; use files; priority 90; arguments "%s" }
"""


VIRTIO = """\
server disk {
	program virtio-blk
	pci 1af4:1042 1af4:1001
	msi 1
	on-crash restart
	arguments "%s"
}
"""
TEST = "server test { program disk-test; use %s; arguments \"%d %s\"; priority 90 }\n"
ENDED = r"^roottask: server %s has ended with status 1\.$"


def virtio(suite):
    """A driver for virtio disks, which gives the device no memory but its own."""
    def case(name, *arguments, drive="", device="", **more):
        return disk_case(suite, "virtio" + name, *arguments, **more,
                         attach=lambda path: as_virtio(path, drive, device))

    whole = VIRTIO % "copy 0 16384 test 0 all vanish 0 all"
    found = r"^disk: a disk of 16384 sectors$"
    for name, device in (("", ""), (": modern", ",disable-legacy=on")):
        text = case(name, [found, r"^copy: 4096 sectors copied; "], [(0, 8192, 4096, 90)],
                    whole + COPY % ("copy", 0, 8192, 4096, 90) +
                    RESTART % ("accident", "disk", "disk", 12, 30), device=device)
        suite.check("virtio%s: killed" % name, "accident: disk restarted 12 times" in text and
                    not text.count("; 0 connections lost"), text[-400:])
    case(": mistakes", [r"^test: all is well$"], [], whole + TEST % ("disk", SECTORS, "disk"))
    case(": vanishing buffers", VANISH, [], whole + "server vanish { program disk-vanish; use disk }")
    # Of one client's buffers the driver has to remember 256 pieces at most; it has quota for that.
    greedy = ["greedy%d" % i for i in range(12)]
    text = case(": greedy clients", [], [], (
        VIRTIO % " ".join(name + " 0 all" for name in greedy + ["vanish"])).replace(
            "msi 1", "msi 1; quota 448K") + "".join(
                "server %s { program disk-greedy; use disk; quota 1M; priority 90 }\n" % name
                for name in greedy) + "server vanish { program disk-vanish; use disk; priority 80 }")
    for pattern, count in ((r"^greedy\d+: 16 buffers, then error 0$", 12), (VANISH[0], 1),
                           (r"^greedy\d+: another is there: error 0$", 12)):
        suite.same("virtio: greedy clients: " + pattern, len(re.findall(pattern, text, re.M)), count)
    case(": parts", [r"^copy: 512 sectors copied; "], [(4096, 5120, 512, 7)],
         VIRTIO % "copy 4096 4096" + COPY % ("copy", 0, 1024, 512, 7))
    case(": read-only", [r"16384 sectors, read-only$", r"^copy: error 3 after 16 sectors: "], [],
         whole + COPY % ("copy", 0, 8192, 16, 1), drive=",readonly=on", status=FAILED)
    # The first of the kind, or the one that is named; and the other one then.
    two = ",addr=9 -drive if=none,id=e,driver=null-co,size=1M -device virtio-blk-pci,drive=e,addr=5"
    named = VIRTIO.replace("1af4:1042 1af4:1001", "0:9.0") % "copy 0 all"
    one = "server one { program virtio-blk; pci 1af4:1001; msi 1; arguments \"other 0 all\" }\n" + (
        COPY % ("other", 0, 32, 16, 1)).replace("use disk", "use one").replace("\" }", " one\" }")
    copy = COPY % ("copy", 0, 32, 16, 1)
    case(": the named one", [r"^roottask: server disk has the PCI function 0:9\.0 \(1af4:1001\)\.$",
                            r"^disk: a disk of 16384 sectors$", r"^copy: 16 sectors copied"],
         [(0, 32, 16, 1)], named + copy, device=two)
    text = case(": the first one", [r"^copy: 16 sectors copied"], [], VIRTIO % "copy 0 all" + copy, device=two)
    suite.check("virtio: the first one", "disk has the PCI function 0:5.0 (1af4:1001)." in text and
                "disk: a disk of 2048 sectors" in text, text[-300:])
    text = case(": the one that is left", [r"^(copy|other): 16 sectors copied"] * 2, [(0, 32, 16, 1)],
                one + named + copy, device=two)
    suite.check("virtio: the one that is left", "one has the PCI function 0:5.0 (1af4:1001)." in text and
                "one: a disk of 2048 sectors" in text, text[-300:])
    once = whole.replace("on-crash restart", "")
    kind = "1af4:1042 1af4:1001"
    for name, script, pattern in (
            ("no device there", once.replace(kind, "0:9.0"),
             "there is no disk, or it is not granted: there is no such capability"),
            ("another device", once.replace(kind, "0:2.0"), "there is no disk"),
            ("not granted", once.replace("pci " + kind, ""),
             "there is no disk, or it is not granted: the capability lacks a right"),
            ("no messages", once.replace("msi 1", ""), "there is no disk"),
            ("too few words", VIRTIO % "a", "arguments: "),
            ("a word for a number", VIRTIO % "a x all", "arguments: "),
            ("a word for a count", VIRTIO % "a 0 most", "arguments: ")):
        case(": " + name, [r"^disk: " + pattern, ENDED % "disk"], [],
             script.replace("on-crash restart", ""), status=FAILED)
    start(suite, "virtio: no disk", "disk", [r"^disk: there is no disk", ENDED % "disk"], script=once,
          status=FAILED)


BLOCK = """\
server block { program block; use disk; on-crash restart; priority 95; arguments "disk 20000 %s" }
"""
COPY_BLOCK = """\
server %s { program disk-copy; use block; priority 90; arguments "%d %d %d %d block" }
"""


def block(suite):
    """Partitions of a driver's disk, whoever dies meanwhile."""
    def gpt(image):
        tables.gpt(image, {1: (2048, 6143), 2: (6144, 10239), 5: (12000, 12999)})

    def mbr(image):
        tables.mbr(image, [(64, 1984)], (2048, 14336), [(2050, 4000), (8192, 4096)])

    def overlapping(image):
        tables.gpt(image, {1: (2048, 6143), 2: (6143, 10239)})

    def damaged(image):
        gpt(image)
        image[SECTOR + 60] ^= 1
        image[-SECTOR + 60] ^= 1

    def case(name, says, copies, script, table=gpt, **more):
        return disk_case(suite, "block" + name, says, copies, script, table=table,
                         attach=as_virtio, **more)

    driver = VIRTIO % "block 0 all"
    partitions = "a 1 b 2 test 5 test2 5 vanish 0"
    case(": partitions", [
        r"^block: a has partition 1: 4096 sectors from 2048 on$",
        r"^block: b has partition 2: 4096 sectors from 6144 on$"] + [
        r"^[ab]: 512 sectors copied; 0 connections lost$"] * 2,
        [(2048, 4096, 512, 5), (6144, 7168, 512, 6)], driver + BLOCK % partitions +
        COPY_BLOCK % ("a", 0, 2048, 512, 5) + COPY_BLOCK % ("b", 0, 1024, 512, 6))
    case(": logical partitions", [r"^[ab]: 512 sectors copied"] * 2,
         [(64, 1000, 512, 5), (8192, 9216, 512, 6)], driver + BLOCK % "a 1 b 6" +
         COPY_BLOCK % ("a", 0, 936, 512, 5) + COPY_BLOCK % ("b", 0, 1024, 512, 6), mbr)
    text = case(": deaths", [r"^[ab]: 2048 sectors copied; \d+ connections lost$"] * 2,
                [(2048, 4096, 2048, 5), (6144, 8192, 2048, 6)], driver + BLOCK % partitions +
                COPY_BLOCK % ("a", 0, 2048, 2048, 5) + COPY_BLOCK % ("b", 0, 2048, 2048, 6) +
                RESTART % ("accident", "disk", "disk", 12, 41) +
                RESTART % ("other", "block", "block", 5, 120))
    suite.check("block: deaths: of both", "accident: disk restarted 12 times" in text and
                "other: block restarted 5 times" in text and
                re.search(r"copied; [1-9]\d* connections lost", text), text[-400:])
    text = case(": death of a client", [r"^a: 512 sectors copied"], [
        (2048, 4096, 512, 5), (6144, 8192, 256, 6)], driver + BLOCK % partitions +
        COPY_BLOCK % ("a", 0, 2048, 512, 5) + COPY_BLOCK % ("b", 0, 2048, 256, 6) +
        RESTART % ("accident", "b", "b", 15, 20))
    suite.check("block: death of a client: it copies at last", "b: 256 sectors copied" in text,
                text[-400:])
    # Each has 16 buffers, and the driver of this one has 16 for all.
    text = case(": mistakes", [r"^test2?: all is well$"] * 2, [], driver + BLOCK % partitions +
                TEST % ("block", 1000, "block") + (TEST % ("block", 1000, "block"))
                .replace("server test", "server test2"))
    case(": vanishing buffers", VANISH, [], driver + BLOCK % partitions +
         "server vanish { program disk-vanish; use block; arguments block }")
    text = case(": others", [r"^late: error 3 after 0 sectors: "], [], driver + BLOCK % partitions +
                COPY_BLOCK % ("late", 0, 64, 16, 1), status=FAILED)
    for name, arguments, table, says in (
            ("no such partition", "a 3", gpt, "there is no partition 3: there is no such"),
            ("no table", "a 1", None, "there is no partition 1: the table is malformed, or"),
            ("a damaged table", "a 1", damaged, "there is no partition 1: the table is malformed, or"),
            ("overlapping partitions", "a 1 b 2", overlapping, "partitions 1 and 2 overlap"),
            ("too few words", "a", gpt, "arguments: "),
            ("a word for a number", "a x", gpt, "arguments: ")):
        case(": " + name, ["^block: " + says, ENDED % "block"], [], driver +
             (BLOCK % arguments).replace("on-crash restart", ""), table, status=FAILED)
    case(": the whole in spite of that", [r"^a: 16 sectors copied"], [(0, 64, 16, 1)], driver +
         BLOCK % "a 0" + COPY_BLOCK % ("a", 0, 64, 16, 1), None)
    # The driver does not come back: the service says so in time.
    start(suite, "block: no driver", "disk", [
        r"^block: there is no disk of disk's: the partner is gone$", ENDED % "block"],
        script=(driver + BLOCK % "a 1").replace("on-crash restart", "").replace("20000", "300"),
        status=FAILED)


def memory(suite):
    again = [r"^owner: %s has taken back \d+ pieces$" % name
             for name in ("memory1", "memory2", "pager")] * 2
    start(suite, "memory", "memory", again + [
        r"^owner: client 0: \d+ fresh words, 0 wrong ones$",
        r"^owner: client 1: \d+ fresh words, 0 wrong ones$",
        r"^pager: client-\d gets no memory at 0x[0-9a-f]+ ",
        r"^owner: client 1 has got an error$"], never=["something went wrong"])


def test_programs(*names):
    return [os.path.join(machine.BUILD, "tests-servers", name + ".elf")
            for name in names]


def library(suite):
    with tempfile.TemporaryDirectory() as directory:
        large = os.path.join(directory, "large")
        with open(large, "wb") as file:
            file.write(b"b")
            file.truncate((17 << 20) - 1)
            file.seek(0, os.SEEK_END)
            file.write(b"e")
        start(suite, "library", "hello", [r"^test: all is well$"],
              never=[r"FAIL .*"], programs=test_programs("library", "crash"),
              extra={"large": large},
              script="server test { program library; arguments \" a  b c\"\n"
              "irq 5; ports 0x300-0x307; module boot.cfg large\n"
              "memory 128M; quota 1M; device 0xfed00000-0xfed00fff }\n"
              "server other { program hello-server; device 0xfeb00000-0xfeb00fff }\n"
              "server user { program crash; arguments nothing; use other }")
    start(suite, "loop", "hello", [r"^test: all is well$"],
          never=[r"FAIL .*"], programs=test_programs("loop"),
          script="server test { program loop }")


def strings(suite):
    start(suite, "strings", "hello", [r"^test: all is well$"],
          never=[r"FAIL .*"], programs=test_programs("strings"),
          script="server test { program strings; memory 8M }")


def crash(suite, how, pattern, status=FAILED):
    start(suite, "crash by " + how, "hello", [
        r"^x: starts, to end by %s$" % how, pattern], status=status,
        script="server x { program crash; arguments %s; module crash\n"
        "device 0xfed00000-0xfed00fff }" % how, programs=test_programs("crash"))


def rights(suite):
    """What is granted to be read is not written, nor executed."""
    crash(suite, "module", r"^roottask: server x has crashed: there is no "
          r"memory at 0x[0-9a-f]+ \(rights 2, ")
    crash(suite, "device", r"^roottask: server x has crashed: there is no "
          r"memory at 0x[0-9a-f]+ \(rights 1, ")


def crashes(suite):
    """Who ends badly is reported, and started again if the script says so."""
    crash(suite, "page", r"^roottask: server x has crashed: there is no memory at "
          r"0x0 \(rights 2, ip 0x7[0-9a-f]+\)\.$")
    crash(suite, "text", r"^roottask: server x has crashed: there is no memory at "
          r"0x7[0-9a-f]+ \(rights 2, ip 0x7[0-9a-f]+\)\.$")
    crash(suite, "port", r"^roottask: server x has crashed: it lacks the I/O ports "
          r"from 0x80 on \(ip 0x7[0-9a-f]+\)\.$")
    crash(suite, "division", r"^roottask: server x has crashed: exception 0 ")
    crash(suite, "return", r"^roottask: server x has ended with status 7\.$")
    crash(suite, "thread", r"^roottask: server x has crashed: there is no memory at ")
    crash(suite, "guard", r"^x: a page that is gone cannot be replaced: there is too little memory, or "
          r"quota of kernel memory\nroottask: server x has ended with status -4\.$")
    crash(suite, "exit", r"", status=0)
    crash(suite, "flood", r"^x: \?\?\[2J99$", status=0)
    text = start(suite, "crash at once", "disk", [
        r"^roottask: server x is not started again: it has failed 20 times, each within a second\.$"],
        programs=test_programs("crash"), script="server x { program crash; arguments page; on-crash restart }",
        status=FAILED)
    suite.same("crash at once: 20 times", text.count("x: starts"), 20)
    # For ever, if somebody else did not end the machine. Memory that lies in a range of devices stays others'.
    start(suite, "crash again", "disk", [
        r"^x: starts", r"^roottask: server x has crashed"] * 3 + [
        r"^user: x restarted 2 times$"], programs=test_programs("crash"),
        script="server x { program crash; arguments page\n"
        "on-crash restart; priority 80; device 0x0-0x3fffffffffff }\n"
        "server user { program restart; arguments \"x 2 30\"\n"
        "use x; control x }")


def heirs(suite):
    """What a server that dies has granted is taken from those who have it."""
    start(suite, "heirs", "hello", [
        r"^giver: 4 things granted, 4 there$",
        r"^roottask: server giver has crashed",
        r"^giver: 4 things granted, 0 left$"],
        programs=test_programs("heir"),
        script="server keeper { program heir; arguments keeper }\n"
        "server giver { program heir; arguments giver; use keeper\n"
        "ports 0x300-0x307; device 0xfed00000-0xfed00fff\n"
        "on-crash restart }")
    start(suite, "heirs: a task of one's own", "hello", [
        r"^test: 2 things granted, 2 there$",
        r"^test: 2 things granted, 0 left$"], programs=test_programs("heir"),
        script="server test { program heir; arguments parent; module heir\n"
        "quota 1M }")


KEEPER = "server keeper { program life; arguments keeper }\n"
OWNER = """\
server owner { program life; arguments "owner %s"; control %s; priority 150 }
"""


def lives(suite):
    """Who is started afresh is another client; its predecessor is gone."""
    programs = test_programs("life")
    calls = r"^caller: caller: 3 calls, error 0$"
    start(suite, "lives", "hello", [
        calls, r"^keeper: client 1 is gone after 3 calls$",
        r"^owner: caller: 0$"] * 3 + [calls], programs=programs,
        script=KEEPER + "server caller { program life; use keeper\n"
        "arguments \"caller crash\" }\n" + OWNER % ("caller " * 3, "caller"),
        status=FAILED)
    # The next life calls before the keeper has heard of the last one's end.
    start(suite, "lives in a hurry", "hello", [calls] * 4, programs=programs,
          script=KEEPER + "server caller { program life; use keeper\n"
          "priority 140; arguments \"caller wait\" }\n" + OWNER % (
              "caller " * 3, "caller"))
    text = start(suite, "lives of a greeter's friends", "hello", [
        r"^a: 2 greetings$"] * 3, programs=programs, script=HELLO % (
            "a", "x y") + OWNER % ("a a", "a"))
    # Of 32 MiB of kernel memory two cannot have 20, but one after the other.
    start(suite, "a start that fails", "hello", [
        r"^roottask: server b: cannot make its task: ",
        r"^a: starts, to end by return$", r"^owner: b: 0$",
        r"^roottask: server a: cannot make its task: ", r"^owner: a: 4$",
        r"^owner: b: 0$"], programs=programs + test_programs("crash"),
        script=KEEPER + "server a { program crash; arguments return\n"
        "quota 20M }\nserver b { program life; arguments keeper\n"
        "quota 20M }\nserver user { program crash; use b keeper }\n" + OWNER % (
            "b a b", "a b"), status=FAILED)


def calls(suite):
    """An instance's calls: it has a name and lives as servers have, and may ask for nothing else."""
    called = r"^user: user: 2 calls$"
    start(suite, "an instance calls", "hello", [
        called, r"^keeper: client 2 is gone after 4 calls$"] * 2 + [called],
        never=["WRONG"], programs=test_programs("life", "user", "crash"), script=KEEPER +
        "server other { program life; arguments keeper }\n"
        "instance user { kernel user; use keeper; priority 77; ports 0x3f8-0x3ff; on-reboot restart }\n"
        "server x { program crash; arguments nothing; use other }")

def greedy(suite):
    """What one asks for does not use up what others are to get."""
    start(suite, "greedy", "hello", [
        r"^x: 3000 of 3000 pages$", r"^y: 10 of 10 pages$"],
        programs=test_programs("life"),
        script="server x { program life; priority 120\n"
        "arguments \"greedy %d 3000\"; device 0x1000000000-0x13ffffffff }\n"
        "server y { program life\n"
        "arguments \"greedy %d 10\"; device 0x2000000000-0x20ffffffff }" % (
            0x1000000000, 0x2000000000))


def reset(suite):
    """What was in memory before a warm reset is not there after it."""
    start(suite, "reset", "hello", [r"^x: resets$", r"^x: 0 bytes are left$"],
          programs=test_programs("reset"), no_reboot=False,
          script="server x { program reset; memory 4M\n"
          "ports 0x70-0x71 0xcf8-0xcff }\n"
          "server y { program hello-client; arguments you; use hello }\n"
          "server hello { program hello-server }")


def forged(suite):
    """What begins a line says whose it is."""
    text = start(suite, "forged", "hello", programs=test_programs("life"),
                 script="server x { program life; arguments \"forger 20 1\" }\n"
                 "server y { program life; arguments \"forger 1 1\" }")
    lines = re.findall(r"^.*server x has crashed.*$", text, re.M)
    suite.check("forged: pieces of lines", len(lines) > 20, text[-300:])
    suite.same("forged: lines of roottask's", [
        line for line in lines if line.startswith("roottask")], [])
    suite.same("forged: lines of two", [
        line for line in re.findall(r"^[xy]: .*$", text, re.M)
        if not re.fullmatch("[xy]: a?(roottask: server x has crashed)?",
                            line)], [])


def make_file_system(form, *place):
    subprocess.run(["mke2fs", "-qF"] + form.split() + list(place), check=True, env=machine.SBIN)


def files_case(suite, name, says, script, form="-t ext3", check="-fn", **more):
    """A file system of 64 MiB on a disk of its own; e2fsck looks at it afterwards."""
    name = "files" + name
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "disk.img")
        with open(path, "wb") as image:
            image.truncate(64 << 20)
        make_file_system(form, path)
        text = start(suite, name, "disk", says, script=VIRTIO % "blocks 0 all" + script,
                     programs=test_programs("files-test", "files-writer", "noise"), **as_virtio(path), **more)
        done = subprocess.run(["e2fsck", check, path], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=machine.SBIN)
        # 1: it has brought to its place what was in the journal.
        suite.check(name + ": e2fsck", done.returncode in ((0,) if check == "-fn" else (0, 1)),
                    done.stdout.decode()[-300:])
        return text


def files(suite):
    """The file server, on the block service, on the driver."""
    whole = FILES % "test / rw"
    well = [r"^test: all is well$"]
    for form in ("-t ext3", "-t ext3 -b 4096", "-t ext2 -b 2048"):
        files_case(suite, ": operations, " + form, well, whole + FILES_CLIENT % ("test", "test", "all"), form)
    files_case(suite, ": read-only", well, FILES % "test / ro" + FILES_CLIENT % ("test", "test", "ro"))
    files_case(suite, ": no directory", well, FILES % "other / rw" +
               FILES_CLIENT % ("test", "test", "nothing"))
    text = files_case(suite, ": two clients", [r"^[ab]: 30 files written"] * 2, FILES % "a / rw b /lost+found rw" +
                      FILES_CLIENT % ("a", "writer", 30) + FILES_CLIENT % ("b", "writer", 30))
    suite.check("files: two clients: nobody died", text.count(" 0 connections lost") == 2, text[-300:])
    text = files_case(suite, ": noise", [], FILES % "noise / rw test / rw" + FILES_CLIENT % ("test", "test", "all") +
                      "server noise { program noise; use files; priority 91; arguments \"%d 20000 files\" }" %
                      int(os.environ.get("SEED") or 1))
    for line in ("noise: 20000 rounds", "test: all is well"):
        suite.check("files: noise: " + line, "\n" + line in text, text[-300:])
    for victim in ("disk", "blocks", "files"):
        text = files_case(
            suite, ": deaths of " + victim, [r"^a: 60 files written"], FILES % "a / rw" +
            FILES_CLIENT % ("a", "writer", 60) + RESTART % ("accident", victim, victim, 25, 60), check="-fp")
        suite.check("files: deaths of %s: it died" % victim, "%s restarted 25 times" % victim in text,
                    text[-300:])
    once = whole.replace("on-crash restart", "") + FILES_CLIENT % ("test", "test", "all")
    for name, script, pattern in (
            ("ext4", once, r"^files: it is newer than ext3"),
            ("too few words", once.replace("test / rw", "test /"), r"^files: arguments: "),
            ("neither", once.replace("test / rw", "test / r"), r"^files: arguments: "),
            ("no disk", once.replace("blocks 1024", "nobody 1024"), r"^files: there is no disk nobody: "),
            ("little memory", once.replace("memory 8M", "memory 1M"), r"^files: there is too little memory")):
        files_case(suite, ": " + name, [pattern], script, form="-t ext4" if name == "ext4" else "-t ext3",
                   status=FAILED)


def clock(suite):
    text = start(suite, "clock", "clock", [
        r"^date: 20\d\d-[-: 0-9]+, 64 Hz$", r"^date: second 1$",
        r"^date: second 2$", r"^date: second 3$",
        r"^date: 20\d\d-[-: 0-9]+, 64 Hz$"],
        qemu_args="-rtc base=2031-02-28T23:59:50")
    begin = datetime.datetime(2031, 2, 28, 23, 59, 50)
    dates = [datetime.datetime.fromisoformat(date) - begin for date in
             re.findall(r"^date: (.*), 64 Hz$", text, re.M)]
    # A busy machine is slow to boot, and loses ticks.
    suite.check("clock: the date", len(dates) == 2 and
                0 <= dates[0].total_seconds() < LATE and
                2 <= (dates[1] - dates[0]).total_seconds() < LATE, dates)
    # Three followers at once, of whom one dies and comes again.
    text = start(suite, "clocks", "clock", programs=[os.path.join(
        machine.BUILD, "examples/disk/restart.elf")], script="""\
server clock { program rtc-driver; ports 0x70-0x71; irq 8; priority 120 }
server a { program date; arguments 2; use clock }
server b { program date; arguments 2; use clock }
server c { program date; arguments 2; use clock }
server accident { program restart; arguments "c 3 300"; control c }
""")
    for name in "abc":
        # c may come to its end several times, where time is wrong by far.
        count = len(re.findall(r"^%s: second 2$" % name, text, re.M))
        suite.check("clocks: " + name, (count == 1 or name == "c" and count) and
                    "accident: c restarted 3 times" in text, text[-400:])


def pci(suite):
    """Device memory, and interrupts by message."""
    start(suite, "pci", "pci", [
        r"^edu: device \d+, memory and messages$",
        r"^client: 5! = 120, by 1 interrupts$",
        r"^client: 10! = 3628800, by 2 interrupts$",
        r"^client: 12! = 479001600, by 3 interrupts$"],
        qemu_args="-device edu")
    driver = """\
server edu { program edu-driver; ports 0xcf8-0xcff; msi 1
	device 0x80000000-0xfebfffff }
"""
    client = """\
server %s { program factorial; use edu; arguments "%s" }
"""
    text = start(suite, "pci: restarts", "pci", programs=[os.path.join(
        machine.BUILD, "examples/disk/restart.elf")], script=driver +
        "server accident { program restart; arguments \"edu 5 5\"\n"
        "control edu; priority 150 }\n"
        # The first client may find the driver dead; it does not try again.
        "server late { program restart; arguments \"client 1 2000\"\n"
        "control client }\n" + client % ("client", "3 4"),
        qemu_args="-device edu", also=FAILED)
    suite.check("pci: restarts: at last", re.search(
        r"late: client restarted 1 times\nclient: 3! = 6, by [13] interrupts\n"
        r"client: 4! = 24, by ", text), text[-300:])
    for name, args, change in (
            ("no device", "", ("", "")),
            ("no messages", "-device edu", ("msi 1", "msi 0")),
            ("no memory", "-device edu", ("0x80000000", "0xfebff000"))):
        start(suite, "pci: " + name, "pci", [
            r"^edu: there is no device, or it is not granted: ",
            r"^roottask: server edu has ended with status 1\.$"],
            script=driver.replace(*change), qemu_args=args, status=FAILED)


FUNCTION = "server %s { program pci-function; arguments \"%s\"; %s }\n"


def functions(suite):
    """PCI functions that the script gives to servers."""
    def case(name, script, says=(), devices="-device edu", well=2, **more):
        text = start(suite, "functions: " + name, "pci", says, never=[r"FAIL .*"], script=script,
                     qemu_args=devices, programs=test_programs("pci-function", "crash"), **more)
        suite.same("functions: %s: all is well" % name, text.count(": all is well\n"), well)

    owner, none = FUNCTION % ("owner", "owner edu", "pci 1234:11e8"), FUNCTION % ("none", "none", "%s")
    other = FUNCTION % ("other", "other edu", "ports 0xcf8-0xcff; device 0x80000000-0xfed00fff")
    has = r"^roottask: server %s has the PCI function %s \(%s\)\.$"
    lacks = r"^roottask: server none: there is no PCI function for it\.$"
    case("owner and other", owner + other, [has % ("owner", r"0:\d+\.0", "1234:11e8")])
    case("other and owner", other + owner)
    # Ports, too; and of who has all that is left.
    case("with ports", FUNCTION % ("owner", "owner rng", "pci 1af4:1005") +
         FUNCTION % ("other", "other rng", "ports all; device all"), devices="-device virtio-rng-pci")
    case("behind a bridge", FUNCTION % ("owner", "owner edu", "pci 1:3.0") + other + none % "pci 0:6.0",
         [has % ("owner", r"1:3\.0", "1234:11e8"), lacks], well=3,
         devices="-device pci-bridge,chassis_nr=1,id=b,addr=6 -device edu,bus=b,addr=3")
    case("of several", FUNCTION % ("first", "owner edu", "pci 1234:11e7 1234:11e8") +
         FUNCTION % ("named", "owner edu", "pci 0:7.0") + none % "pci 1234:11e8", [
             has % ("named", r"0:7\.0", "1234:11e8"), has % ("first", r"0:8\.1", "1234:11e8"), lacks], well=3,
         devices="-device edu,addr=7 -device edu,addr=8.0,multifunction=on -device edu,addr=8.1".replace(
             "edu,addr=8.0", "virtio-rng-pci,addr=8.0"))
    case("none", none % "pci 0:1f.7", [lacks], well=1, devices="")
    # The bridge to ISA's bus, and the machine's own.
    case("no bridges", none % "pci 0:1.0" + none.replace("none {", "none2 {") % "pci 0:0.0", [lacks],
         well=2, devices="")


def dma(suite):
    """A device is silent before the memory of its dead driver is used again."""
    start(suite, "dma", "pci", [
        r"^dma: the device has changed 2048 bytes$",
        r"^roottask: server dma has crashed: ", r"^dma: master: 0$",
        r"^dma: the next life has 0 bytes changed$"],
        programs=test_programs("dma"), script="server dma { program dma\n"
        "ports 0xcf8-0xcff; device 0x80000000-0xfebfffff; arguments once\n"
        "on-crash restart }", qemu_args="-device edu,dma_mask=0xffffffff")
    for name, arguments, ports, device, model in (
            # Whose its memory is, and not who could reach it by the configuration.
            ("another one", "watch", "0xcf8-0xcff", "device 0x80000000-0xfebfffff", "edu"),
            ("who drives it", "watch", "0xcf8-0xcff", "pci 1234:11e8", "edu"),
            # Who names its memory, and not who has its ports among all that are left.
            ("one with all the rest", "watch rng", "all", "device 0x80000000-0xfeffffff", "virtio-rng-pci")):
        start(suite, "dma: by " + name, "pci", [
            r"^watch: master before: 4$", r"^roottask: server x has crashed: ",
            r"^watch: master: 0$"], programs=test_programs("dma", "crash"),
            script="server watch { program dma; arguments \"%s\"; priority 120\n"
            "ports %s }\nserver x { program crash; arguments page\n"
            "%s }" % (arguments, ports, device), qemu_args="-device " + model,
            status=FAILED)


def screen(suite):
    start(suite, "screen", "pci", [
        r"^screen: a screen of \d{3,} columns$", r"^screen: there is something on it$",
        r"^screen: it has not changed$"], programs=test_programs("screen"),
        script="server screen { program screen; device 0x80000000-0xfebfffff }")


def debugger(suite):
    hits = [pattern for n in "123" for pattern in (
        r"^debugger: hit %s: RDI is %s$" % (n, n),
        r"^debugger: stepped to 0x7[0-9a-f]+$")]
    start(suite, "debugger", "debugger", [
        r"^debugger: breakpoint at 0x7[0-9a-f]+$"] + hits + [
        r"^debugger: debuggee: the sum of three squares is 14$",
        r"^debugger: debuggee: the debugger says 42$",
        r"^debugger: page fault at 0x123000 \(rights 2\): ",
        r"^debugger: its stack pointer was 0x7fff000f[0-9a-f]+$"])


HANDLER = """\
#include <l4/serve.h>
#include "hello/hello.h"
static long f(struct l4_request *request, const struct %s *in,
	      struct hello_greet_reply *reply);
const struct l4_handler handlers[] = { L4_HANDLER(hello_greet, f) };
static long f(struct l4_request *request, const struct %s *in,
	      struct hello_greet_reply *reply)
{
	return request && in && reply;
}
"""
TOO_LARGE = """\
#include <l4/message.h>
struct op { char a[%d]; };
struct op_reply { };
L4_OPERATION(op, 0x100, 1);
"""


def types(suite):
    """What the compiler must find."""
    def compiles(text):
        return subprocess.run(
            ["gcc", "-std=gnu11", "-ffreestanding", "-Wall", "-Wextra",
             "-Werror", "-fsyntax-only", "-xc", "-"] + ["-I" + os.path.join(
                 report.TOP, folder) for folder in (
                     "microkernel/include", "libl4/include", "examples")],
            input=text.encode(), stdout=suite.log, stderr=suite.log
        ).returncode == 0

    for name, text, good in (
            ("right handler", HANDLER % (("hello_greet",) * 2), True),
            ("wrong handler", HANDLER % (("hello_count",) * 2), False),
            ("message that fits", TOO_LARGE % 512, True),
            ("message too large", TOO_LARGE % 513, False)):
        suite.same("types: " + name, compiles(text), good)


def primes(suite):
    """A server's threads on one CPU, and on four: the same sum, and each has done something."""
    name = r"^primes: 148933 primes below 2000000; CPUs: %d, \d+ ms$"
    start(suite, "primes", "primes", [name % 1, r"^primes: CPU 0 took 2000 pieces$"],
          never=["CPUs: [^1]"])
    text = start(suite, "primes on 4 CPUs", "primes", [name % 1, name % 4],
                 cpus=4)
    pieces = list(map(int, re.findall(r"^primes: CPU \d took (\d+) pieces$", text, re.M)))
    suite.check("primes on 4 CPUs: each takes part", len(pieces) == 5 and
                sum(pieces[1:]) == 2000 and all(pieces), pieces)


NOISE = """\
server hello { program hello-server }
server clock { program rtc-driver; ports 0x70-0x71; irq 8; priority 120 }
server memory1 { program memory-server; arguments "parent 16 8 16"; memory 2M }
server memory2 { program memory-server; arguments "memory1 16 8 12"
	use memory1 }
server pager { program pager; arguments memory2; use memory2
	module memory-client; memory 2M; quota 1M }
server block { program block; use disk; priority 95; arguments "disk 5000 noise 0 test2 0" }
server noise { program noise; arguments "%d %d hello clock memory1 memory2 pager disk block"
	use hello clock memory1 memory2 pager disk block }
server client { program hello-client; use hello; arguments you }
server date { program date; use clock }
server test { program disk-test; use disk; priority 90; arguments %d }
server test2 { program disk-test; use block; priority 90; arguments "%d block" }
"""


def noise(suite):
    """A client sends noise; the others are served all the same."""
    seed = int(os.environ.get("SEED") or 1)
    examples = os.path.join(machine.BUILD, "examples")
    programs = [os.path.join(path, file) for path, _, files in
                os.walk(examples) for file in files if file.endswith(".elf")]
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "disk.img")
        with open(path, "wb") as image:
            image.truncate(SECTORS * SECTOR)
        text = start(suite, "noise", "disk", disk=path, programs=programs +
                     test_programs("noise", "disk-test"), script=WHOLE +
                     NOISE % (seed, 5000, SECTORS, SECTORS))
    for line in ("noise: 5000 rounds", "client: Hello, you!", "date: ",
                 "test: all is well", "test2: all is well"):
        suite.check("noise: " + line, "\n" + line in text, text[-500:])
    suite.check("noise: no crash", "crashed" not in text, text[-500:])


VCPUS = """\
instance one {
	kernel vcpus; cmdline %d; ports 0x3f8-0x3ff; on-reboot restart; on-crash restart
	%s
}
"""


def instances(suite):
    """An instance with several vCPUs: all are there, all end with it, and nothing is left of them."""
    def boot(name, words, cpus, says, first=0):
        return start(suite, name, "hello", says, programs=test_programs("vcpus"),
                     script=VCPUS % (first, words), never=["WRONG"], cpus=cpus)

    for cpus, cpu, homes in ((1, 0, "0 0 0"), (2, 1, "1 0 1"), (4, 3, "3 0 1")):
        name = "3 vCPUs on %d CPUs" % cpus
        begins = r"^vcpus: start %%d on CPUs %s, kernel memory \d+, in use \d+$" % homes
        text = boot(name, "cpus 3; cpu %d" % cpu, cpus, [
            begins % 0, r"^roottask: instance one reboots\.$",
            begins % 1, r"^roottask: instance one reboots\.$",
            begins % 2, r"^roottask: instance one has ended: its stack could not take a",
            begins % 3, r"^roottask: instance one has ended: Linux panicked\.$",
            begins % 4, r"^roottask: instance one has ended: its stack could not take a",
            begins % 5, r"^roottask: instance one has ended: its stack could not take a",
            begins % 6, r"^roottask: instance one has powered off\.$"])
        left = re.findall(r"kernel memory (\d+), in use (\d+)$", text, re.M)
        # In the first life roottask's table of capabilities grows, by less than a page.
        first, second = (int(left[i][0]) if left[i:] else 0 for i in (0, 1))
        suite.check(name + ": nothing is left", len(left) == 7 and len(set(left[1:])) == 1 and
                    first - second in (0, 4096) and left[0][1] == left[1][1], left)
    boot("64 vCPUs", "cpus 64", 2, [
        r"^vcpus: start 0 on CPUs%s, " % (" 0 1" * 32), "powered off"], 6)
    start(suite, "too little for 64 vCPUs", "hello",
          [r"^roottask: instance one: cannot make its vCPU: there is too little memory"],
          programs=test_programs("vcpus"), script=VCPUS % (0, "cpus 64; quota 64K"), status=FAILED)


def build(suite):
    parts = ("servers", "servers"), ("tests/servers", "tests-servers")
    failed = [source for source, built in parts if subprocess.run(
        [os.path.join(report.TOP, "tools/part.sh"), source,
         os.path.join(machine.BUILD, built)]).returncode]
    suite.check("build", not failed, "see the log")
    return not failed


def main(targets, only=()):
    if "l4" not in targets:
        return
    suite = report.Suite("servers")
    cases = (types, hello, starts, instances, library, strings, rights, crashes, heirs, lives,
             calls, greedy, reset, forged, memory, disk, virtio, block, files, clock, pci, functions, dma, screen, debugger, primes, noise)
    for case in cases if build(suite) else ():
        if not only or case.__name__ in only:
            case(suite)
    suite.end()


if __name__ == "__main__":
    main(["l4"], sys.argv[1:])
    sys.exit(1 if report.Suite.totals[1] else 0)
