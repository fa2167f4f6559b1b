#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux on several CPUs (CONFIG=debian): test.py TARGET... (native, l4).

On 2 CPUs each is a thread of QEMU's; 4 take turns in one, as few machines that
run the tests have more than 2 themselves."""

import concurrent.futures
import importlib.util
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import report
import machine
import started

BUILD = os.path.join(report.TOP, "build/tests-smp")
OLDER = os.path.join(report.TOP, "build/tests-linux")
# Of the suite linux: what has threads, or is about a CPU's registers.
BORROWED = ("fpu", "threads", "storm")
RACES = ("unmap", "protect", "replace", "discard", "move", "fork")
ROUNDS = int(os.environ.get("ROUNDS") or 3000)
PLUGS = 5
SWITCHES = int(os.environ.get("SWITCHES") or 200)
TIMEOUT = 900
BESIDE_TIMEOUT = 150

COMMAND = r"""
echo "cpus: $(nproc) $(grep -c ^processor /proc/cpuinfo) $(grep -c '^cpu[0-9]' /proc/stat)"
for p in places PROGRAMS; do echo "== $p"; $p; echo "== $p: $?"; done
. /bin/affinity.sh
all=$(nproc) n=0
while [ $all -gt 1 ] && [ $n -lt PLUGS ]; do
	for cpu in /sys/devices/system/cpu/cpu[1-9]; do
		echo 0 >$cpu/online && [ $(nproc) = $((all - 1)) ] && echo off >>/tmp/plug
		places >/dev/null || echo "places: wrong"
		echo 1 >$cpu/online && [ $(nproc) = $all ] && echo on >>/tmp/plug
	done
	n=$((n + 1))
done
[ $all = 1 ] || echo "plugged: $(grep -c off /tmp/plug) off, $(grep -c on /tmp/plug) on"
grep -E '^ *(LOC|RES|CAL):' /proc/interrupts
total() { awk '$1 == "intr" { print $2 }' /proc/stat; }
counted() {
	awk -v cpus=$all '$1 ~ /^([0-9]+|NMI|LOC|SPU|PMI|IWI|RTR|RES|CAL|TRM|THR|MCE|MCP):$/ {
		for (cpu = 0; cpu < cpus; cpu++) sum += $(cpu + 2) } END { print sum }' /proc/interrupts
}
echo "interrupts: $(total) $(counted) $(total)"
mount -t debugfs debugfs /sys/kernel/debug
echo Y >/sys/kernel/debug/sched/verbose	# shows them
echo "groups: $(cat /sys/kernel/debug/sched/domains/cpu*/domain0/name | uniq)"
dmesg | grep -E 'WARNING|BUG|Call Trace|INFO: rcu' || echo "messages: none"
"""


def programs(cpus):
    """4 CPUs take turns on one: there everything takes four times as long."""
    if cpus == 1:
        return list(BORROWED)
    if cpus == 2:
        return ["race %d" % ROUNDS] + list(BORROWED)
    return ["race %d" % (ROUNDS // 6), "threads"]


def boot(target, cpus, overlay):
    command = COMMAND.replace("PLUGS", str(PLUGS)).replace(
        "PROGRAMS", " ".join('"%s"' % p for p in programs(cpus)))
    return started.console(target, "--config", "debian", "--cpus", str(cpus), "--cmd", command,
                           "--overlay", overlay, "--net", "1", "--timeout", str(TIMEOUT))


def run_cpus(suite, target, cpus, overlay):
    status, text = boot(target, cpus, overlay)
    print(text, file=suite.log)
    of = "%d CPU%s: " % (cpus, "s" if cpus > 1 else "")
    def check(name, ok, why="see the log"):
        suite.check(of + name, ok, why)
    check("ends", status == 0, "its status is %d" % status)
    check("all are there", "cpus: %d %d %d\n" % (cpus, cpus, cpus) in text)
    check("places", "\nplaces: %d CPUs, seen %x, 0 wrong\n" % (cpus, (1 << cpus) - 1) in text)
    if cpus > 1:
        for race in RACES:
            check("race: " + race, "\nrace: %s: tried, 0 stale\n" % race in text)
        times = PLUGS * (cpus - 1)
        check("each off and on %d times" % PLUGS, "\nplugged: %d off, %d on\n" % (times, times) in text)
        check("places, while CPUs come and go", "places: wrong" not in text)
        for name in ("LOC", "RES", "CAL"):
            counts = re.search(r"^ *%s:((?: +\d+)+) " % name, text, re.M)
            counts = counts[1].split() if counts else []
            check(name + " on each", len(counts) == cpus and "0" not in counts, counts)
        sums = re.search(r"^interrupts: (\d+) (\d+) (\d+)$", text, re.M)
        sums = [int(number) for number in sums.groups()] if sums else [1, 0]
        check("the sum of all interrupts", sums == sorted(sums), sums)
        check("all are one group of the scheduler's", "\ngroups: MC\n" in text)
    for name in ("ttyS0", "virtio0-input.0"):
        for cpu in range(cpus):
            check("%s on CPU %d" % (name, cpu), "\naffinity: %s on %d\n" % (name, cpu) in text)
        if cpus > 1:
            check(name + " leaves a CPU that goes", "\naffinity: %s elsewhere\n" % name in text)
    check("the network answers", "affinity: no answer" not in text)
    for program in [p for p in BORROWED if p in programs(cpus)]:
        check(program, "\n== %s: 0\n" % program in text)
    check("no complaint of Linux's", "\nmessages: none\n" in text)


# The tracer is put into all that a CPU runs when it comes and goes, and taken out, while one does.
CHANGES = r"""
tracing=/sys/kernel/tracing cpu1=/sys/devices/system/cpu/cpu1/online
mount -t tracefs tracefs $tracing
for f in '*notify_cpu_starting*' '*timer_init*' '*cpu_init_secondary*' '*set_cpu_online*' '*set_fault_stack*' \
		'*clockevents*' 'rcu*' '*cpuhp*' 'idle*' 'sched*' 'tick*' 'hrtimer*'; do
	echo "$f" >>$tracing/set_ftrace_filter
