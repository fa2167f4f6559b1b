# SPDX-License-Identifier: GPL-2.0
"""Does docs/variables.md name each variable that the Makefile and the tools
take from outside, and no other one?"""

import os
import re
import subprocess

import report

PAGE = "docs/variables.md"
# How a variable is read: by a Makefile, a script of the shell, Python, C.
MAKEFILE = re.compile(r"\$[({](?:or \$\(|value )?([A-Z][A-Z_0-9]+)\b")
ORIGIN = re.compile(r"\$\(origin ([A-Z]+)\)")
DEFAULT = re.compile(r"^([A-Z][A-Z_0-9]+)\s*\?=", re.M)
EXPORTED = re.compile(r"^export ([A-Z_ ]+)$", re.M)
OWN = re.compile(r"^(?:export )?([A-Z][A-Z_0-9]+)\s*:?=", re.M)
READ = {
    "sh": re.compile(r"\$\{([A-Z_]+):[-+=]"),
    "python": re.compile(r'(?:environ(?:\.get)?|\benv)[(\[]"([A-Z_]+)"'),
    "c": re.compile(r'getenv\("([A-Z_]+)"'),
}
# Make's own, the shell's, and what a script gives its own programs.
OTHERS = {"B", "CC", "CURDIR", "MAKE", "MAKEFLAGS", "PATH", "HOME", "NAME", "COLUMNS",
          "LINES"}


def language(path, text):
    first = text.partition("\n")[0]
    if path.endswith(".c"):
        return "c"
    if path.endswith(".py") or "python" in first:
        return "python"
    return "sh" if path.endswith(".sh") or first.startswith("#!/bin/") else None


def of_makefile(text):
    """What the main Makefile reads and does not set itself."""
    read = set(MAKEFILE.findall(text)) - set(OWN.findall(text))
    return read.union(ORIGIN.findall(text), DEFAULT.findall(text),
                      *(words.split() for words in EXPORTED.findall(text)))


def used(files):
    """All variables that files {path: text} take from outside."""
    found = of_makefile(files["Makefile"])
    found.update(DEFAULT.findall(files["microkernel/Makefile"]))
    for path, text in files.items():
        kind = language(path, text)
        if kind:
            found.update(READ[kind].findall(text))
    return found - OTHERS


def documented(page):
    return set(re.findall(r"^\| `([A-Z_]+)=", page, re.M))


def sources():
    """The tree's files; those in Linux's root file system have other variables."""
    names = subprocess.run(
        ["git", "-C", report.TOP, "ls-files", "-c", "-o", "--exclude-standard",
         "Makefile", "microkernel/Makefile", "tools", "tests", "bench"], stdout=subprocess.PIPE,
        check=True).stdout.decode().split()
    for name in names:
        path = os.path.join(report.TOP, name)
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, encoding="utf-8", errors="replace") as text:
                yield name, text.read()


def run(suite):
    files = dict(sources())
    with open(os.path.join(report.TOP, PAGE)) as text:
        page = documented(text.read())
    read = used(files)
    suite.check("variables: " + PAGE, page == read, "it lacks %s; nobody reads %s" % (
        sorted(read - page), sorted(page - read)))
    suite.check("variables: make help names the page",
                PAGE in files["Makefile"], "it does not")
    for name, text in (("Makefile", "x:\n\t@echo $(or $(LOST),1)\n"),
                       ("Makefile", "export LOST SEED\n"),
                       ("microkernel/Makefile", "LOST ?= 1\n"),
                       ("tools/x.sh", "echo ${LOST:-1}\n"),
                       ("bench/run", '#!/usr/bin/python3\nenv("LOST")\n'),
                       ("tests/x.c", 'getenv("LOST")')):
        found = used({"Makefile": "", "microkernel/Makefile": "", name: text})
        suite.check("variables: one more in " + name, "LOST" in found, found)
