#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own torture modules in CONFIG=torture, while CPUs come and go:
test.py TARGET... (native, l4). CPUS= of the machine, 4; SECONDS= for each
module, 60; TESTS="lock/": those whose names have one of these words in them.
SHARED=1: the machine has half as many CPUs as Linux."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..")]
import report
import machine

CPUS = machine.wanted_cpus(4)
SECONDS = int(os.environ.get("SECONDS") or 60)
SHARED = bool(os.environ.get("SHARED"))
CHOSEN = (os.environ.get("TESTS") or "").split()
HUNG = 240	# seconds after which a task that does not run is told; a busy computer is slow
START = 300	# seconds that it may take until Linux is up, and for each module beyond its time

# A module's name, and its parameters. A CPU goes or comes each second, of which some say how often.
PLUGS = "onoff_interval=1 onoff_holdoff=3 stat_interval=15 verbose=2"
JIFFIES = "onoff_interval=250 onoff_holdoff=3 stat_interval=15"
TESTS = {
    "rcu/rcu": ("rcutorture", "torture_type=rcu " + JIFFIES),
    "rcu/srcu": ("rcutorture", "torture_type=srcu " + JIFFIES),
    "lock/spin_lock_irq": ("locktorture", "torture_type=spin_lock_irq " + PLUGS),
    "lock/rw_lock_irq": ("locktorture", "torture_type=rw_lock_irq " + PLUGS),
    "lock/mutex_lock": ("locktorture", "torture_type=mutex_lock " + PLUGS),
    "lock/rwsem_lock": ("locktorture", "torture_type=rwsem_lock " + PLUGS),
    "lock/percpu_rwsem_lock": ("locktorture", "torture_type=percpu_rwsem_lock " + PLUGS),
    "scf/calls": ("scftorture", JIFFIES),
}
END = re.compile(r"torture:.*End of test: (\w+)")
# The others say of each CPU that it came or went.
PLUGGED = re.compile(r"onoff: (\d+)/\d+:(\d+)/\d+ ")
COMPLAINTS = re.compile(r"WARNING:.*|BUG:.*|INFO: (?:rcu|task).*|Call Trace:")


def chosen():
    return {name: test for name, test in TESTS.items()
            if not CHOSEN or any(word in name for word in CHOSEN)}


def command():
    lines = ["sysctl -q kernel.hung_task_timeout_secs=%d" % HUNG, "dmesg -n 7"]
    for name, (module, parameters) in chosen().items():
        lines += ["echo == %s" % name,
                  "modprobe %s %s && sleep %d && rmmod %s; echo == status $?" % (
                      module, parameters, SECONDS, module)]
    return "\n".join(lines)


def boot(target):
    """What the console showed."""
    with machine.Boot(target=target, config="torture", command=command(), vcpus=CPUS,
                      cpus=CPUS // 2 if SHARED else CPUS) as machine_:
        return machine_.run((SECONDS + START) * len(chosen()) + START)[0]


def plugs(part):
    """How often a CPU came, and one went."""
    counts = PLUGGED.findall(part)
    if counts:
        return tuple(map(int, counts[-1]))
    return part.count("torture_onoff task: onlined"), part.count("torture_onoff task: offlined")


def run(target):
    suite = report.Suite("torture/" + target)
    text = boot(target)
    print(text, file=suite.log)
    parts = {name: (part, status) for name, part, status in re.findall(
        r"^== (\S+/\S+)\n(.*?)^== status (\d+)$", text, re.M | re.S)}
    for name in chosen():
        part, status = parts.get(name, ("", "none"))
        ends = END.findall(part)
        suite.check(name, ends == ["SUCCESS"] and status == "0",
                    "it ends with %s, status %s" % (ends or "nothing", status))
        came, went = plugs(part)
        suite.check(name + ": CPUs come and go", CPUS == 1 or (came and went),
                    "%d came, %d went" % (came, went))
        print("%s: %d CPUs came, %d went" % (name, came, went), file=suite.log)
    complaints = COMPLAINTS.findall(text)
    suite.check("no complaint of Linux's", not complaints, complaints[:3])
    suite.end()


if __name__ == "__main__":
    os.makedirs(report.LOGS, exist_ok=True)
    for target in sys.argv[1:] or ["l4"]:
        run(target)
    sys.exit(1 if report.Suite.totals[1] else 0)