done 2>/dev/null
touch /tmp/go
while [ -e /tmp/go ]; do
	for tracer in function nop; do echo $tracer >$tracing/current_tracer; done
	echo changed >>/tmp/changes
done &
for i in $(seq SWITCHES); do
	echo 0 >$cpu1 && [ $(nproc) = 1 ] && echo 1 >$cpu1 && [ $(nproc) = 2 ] && echo plugged
done | wc -l | sed 's/^/plugged: /'
rm /tmp/go
wait
echo "changes: $(wc -l </tmp/changes)"
dmesg | grep -E 'WARNING|BUG|Oops|INFO: rcu' || echo "messages: none"
"""

# One CPU works, another one asks.
BACKTRACES = r"""
taskset -c 1 sh -c 'while :; do :; done' &
busy=$!
sleep 0.5
taskset -c 0 sh -c 'echo l >/proc/sysrq-trigger'
dmesg | sed -n 's/.*NMI backtrace for cpu \([0-9]*\).*/backtrace: \1/p'
kill $busy
"""


def changing(suite):
    """Code changes while a CPU comes and goes. Native Linux has an oops then, under QEMU 7.2."""
    status, text = started.console("l4", "--config", "debian", "--cpus", "2", "--cmd",
                                   CHANGES.replace("SWITCHES", str(SWITCHES)),
                                   "--timeout", str(TIMEOUT))
    print(text, file=suite.log)
    def check(name, ok, why="see the log"):
        suite.check("changing code: " + name, ok, why)
    check("ends", status == 0, "its status is %d" % status)
    check("CPU 1 off and on %d times" % SWITCHES, "\nplugged: %d\n" % SWITCHES in "\n" + text)
    changes = int((re.search(r"^changes: (\d+)$", text, re.M) or [0, 0])[1])
    check("meanwhile", changes > SWITCHES // 20, "%d times" % changes)
    check("no complaint of Linux's", "\nmessages: none\n" in text)


def backtraces(suite, target):
    text = started.console(target, "--config", "debian", "--cpus", "2", "--cmd", BACKTRACES,
                           "--timeout", str(TIMEOUT))[1]
    print(text, file=suite.log)
    for cpu in range(2):
        suite.check("a backtrace of CPU %d" % cpu, "\nbacktrace: %d\n" % cpu in text)


# Of two seconds' work: the ticks that a CPU thinks it had, and those that it thinks another one had.
TICKS = r"""
ticks() { awk -v cpu=cpu$1 '$1 == cpu { print $2 + $3 + $4, $9 }' /proc/stat; }
work() { taskset -c $1 timeout 2 sh -c 'while :; do :; done'; }
told() { echo "$1: $2 $(echo $3 $(ticks $2) | awk '{ print $3 - $1, $4 - $2 }')"; }
both="$(ticks 0):$(ticks 1)"
work 0 &
work 1
wait
told both 0 "${both%:*}"
told both 1 "${both#*:}"
for cpu in 0 1; do
	before=$(ticks $cpu)
	[ $cpu = 0 ] || for on in 0 1; do echo $on >/sys/devices/system/cpu/cpu1/online; done
	work $cpu
	told alone $cpu "$before"
