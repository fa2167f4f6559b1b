# SPDX-License-Identifier: GPL-2.0
"""Do the documents name what is there? Their links, the paths of files in them,
the functions that docs/linux-port.md follows, the names of the ABI and of libl4,
the commands; and README.md leads to each."""

import glob
import os
import re

import report

# `path:function`, `path`, a link of Markdown.
WORD = re.compile(r"`([\w./*-]+?)(?::(\w+))?`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)")
# The names of the interfaces, but those with a star or in parts (L4_VCPU_...).
ABI = re.compile(r"\b(L4_[A-Z0-9_]*[A-Z0-9]|l4_[a-z0-9_]*[a-z0-9])\b(?![*_])")
HEADERS = ("microkernel/include/l4/*.h", "libl4/include/l4/*.h")
TOPS = ("microkernel/", "sigma0/", "roottask/", "libl4/", "examples/", "servers/", "l4linux-arch/",
        "patches/", "rootfs/", "tests/", "bench/", "tools/", "docs/")
# How docs/linux-port.md shortens them.
PORT = "docs/linux-port.md"
SHORT = (("mk/", "microkernel/"), ("rootfs/", "rootfs/"), ("tools/", "tools/"),
         ("tests/", "tests/"), ("asm/", "l4linux-arch/include/asm/"),
         *((folder, "l4linux-arch/" + folder) for folder in
           ("kernel/", "mm/", "l4/", "pci/", "lib/", "vdso/", "include/", "configs/")))
# A command, in a line of code or in a sentence; not `make ARCH=l4 ...`, Linux's.
COMMAND = re.compile(r"(?:^    |`)make ([a-z][a-z0-9-]*)", re.M)
TARGETS = re.compile(r"^([a-z][a-z0-9 -]*):(?!=)", re.M)
SUITES = re.compile(r"tests/run((?: [a-z]+)+)")

# Of Linux's own tree, or made by the build.
OTHERS = {"tools/testing/selftests", "l4linux-arch/include/uapi",
          "l4linux-arch/kernel/signal.c"}


def whole(document, path):
    """The path from the top, None if this is none of the tree's."""
    if document.endswith(PORT):
        for short, folder in SHORT:
            if path.startswith(short):
                return folder + path[len(short):]
    return path.replace("NAME", "*") if path.startswith(TOPS) else None


def borrowed(file):
    """Is it a header of x86's that arch/l4 has by a forwarding one?"""
    with open(os.path.join(report.TOP, "l4linux-arch/include/asm/Kbuild")) as listed:
        return os.path.basename(file) in listed.read().split()


def interface():
    """All words of the headers, and of the sources of Linux and libl4."""
    words = {"l4_defconfig"}
    for pattern in HEADERS + ("l4linux-arch/*/*.[chS]", "libl4/*.[chS]", "examples/*/*.[ch]", "servers/*/*.[ch]"):
        for path in glob.glob(os.path.join(report.TOP, pattern)):
            with open(path, encoding="utf-8") as file:
                words.update(re.findall(r"\w+", file.read()))
    return words


def commands(text, targets, suites):
    """A sentence for each command that is none."""
    for target in COMMAND.findall(text):
        if target not in targets:
            yield "there is no make " + target
    for line in re.findall(r"(?:^    |`)(?:\w+=\S+ )*(tests/run .*)", text, re.M):
        for suite in SUITES.match(line)[1].split() if SUITES.match(line) else ():
            if suite not in suites:
                yield "there is no suite " + suite


def missing(document, text, words):
    """A sentence for each that is not there."""
    for name in set(ABI.findall(text)) - words:
        if not any(word.startswith(name) for word in words):
            yield "there is no %s" % name
    for path, function in WORD.findall(text):
        file = whole(document, path)
        if not file or file in OTHERS:
            continue
        found = glob.glob(os.path.join(report.TOP, file))
        if not found and borrowed(file):
            continue
        if not found:
            yield "there is no %s" % file
        elif function and os.path.isfile(found[0]):
            with open(found[0], encoding="utf-8") as source:
                if not re.search(r"\b%s\b" % function, source.read()):
                    yield "%s has no %s" % (file, function)
    for link in LINK.findall(text):
        if "://" not in link and not os.path.exists(os.path.join(
                report.TOP, os.path.dirname(document), link)):
            yield "the link %s leads nowhere" % link


def names():
    """README.md, CHANGES.md and docs/, from the top."""
    return ["README.md", "CHANGES.md"] + sorted(
        os.path.relpath(path, report.TOP)
        for path in glob.glob(os.path.join(report.TOP, "docs/*.md")))


def tabled(text):
    """The first cells of docs/testing.md's tables of suites and of what takes long."""
    suites = text.partition("| suite |")[2].partition("\n\n")[0]
    parts = text.partition("| part |")[2].partition("\n\n")[0]
    return (re.findall(r"^\| (\w+) \|", suites, re.M), [
        name for cell in re.findall(r"^\| (`.*?) \|", parts, re.M)
        for name in re.findall(r"`([\w-]+)`", cell)])


def run(suite, suites, parts):
    texts, words = {}, interface()
    with open(os.path.join(report.TOP, "Makefile")) as file:
        targets = set(" ".join(TARGETS.findall(file.read())).split())
    for name in names():
        with open(os.path.join(report.TOP, name), encoding="utf-8") as file:
            texts[name] = file.read()
        wrong = sorted({*missing(name, texts[name], words),
                        *commands(texts[name], targets, suites)})
        suite.check("documents: " + name, not wrong, "\n".join(wrong))
    in_suites, in_parts = tabled(texts["docs/testing.md"])
    suite.same("documents: the table of suites", sorted(in_suites), sorted(suites))
    suite.same("documents: the table of what takes long", sorted(in_parts),
               sorted(parts))
    lost = [name for name in texts if name.startswith("docs/") and
            "`%s`" % name not in texts["README.md"]]
    suite.check("documents: README.md names each", not lost, lost)
    for name, text, wanted in (
            ("docs/x.md", "`tests/run` [a](testing.md#kernel) `make test`", 0),
            ("docs/x.md", "`tests/nothing.c`", 1), ("docs/x.md", "[a](none.md)", 1),
            (PORT, "`mk/api/syscall.c:syscall_short` `mm/sync.c`", 0),
            (PORT, "`mk/api/syscall.c:no_such_call`", 1), (PORT, "`mm/none.c`", 1),
            ("docs/x.md", "`L4_CALL_MAP`, l4_serve(), L4_VCPU_*", 0),
            ("docs/x.md", "`L4_CALL_NONE`", 1), ("docs/x.md", "`make coffee`", 1),
            ("docs/x.md", "    make test-long\n    tests/run host kernel", 0),
            ("docs/x.md", "`tests/run krenel`", 1)):
        suite.same("documents: " + text.strip(), len([
            *missing(name, text, words), *commands(text, targets, suites)]), wanted)
