#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Does microkernel/layers notice what goes up? Small trees of three layers, one
thing wrong in each; and the order that docs/architecture.md shows is LAYERS'. Does make
notice what is new in a header?"""

import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests"))
import report

KERNEL = os.path.join(TOP, "microkernel")
HEADER = "#ifndef %s\n#define %s\n%s\n#endif\n"

# What is right: calls down, along a folder, and up by a pointer only.
GOOD = {
    "LAYERS": "# From the top.\ntop\nmiddle/part\nbottom\n",
    "top/top.h": "void top(void);\nextern int top_word;\n",
    "top/top.c": '#include "bottom/bottom.h"\n#include "top/top.h"\n'
                 "int top_word;\n"
                 "void top(void) { up = top; bottom(); }\n",
    "middle/part/one.h": "void one(void);\n",
    "middle/part/one.c": '#include "middle/part/one.h"\n'
                         '#include "bottom/bottom.h"\n'
                         "void one(void) { bottom(); }\n",
    "middle/part/two.c": '#include "middle/part/one.h"\n'
                         "void two(void); void two(void) { one(); }\n",
    "middle/part/door.S": ".globl door\ndoor: call two\n",
    "bottom/bottom.h": "void bottom(void);\nextern void (*up)(void);\n",
    "bottom/bottom.c": '#include "bottom/bottom.h"\n'
                       "void (*up)(void);\n"
                       "void bottom(void) { if (up) up(); }\n",
}

# What is changed, and the sentences that must come.
CASES = {
    "nothing": ({}, []),
    "include": (
        {"bottom/bottom.h": '#include "top/top.h"\n' + GOOD["bottom/bottom.h"]},
        ["bottom/bottom.h includes top/top.h: top/ is above bottom/."]),
    "call": (
        {"middle/part/one.c": "void one(void); void top(void);\n"
                              "void one(void) { top(); }\n"},
        ["middle/part/one.c uses top of top/top.c: top/ is above middle/part/."]),
    "data": (
        {"bottom/bottom.c": "extern int top_word; void (*up)(void);\n"
                            "void bottom(void);\n"
                            "void bottom(void) { top_word++; }\n"},
        ["bottom/bottom.c uses top_word of top/top.c: top/ is above bottom/."]),
    "address": (
        {"bottom/bottom.c": "void top(void); void bottom(void);\n"
                            "void (*up)(void) = top;\n"
                            "void bottom(void) { }\n"},
        ["bottom/bottom.c uses top of top/top.c: top/ is above bottom/."]),
    "assembler": (
        {"middle/part/door.S": ".globl door\ndoor: jmp top\n"},
        ["middle/part/door.S uses top of top/top.c: "
         "top/ is above middle/part/."]),
    "replaced below": (
        {"bottom/hook.c": "void hook(void);\n"
                          "__attribute__((weak)) void hook(void) { }\n",
         "top/hook.c": "void hook(void); void hook(void) { }\n",
         "middle/part/one.c": "void one(void); void hook(void);\n"
                              "void one(void) { hook(); }\n"},
        ["middle/part/one.c uses hook of top/hook.c: "
         "top/ is above middle/part/."]),
    "circle of files": (
        {"middle/part/one.c": "void one(void); void two(void);\n"
                              "void one(void) { two(); }\n"},
        ["these files use each other: "
         "middle/part/one.c uses two of middle/part/two.c, "
         "middle/part/two.c uses one of middle/part/one.c."]),
    "circle of headers": (
        {"bottom/a.h": HEADER % ("A", "A", '#include "bottom/b.h"'),
         "bottom/b.h": HEADER % ("B", "B", '#include "bottom/a.h"')},
        ["these headers include each other: "
         "bottom/a.h, bottom/b.h, bottom/a.h."]),
    "folder without a place": (
        {"side/side.h": ""},
        ["side/side.h is in a folder that LAYERS does not name."]),
}

# A part without folders: its files are its layers.
FLAT = {
    "LAYERS": "main\npart\nall\n",
    "all.h": "void part(void);\nint main(void);\n",
    "part.c": '#include "all.h"\nvoid part(void) { }\n',
    "main.c": '#include "all.h"\nint main(void) { part(); return 0; }\n',
}
FLAT_CASES = {
    "nothing": ({}, []),
    "call": ({"part.c": '#include "all.h"\nvoid part(void) { main(); }\n'},
             ["part.c uses main of main.c: main is above part."]),
    "file without a place": ({"side.c": "void side(void) { }\n"},
                             ["side.c is a file that LAYERS does not name."]),
}


def sentences(files):
    """What the check says about a tree of these files."""
    with tempfile.TemporaryDirectory() as tree:
        objects = []
        for name, text in files.items():
            path = os.path.join(tree, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        for name in sorted(files):
            stem, kind = os.path.splitext(name)
            if kind not in (".c", ".S"):
                continue
            output = os.path.join("build", stem + ("_asm.o" if kind == ".S" else ".o"))
            os.makedirs(os.path.join(tree, os.path.dirname(output)), exist_ok=True)
            subprocess.run(["gcc", "-I.", "-c", "-o", output, name], cwd=tree, check=True)
            objects.append(output)
        done = subprocess.run([os.path.join(KERNEL, "layers"), "build", *objects],
                              cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = done.stderr.decode().splitlines()
    if done.stdout or bool(said) != bool(done.returncode):
        said.append("status %d: %s" % (done.returncode, done.stdout.decode()))
    return [line.replace("layers: ", "", 1) for line in said]


# An object of a part, and a header that it includes.
DEPENDS = {
    "microkernel": ("base/quota.o", "base/quota.h"),
    "libl4": ("task.o", os.path.join(TOP, "libl4/include/l4/server.h")),
    "tests/host": ("kernel/base/quota.o", os.path.join(KERNEL, "base/quota.h")),
}


def depends(part, item, header):
    """What make wants to do if the header is new, and if not, after the folder of the build has got another name."""
    with tempfile.TemporaryDirectory() as folder:
        def make(name, *options):
            built = os.path.join(folder, name)
            return subprocess.run(["make", "-s", "-C", os.path.join(TOP, part), "B=" + built, *options,
                                   os.path.join(built, item)], stdout=subprocess.DEVNULL).returncode
        done = make("one")
        os.rename(os.path.join(folder, "one"), os.path.join(folder, "other"))
        return done, make("other", "-q"), make("other", "-q", "-W", header)


def documented():
    """The folders of the table in docs/architecture.md, from the top."""
    with open(os.path.join(TOP, "docs/architecture.md")) as text:
        part = text.read().split("### Its layers")[1].split("\n#")[0]
    return re.findall(r"^\| `([\w/]+)/` \|", part, re.M)


def run(suite):
    for name, (changed, wanted) in CASES.items():
        suite.same("layers: " + name, sentences({**GOOD, **changed}), wanted)
    for name, (changed, wanted) in FLAT_CASES.items():
        suite.same("layers: files: " + name, sentences({**FLAT, **changed}), wanted)
    for part, (item, header) in DEPENDS.items():
        suite.same("layers: what %s depends on" % part, depends(part, item, header), (0, 0, 1))
    with open(os.path.join(KERNEL, "LAYERS")) as text:
        order = [line for line in text.read().split("\n") if line and line[0] != "#"]
    suite.same("layers: as documented", documented(), order)


if __name__ == "__main__":
    suite = report.Suite("layers")
    run(suite)
    suite.end()
    sys.exit(report.Suite.totals[1] > 0)
