#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The runner itself: tests/run and report.py with suites that break down in
each way, which must be failures and must not keep the others from running."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest.mock

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, "runner")]
import documents
import report
import variables

# tests/run with suites of ours in the place of host, kernel, fuzz and command.
HEAD = """
import importlib.machinery, importlib.util, os, sys, time
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("runner", sys.argv[1])
spec = importlib.util.spec_from_loader("runner", loader)
runner = importlib.util.module_from_spec(spec)
loader.exec_module(runner)
report = runner.report
report.LOGS = sys.argv[2]
runner.make = lambda *_: True

def suite(name, *results):
    def run():
        one = report.Suite(name)
        for number, result in enumerate(results):
            one.check("check %d" % number, result)
        one.end()
    return run

def skips(name, *results):
    def run():
        one = report.Suite(name)
        for number, result in enumerate(results):
            one.check("check %d" % number, result)
        one.skip("the rest", "no moon")
        one.end()
    return run

def leaves(name, error):
    def run():
        one = report.Suite(name)
        one.check("before", True)
        if error:
            raise error
    return run

def program(text, status=0):
    def run():
        one = report.Suite("host")
        done = runner.subprocess.CompletedProcess([], status, text)
        runner.count_program(one, "test_it", done)
        one.end()
    return run

def compared(*outputs):
    return lambda: report.compare("it/", dict(zip("ab", outputs)))

# Makes a file, and passes if the other lane's file comes meanwhile.
def waits(name, file, other):
    def run():
        one = report.Suite(name)
        open(os.path.join(sys.argv[2], file), "w").close()
        end = time.monotonic() + 60
        while not os.path.exists(os.path.join(sys.argv[2], other)) and \
                time.monotonic() < end:
            time.sleep(0.01)
        one.check("the other", time.monotonic() < end)
        one.end()
    return run

def lanes(**functions):
    report.side_by_side(functions)
    report.table()
    print("%d passed, %d failed" % tuple(report.Suite.totals))

good = suite("good", True, True)
runner.FUNCTIONS = {"kernel": good}
"""

# Name, the first suite, what the last line must be: the build's check and the
# good suite's two are in it.
CASES = (
    ("all good", "suite('one', True)", "4 passed, 0 failed"),
    ("one check fails", "suite('one', True, False)", "4 passed, 1 failed"),
    ("no checks", "suite('one')", "3 passed, 1 failed"),
    ("no checks but a skipped one", "skips('one')", "3 passed, 1 failed"),
    ("SystemExit", "leaves('one', SystemExit('no tools'))", "4 passed, 1 failed"),
    ("SystemExit of 0", "leaves('one', SystemExit(0))", "4 passed, 1 failed"),
    ("an exception", "leaves('one', KeyError('x'))", "4 passed, 1 failed"),
    ("no end", "leaves('one', None)", "4 passed, 1 failed"),
    ("no suite", "lambda: None", "3 passed, 1 failed"),
    ("a host program", "program(b'[  PASSED  ] 7 test(s).')", "10 passed, 0 failed"),
    ("a host program that fails",
     "program(b'[  PASSED  ] 1 test(s).\\n[  FAILED  ] the_other\\n', 1)",
     "4 passed, 1 failed"),
    ("an empty host program", "program(b'')", "3 passed, 1 failed"),
    ("a host program without tests", "program(b'[  PASSED  ] 0 test(s).')",
     "3 passed, 1 failed"),
    ("a host program that dies", "program(b'[  PASSED  ] 7 test(s).', -11)",
     "10 passed, 1 failed"),
    ("the same outputs", "compared({'x': '1', 'y': ''}, {'x': '1', 'y': ''})",
     "4 passed, 0 failed"),
    ("other outputs", "compared({'x': '1'}, {'x': '2'})", "3 passed, 1 failed"),
    ("no output on both", "compared({'x': None}, {'x': None})",
     "3 passed, 1 failed"),
    ("no output on the first", "compared({}, {'x': '1'})", "3 passed, 1 failed"),
    ("nothing to compare", "compared({}, {})", "3 passed, 1 failed"),
)