done
for p in threads "race 200"; do $p; echo "== $p: $?"; done
dmesg | grep -q 'PV qspinlock' && echo "locks: sleep"
dmesg | grep -E 'WARNING|BUG|Call Trace|INFO: rcu' || echo "messages: none"
"""


def crowded(suite, overlay):
    """Two virtual CPUs on one: who has it is told from who waits for it, also for a lock."""
    with machine.Boot(config="debian", command=TICKS, overlay=overlay, vcpus=2) as boot:
        text, _ = boot.run(TIMEOUT)
    print(text, file=suite.log)
    for line in ("== threads: 0", "== race 200: 0", "locks: sleep", "messages: none"):
        suite.check("two on one CPU: " + line, "\n%s\n" % line in text)
    found = re.findall(r"^(alone|both): (\d) (\d+) (-?\d+)$", text, re.M)
    suite.check("two on one CPU: all is told", len(found) == 4, found)
    for way, cpu, had, stolen in found:
        had, stolen = int(had), int(stolen)
        suite.check("two on one CPU: %s, CPU %s" % (way, cpu),
                    had > 10 and 0 <= stolen < 50 if way == "alone" else
                    had > 10 and stolen > 50,
                    "of 200 ticks it had %d, %d were stolen" % (had, stolen))


# Of three seconds' work on CPU 1: the timer's interrupts there.
QUIET = r"""
timer() { awk '$1 == "LOC:" { print $3 }' /proc/interrupts; }
grep . /sys/devices/system/cpu/nohz_full /sys/devices/system/cpu/isolated | sed 's,.*/,set: ,'
before=$(timer)
taskset -c 1 timeout 3 sh -c 'while :; do :; done'
echo "ticks: $(($(timer) - before))"
dmesg | grep -E 'WARNING|BUG|Call Trace|INFO: rcu' || echo "messages: none"
"""


def undisturbed(suite, target):
    """A CPU that is kept free for one program has no ticks while that computes."""
    text = {}
    for words in ("", "nohz_full=1 isolcpus=1 rcu_nocbs=1"):
        text[words] = started.console(target, "--config", "debian", "--cpus", "2", "--cmd", QUIET,
                                      "--cmdline", words, "--timeout", str(TIMEOUT))[1]
        print(text[words], file=suite.log)
        suite.check("no ticks: no complaint of Linux's with '%s'" % words,
                    "\nmessages: none\n" in text[words])
    suite.check("no ticks: a CPU is set aside", "set: nohz_full:1\nset: isolated:1\n" in text[words])
    with_ticks, without = (int((re.search(r"^ticks: (\d+)$", one, re.M) or [0, -1])[1])
                           for one in text.values())
    suite.check("no ticks while one program runs", with_ticks > 300 and 0 <= without < 60,
                "%d of 750, and %d without" % (with_ticks, without))


# Processes come and go on two CPUs, so that the kernel's lock is asked for all the time.
CROWD = r"""
for one in 1 2; do (i=0; while [ $i -lt 150 ]; do sh -c 'true | cat'; i=$((i + 1)); done) & done
wait
echo "all ended"
"""


def beside_each_other(suite, target):
    """Two machines, each of as many CPUs as this computer has: one's CPU that has a lock has to wait for
    a core while another of its CPUs waits for the lock. That one must not keep the core busy."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        machines = [pool.submit(started.console, target, "--config", "debian", "--cpus",
                                str(os.cpu_count()), "--cmd", CROWD, "--timeout", str(BESIDE_TIMEOUT))
                    for _ in range(2)]
        for machine_ in machines:
            status, text = machine_.result()
            print(text, file=suite.log)
            suite.check("two machines beside each other", status == 0 and "all ended\n" in text,
                        "status %d" % status)


def mounts(suite):
    """A server's files, as the suite instances has them, with callers of which some are another CPU's."""
    spec = importlib.util.spec_from_file_location("instances", os.path.join(HERE, "../instances/test.py"))
    instances = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(instances)
    instances.files(suite, 2, "debian")


def main(targets):
    for folder, output in ((HERE, BUILD), (os.path.join(HERE, "../linux"), OLDER)):
        if subprocess.call(["make", "-s", "-C", folder, "B=" + output]):
            raise SystemExit("building the programs failed")
    with tempfile.TemporaryDirectory(dir=BUILD) as overlay:
        os.makedirs(os.path.join(overlay, "bin"))
        os.link(os.path.join(HERE, "affinity.sh"), os.path.join(overlay, "bin/affinity.sh"))
        for path in [os.path.join(BUILD, name) for name in ("race", "places")] + \
                    [os.path.join(OLDER, name) for name in BORROWED]:
            os.link(path, os.path.join(overlay, "bin", os.path.basename(path)))
        for target in targets:
            suite = report.Suite("smp/" + target)
            for cpus in (1, 2, 4):
                run_cpus(suite, target, cpus, overlay)
            undisturbed(suite, target)
            beside_each_other(suite, target)
            backtraces(suite, target)
            if target == "l4":
                changing(suite)
                crowded(suite, overlay)
                mounts(suite)
            suite.end()


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
