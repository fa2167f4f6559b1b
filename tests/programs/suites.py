# SPDX-License-Identifier: GPL-2.0
"""The suites: each is a function that takes a Debian and yields its steps. A
step is one command; its results are made of what it prints and how it ends."""

import collections
import re

Step = collections.namedtuple("Step", "name command timeout results")

STRESS_CLASSES = "cpu vm scheduler pipe filesystem interrupt"
# Stressors that refuse to be root's.
UNPRIVILEGED = {"exec", "spawn"}
# stress-ng's exit statuses.
STRESS = {0: "ok", 2: "failed", 3: "skip", 4: "skip"}

PYTHON = """test_threading test_thread test_threadsignals test_threading_local
	test_threadedtempfile test_signal test_mmap test_ctypes test_os test_posix
	test_socket test_select test_selectors test_epoll test_poll test_fcntl
	test_tempfile test_resource test_time test_wait3 test_wait4 test_fork1
	test_pty test_queue test_sqlite3 test_float test_math test_struct
	test_hashlib test_fileio test_file test_eintr test_ioctl test_largefile
	test_faulthandler
	test_asyncio.test_events test_asyncio.test_unix_events
	test_asyncio.test_subprocess test_asyncio.test_streams
	test_asyncio.test_sock_lowlevel test_asyncio.test_server""".split()
# The whole of these takes too long in emulation.
PYTHON_PARTS = {
    "test_subprocess": "*.POSIXProcessTestCase.*",
    "test_io": "*.CBuffered* *.CIO* *.CMisc* *.CSignals*",
    "test_multiprocessing_fork": "*.WithProcessesTestProcess.* "
    "*.WithProcessesTestQueue.* *.WithProcessesTestLock.* "
    "*.WithProcessesTestSemaphore.* *.WithProcessesTestEvent.* "
    "*.WithProcessesTestValue.* *.WithProcessesTestSharedMemory.* "
    "*.WithProcessesTestConnection.* *.WithProcessesTestHeap.*",
    "test_multiprocessing_spawn": "*.WithProcessesTestQueue.* "
    "*.WithProcessesTestLock.* *.WithProcessesTestSharedMemory.*",
    "test_multiprocessing_forkserver": "*.WithProcessesTestQueue.*",
    "test_concurrent_futures": "*.ThreadPoolExecutorTest.* "
    "*.ProcessPoolForkProcessPoolExecutorTest.*",
}


def stress(debian):
    """Each stressor of the classes by itself."""
    text = debian.run("for c in %s; do stress-ng --class $c? 2>&1; done" %
                      STRESS_CLASSES)
    names = set()
    for line in re.findall(r"class '\w+' stressors: (.*)", text):
        names.update(line.split())
    for name in sorted(names):
        user = ("setpriv --reuid nobody --regid nogroup --clear-groups "
                if name in UNPRIVILEGED else "")
        yield Step(name, "cd /var/tmp && %sstress-ng --%s 1 --timeout 2 "
                   "--verify --no-rand-seed --oomable" % (user, name), 150,
                   stressed)


def stressed(text, status):
    if "No stress workers" in text or "--pathological" in text:
        value = "skip"
    elif status in STRESS:
        value = STRESS[status]
    else:
        value = "exit %d" % status
    if value not in ("ok", "skip"):
        value += "\n" + text
    return {"result": value}


def python(debian):
    """Python's own tests, by its own runner."""
    for name in sorted(PYTHON_PARTS) + PYTHON:
        parts = "".join(" -m \"%s\"" % part
                        for part in PYTHON_PARTS.get(name, "").split())
        # A test that hangs says where, and those before it count.
        yield Step(name, "rm -f /tmp/r.xml; python3 -m test -v --timeout @LIMIT@ "
                   "--junit-xml /tmp/r.xml %s%s >/tmp/log 2>&1; s=$?; "
                   "python3 guest/junit.py /tmp/r.xml /tmp/log; "
                   "exit $s" % (name, parts), 600, lines)


def lines(text, status):
    """Each line "NAME: RESULT" is a result."""
    found = dict(re.findall(r"^(.*?): (.*)$", text, re.M))
    if status:
        found["exit status"] = str(status)
    return found


def marked(text, status):
    """Lines "PASS: NAME" and the like."""
    found = {}
    for mark, name in re.findall(
            r"^(PASS|FAIL|SKIP|SKIPPED|UNTESTED|ERROR|XFAIL): (.*)$", text,
            re.M):
        while name in found:
            name += " (again)"
        found[name] = {"SKIPPED": "skip", "UNTESTED": "skip"}.get(
            mark, mark.lower())
    found["exit status"] = str(status) if status else "ok"
    return found


def busybox(debian):
    """Its own test suite, some applets a step."""
    applets = debian.run("(cd busybox/testsuite && ls -1d */ *.tests)")
    # These want hosts of the Internet, a tree of sources, and far more
    # computing than the others together.
    applets = sorted(set(re.findall(r"^(\S+?)(?:/|\.tests)$", applets, re.M)) -
                     {"wget", "all_sourcecode", "bc"})
    # The shell's tests are as many as all others together.
    yield Step("ash", "cd busybox/testsuite && ./runtest ash", 900, marked)
    applets.remove("ash")
    for i in range(0, len(applets), 8):
        yield Step(applets[i] + "...", "cd busybox/testsuite && ./runtest " +
                   " ".join(applets[i:i + 8]), 900, marked)


def coreutils(debian):
    """Their own test suite; a step is some tests of a folder."""
    tests = debian.run("cat coreutils/tests.list").split()
    folders = {}
    for test in tests:
        folders.setdefault(test.rsplit("/", 1)[0], []).append(test)
    for folder, tests in sorted(folders.items()):
        for i in range(0, len(tests), 15):
            yield Step("%s.%d" % (folder[6:], i // 15),
                       "cd coreutils && make -k check-TESTS VERBOSE= "
                       "abs_top_builddir=$PWD abs_top_srcdir=$PWD "
                       "abs_srcdir=$PWD TESTS=\"%s\"" % " ".join(
                           tests[i:i + 15]), 600, marked)


def sqlite(debian):
    """Transactions, recovery, several writers."""
    yield Step("script", "sh guest/sqlite.sh", 900, said)


def redis(debian):
    """The server under its own benchmark."""
    yield Step("benchmark", "sh guest/redis.sh", 900, said)


def said(text, status):
    """Lines "NAME: WHAT", which must be the same on both kernels."""
    found = {name: "= " + value
             for name, value in re.findall(r"^([\w .,-]+): (.*)$", text, re.M)}
    found["exit status"] = str(status) if status else "ok"
    return found


ALL = [sqlite, redis, busybox, stress, python, coreutils]