# Lanes, the last line, and how many suites the table must have.
LANES = (
    ("one", "a=suite('a', True)", "1 passed, 0 failed", 1),
    ("two", "a=suite('a', True), b=suite('b', True, False)",
     "2 passed, 1 failed", 2),
    ("two at the same time",
     "a=waits('a', 'here', 'there'), b=waits('b', 'there', 'here')",
     "2 passed, 0 failed", 2),
    ("one that dies", "a=lambda: os._exit(0), b=suite('b', True)",
     "1 passed, 1 failed", 2),
    ("one that is killed", "a=lambda: os.kill(os.getpid(), 9), b=suite('b', True)",
     "1 passed, 1 failed", 2),
    ("one that breaks down", "a=leaves('a', KeyError('x')), b=suite('b', True)",
     "2 passed, 1 failed", 3),
)

# Arguments, TARGETS, what the runner says; nothing may be run then.
REFUSED = (
    (["krenel"], "l4", "There is no suite krenel;"),
    ([""], "l4", "There is no suite of an empty name;"),
    (["kernel"], "native", "The suite kernel is one of l4,"),
    (["host"], "l5", "TARGETS: there is no l5;"),
)


def runner(program, targets="l4", seed=""):
    """What a runner prints, by lines, and its status."""
    with tempfile.TemporaryDirectory() as logs:
        done = subprocess.run(
            [sys.executable, "-c", HEAD + program, os.path.join(TESTS, "run"),
             logs], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, TARGETS=targets, SEED=seed))
    return done.stdout.decode().splitlines() or [""], done.returncode


def load(name):
    sys.path.insert(1, os.path.join(TESTS, name))
    spec = importlib.util.spec_from_file_location(
        name + "_columns", os.path.join(TESTS, name, "test.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def result_of(function, *arguments, targets="l4"):
    """Its result, or the sentence that it ends with; what it prints is for
    the person who runs it."""
    os.environ["TARGETS"], before = targets, os.environ.get("TARGETS")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return function(*arguments)
    except SystemExit as end:
        return end.code
    finally:
        os.environ.pop("TARGETS")
        if before is not None:
            os.environ["TARGETS"] = before


def chosen_steps(suite, programs):
    """All steps of a suite, or those that are named, and none that it has not."""
    def some(_debian):
        for name in ("one", "other"):
            yield programs.suites.Step(name, "true", 1, None)

    with unittest.mock.patch.object(programs.suites, "ALL", [some]):
        for words, wanted in (([], ["some/one", "some/other"]), (["some"], ["some/one", "some/other"]),
                              (["some/other"], ["some/other"])):
            suite.same("programs: steps of %s" % words,
                       [name for name, _ in programs.chosen_steps(None, words)], wanted)
        suite.check("programs: a step that is not there", "no step third" in str(
            result_of(programs.chosen_steps, None, ["some/third"])), "it is chosen")


def columns(suite):
    """The suites with two columns: results that are not there, or not of these
    kernels, are no good ones."""
    programs, kunit, parity = map(load, ("programs", "kunit", "parity"))
    for value, wanted in (("ok", 0), ("fail", 1), ("skip", 0)):
        programs.measure = lambda *_: {("python/x", "status"): value}
        suite.same("programs: one kernel, %s" % value,
                   result_of(programs.main, []), wanted)
    programs.measure = lambda *_: {}
    suite.same("programs: nothing run", result_of(programs.main, []), 1)
    chosen_steps(suite, programs)
    suite.check("programs: unknown suite", "There is no suite nope" in str(
        result_of(programs.main, ["nope"])), "it runs nothing, and passes")
    for value, wanted in (("ok", 0), ("not ok", 1)):
        one = {"a": {"x": value}, "b": {"x": "ok"}}
        kunit.column = lambda target, *_: one if target == "l4" else None
        suite.same("kunit: one kernel, %s" % value,
                   result_of(kunit.main, []), wanted)
    kunit.column = lambda *_: None
    suite.same("kunit: no kernel", result_of(kunit.main, []), 1)
    kept(suite, parity)


# apt-get, which is not to be there twice at a time, and what asks for it.
APT = """#!/bin/sh
mkdir "${0%/*}/busy" || exit 100
sleep 0.3
rmdir "${0%/*}/busy"
"""


def packages(suite):
    """Two suites that want packages do not disturb each other."""
    with tempfile.TemporaryDirectory() as tree:
        for folder in ("tools", "bin"):
            os.mkdir(os.path.join(tree, folder))
        command = os.path.join(tree, "tools/packages.sh")
        shutil.copy(os.path.join(report.TOP, "tools/packages.sh"), command)
        for name, text in (("apt-get", APT), ("dpkg-query", "#!/bin/sh\n"),
                           ("sudo", '#!/bin/sh\nexec "$@"\n')):
            path = os.path.join(tree, "bin", name)
            with open(path, "w") as file:
                file.write(text)
            os.chmod(path, 0o755)
        path = os.path.join(tree, "bin") + ":" + os.environ["PATH"]
        both = [subprocess.Popen([command], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={"PATH": path})
                for _ in range(2)]
        suite.same("packages: two at once", [one.wait() for one in both], [0, 0])


class Recorder:
    """A suite that only notes what was checked."""

    def __init__(self):
        self.log = io.StringIO()
        self.checks = []

    def check(self, _name, good, _why=""):
        self.checks.append(bool(good))


def ends(suite):
    """A machine of the suite devices that does not end, or ends badly."""
    devices = load("devices")
    for function, status, wanted in (
            ("start", 0, [True]), ("start", None, [False]), ("start", 65, [False]),
            ("start_bad", 65, [True]), ("start_bad", None, [False])):
        recorder = Recorder()
        boot = type("", (), {"run": lambda *_, status=status: ("text", status)})()
        getattr(devices, function)("l4", boot, recorder)
        suite.same("devices: %s, status %s" % (function, status), recorder.checks,
                   wanted)


def kept(suite, parity):
    """Results of another build of a kernel are none."""
    with tempfile.TemporaryDirectory() as folder:
        parity.RESULTS = folder
        pair = []
        for target in ("native", "l4"):
            parity.report = type("", (), {"build_of": lambda *_: "one"})
            column = parity.Column(target)
            column.set("futex", "wait", {"result": "ok", "parts": {}})
            pair.append(column)
        tests = [("futex", "wait")]
        suite.same("parity: both", result_of(parity.compare, *pair, tests), (0, 0))
        pair[1].build = "another"
        suite.same("parity: another build", result_of(
            parity.compare, *pair, tests), (0, 1))
        suite.same("parity: not run", result_of(
            parity.compare, *pair, [("futex", "wake")]), (0, 1))


def bench(suite):
    """The check of make bench: what grew at once, and what did in small steps."""
    sys.path.insert(1, os.path.join(TESTS, "../bench"))
    import results
    for number, since, fixed, wanted in (
            (100, 100, 100, (0, 0)), (102.9, 100, 100, (0, 0)),
            (103.1, 100, 100, (1, 0)), (106, 104, 100, (0, 1)),
            (None, 100, 100, (1, 1))):
        series = results.Series({})
        if number:
            series.values = {"instructions": {"l4": {"getppid": [number]}}}
        found = (len(list(results.grown(series, {"getppid": since}))),
                 len(list(results.drifted(series, {"getppid": fixed}))))
        suite.same("bench: %s after %s and %s" % (number, since, fixed), found,
                   wanted)


# Of objdump: a header's line inside of a file, a function without its file's
# name, and two files of one name.
LISTING = """
CU: sched/thread.c:
thread.c        7  0x10   x
./lib/list.h:
list.h          3  0x14   x
list.h          -  0x18

thread.c        9  0x18   x
thread.c        10  0x18  1  x
CU: object/thread.c:
thread.c        9  0x20   x
thread.c        11  0x40  x
"""


def coverage(suite):
    """Whose lines are there, in a tree of folders."""
    suite.same("coverage: lines", load_tool("tests/coverage/run").lines_of_code(
        LISTING, 0x10, 0x40), {
            ("sched/thread.c", 7): {0x10}, ("lib/list.h", 3): {0x14},
            ("sched/thread.c", 9): {0x18}, ("sched/thread.c", 10): {0x18},
            ("object/thread.c", 9): {0x20}})


def load_tool(path):
    """A program without a suffix as a module."""
    loader = importlib.machinery.SourceFileLoader(
        path.replace("/", "_"), os.path.join(report.TOP, path))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def figures(suite):
    """tools/figures tells what is too far off, and nothing else."""
    tool = load_tool("tools/figures")
    logs = tool.Logs("none")
    page = tool.read(tool.PAGE)
    row = re.search(r"^\| mutants \| (\d+) \|$", page, re.M)
    for change, wanted in ((3, 0), (4 + int(row[1]) // 10, 1)):
        changed = page.replace(row[0], "| mutants | %d |" % (int(row[1]) + change))
        found = len(list(tool.wrong_in_tables(changed, logs))) - len(
            list(tool.wrong_in_tables(page, logs)))
        suite.same("figures: off by %d" % change, found, wanted)
    suite.same("figures: a row that is not there", len(list(tool.wrong_in_tables(
        page.replace("| mutants |", "| mutations |"), logs))) - len(
            list(tool.wrong_in_tables(page, logs))), 2)
    tool.QUOTES = ((tool.PERFORMANCE, r"(is never written)", "x: more"),)
    suite.same("figures: a sentence that is gone",
               len(list(tool.quotes(replace=False))), 1)


# CONFIG=, who is asked for it, and the one line that it says: in a tree where
# nothing is built.
CONFIGS = (
    ("toaster", ["run", "--cmd", "true"],
     "CONFIG: there is no toaster; there are: debian debug kunit smp torture"),
    ("common", ["run", "--cmd", "true"],
     "CONFIG: there is no common; there are: debian debug kunit smp torture"),
    ("debian", ["run", "--cmd", "true"], "CONFIG: this Linux is not built; "
     "make l4 CONFIG=debian does it"),
    ("toaster", ["linux-l4.sh"],
     "CONFIG: there is no toaster; there are: debian debug kunit smp torture"),
    ("toaster", ["linux-native.sh"],
     "CONFIG: there is no toaster; there are: debian debug kunit smp torture"),
)


def configs(suite):
    """An unknown CONFIG= is told as such, and leaves nothing behind."""
    with tempfile.TemporaryDirectory() as tree:
        for part in ("tools", "l4linux-arch/configs"):
            shutil.copytree(os.path.join(report.TOP, part),
                            os.path.join(tree, part))
        for config, command, sentence in CONFIGS:
            done = subprocess.run(
                [os.path.join(tree, "tools", command[0]), *command[1:]],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"], "CONFIG": config})
            suite.same("CONFIG=%s: %s" % (config, command[0]),
                       (done.stdout.decode().strip(), done.returncode),
                       (sentence, 1))
        suite.check("CONFIG: no build folder", not os.path.exists(
            os.path.join(tree, "build")), "it made one")


def main(_targets=()):
    suite = report.Suite("runner")
    columns(suite)
    configs(suite)
    ends(suite)
    packages(suite)
    variables.run(suite)
    documents.run(suite, load_tool("tests/run").SUITES,
                  [part[0] for part in load_tool("tests/long").PARTS])
    figures(suite)
    coverage(suite)
    bench(suite)
    for name, first, wanted in CASES:
        lines, status = runner("runner.FUNCTIONS['host'] = %s\n"
                               "sys.exit(runner.main(['host', 'kernel']))" % first)
        print("\n".join(lines), file=suite.log)
        suite.same(name, (lines[-1], status),
                   (wanted, 0 if wanted.endswith(" 0 failed") else 1))
    lines, _ = runner("runner.FUNCTIONS['host'] = skips('one', True)\n"
                      "runner.main(['host', 'kernel'])")
    suite.check("what is skipped is said and counted",
                "  SKIP    one/the rest: no moon" in lines and
                any(re.match(r"  TEST    one +1 passed, 0 failed, 1 skipped ", line)
                    for line in lines), lines)
    for name, functions, wanted, suites in LANES:
        lines, _ = runner("lanes(%s)" % functions)
        print("\n".join(lines), file=suite.log)
        rows = [line for line in lines if re.match(r" +\d+ s +\d+ s  ", line)]
        suite.same("lanes: " + name, (lines[-1], len(rows)), (wanted, suites))
        suite.same("lanes: %s, the failures come once more" % name,
                   [line for line in lines[lines.index(rows[-1]):] if line.startswith("  FAIL ")],
                   [line for line in lines[:lines.index(rows[0])] if line.startswith("  FAIL ")])
    for words, targets, sentence in REFUSED:
        lines, status = runner("sys.exit(runner.main(%r))" % words, targets)
        suite.check("%s %s" % (words[0], targets), status == 1 and
                    lines[0].startswith(sentence) and
                    lines[1:] == ["0 passed, 1 failed"], lines)
    for seed, fixed in (("", True), ("fresh", False), ("7", True)):
        lines, _ = runner("sys.exit(runner.main(['kernel']))", seed=seed)
        words = lines[0].split()
        suite.check("seed %s" % seed, words[:1] == ["SEED"] and
                    (words[1] == (seed or "1")) == fixed, lines[0])
    suite.end()


if __name__ == "__main__":
    main()
    sys.exit(1 if report.Suite.totals[1] else 0)
