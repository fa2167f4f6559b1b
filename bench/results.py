# SPDX-License-Identifier: GPL-2.0
"""The numbers of a series: gathering, table, files, comparison."""

import csv
import json
import os
import re
import statistics
import subprocess

from operations import OPERATIONS
import machine

# Of instructions, what a comparison lets pass: since the last baseline, and since
# the fixed one, which no update writes, as small steps have a sum.
GROWTH = 1.03
DRIFT = 1.05


class Series:
    """values[mode][config][operation]: one number per boot. Modes are
    "instructions" and "nanoseconds", per call."""

    def __init__(self, about):
        self.about = about
        self.values = {}
        self.sums = {}

    def add(self, mode, config, line, ticks_per_unit=1):
        """Takes a line of the benchmark; an operation that failed raises."""
        words = line.split()
        if line.startswith("failed"):
            raise SystemExit("%s: %s" % (config, line))
        if len(words) == 3 and words[0] == "sum":
            wanted = self.sums.setdefault(words[1], words[2])
            if wanted != words[2]:
                raise SystemExit("%s: the result of %s is not native's" %
                                 (config, words[1]))
        if len(words) != 4 or words[0] not in OPERATIONS:
            return
        operations = self.values.setdefault(mode, {}).setdefault(config, {})
        operations.setdefault(words[0], []).append(
            round(float(words[1]) / ticks_per_unit, 2))

    def value(self, mode, config, operation):
        numbers = self.values.get(mode, {}).get(config, {}).get(operation)
        return statistics.median(numbers) if numbers else None

    def spread(self, mode, config, operation):
        """(largest - smallest) / median over the boots."""
        numbers = self.values[mode][config][operation]
        return (max(numbers) - min(numbers)) / statistics.median(numbers)

    def rows(self, mode):
        """(operation, {config: value}) of what was measured."""
        configs = self.values.get(mode, {})
        for operation in OPERATIONS:
            row = {config: self.value(mode, config, operation)
                   for config in configs}
            if any(value is not None for value in row.values()):
                yield operation, row


def ratio(row, config, base):
    if row.get(config) is None or not row.get(base):
        return None
    return row[config] / row[base]


def number(value):
    if value is None:
        return "-"
    return "{:,.0f}".format(value)


def factor(value):
    return "-" if value is None else "%.2f" % value


def table(series, mode):
    """Lines: operation, native off, native on, L4, ratios to both."""
    yield "%-34s %-11s %12s %12s %12s %7s %7s  %s" % (
        mode, "per", "native off", "native on", "L4", "L4/off", "L4/on",
        "aim (to off)" if mode == "instructions" else "spread of L4")
    for operation, row in series.rows(mode):
        entry = OPERATIONS[operation]
        off = ratio(row, "l4", "native off")
        note = ""
        if mode != "instructions" and row.get("l4") is not None:
            note = "%.0f %%" % (100 * series.spread(mode, "l4", operation))
        elif entry.aim and off is not None:
            note = "%.2f %s" % (entry.aim,
                                "reached" if off <= entry.aim + 0.005 else
                                "not reached")
        yield "%-34s %-11s %12s %12s %12s %7s %7s  %s" % (
            entry.title, entry.unit, number(row.get("native off")),
            number(row.get("native on")), number(row.get("l4")),
            factor(off), factor(ratio(row, "l4", "native on")), note)


def markdown(series, mode):
    """The same table for a document."""
    yield ("| %s | per | native off | native on | L4 | L4/off | L4/on |" %
           mode)
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for operation, row in series.rows(mode):
        entry = OPERATIONS[operation]
        yield "| %s | %s | %s | %s | %s | %s | %s |" % (
            entry.title, entry.unit, number(row.get("native off")),
            number(row.get("native on")), number(row.get("l4")),
            factor(ratio(row, "l4", "native off")),
            factor(ratio(row, "l4", "native on")))


def about(configs):
    """What must be known to repeat the series."""
    def output(*command):
        return subprocess.run(command, cwd=machine.TOP, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    with open("/proc/cpuinfo") as info:
        cpu = re.search(r"^model name\s*: (.*)$", info.read(), re.M)
    kernels = {}
    for name in {config.split()[0] for config in configs}:
        with open(os.path.join(machine.BUILD, "linux-%s/.config" % name)) as f:
            kernels[name] = [line for line in f.read().splitlines()
                             if line.startswith("CONFIG_")]
    return {
        "commit": output("git", "rev-parse", "HEAD"),
        "modified": bool(output("git", "status", "--porcelain")),
        "date": output("date", "-u", "+%Y-%m-%dT%H:%M:%SZ"),
        "cpu": cpu.group(1) if cpu else "unknown",
        "qemu": output("qemu-system-x86_64", "--version").splitlines()[0],
        "configurations": configs,
        "kernel configs": kernels,
    }


def write(series, directory):
    """results.json with everything, results.csv with a row per number,
    results.md with the tables."""
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "results.json"), "w") as out:
        json.dump({"about": series.about, "values": series.values}, out,
                  indent=1)
        out.write("\n")
    with open(os.path.join(directory, "results.md"), "w") as out:
        for mode in series.values:
            print("\n".join(markdown(series, mode)) + "\n", file=out)
    with open(os.path.join(directory, "results.csv"), "w") as out:
        rows = csv.writer(out)
        rows.writerow(["mode", "operation", "per", "configuration", "median",
                       "smallest", "largest", "boots"])
        for mode, configs in series.values.items():
            for config, operations in configs.items():
                for name, numbers in operations.items():
                    rows.writerow([mode, name, OPERATIONS[name].unit, config,
                                   statistics.median(numbers), min(numbers),
                                   max(numbers), len(numbers)])


def load(path):
    with open(path) as source:
        data = json.load(source)
    series = Series(data["about"])
    series.values = data["values"]
    return series


def grown(series, baseline, limit=GROWTH, name_of="the baseline"):
    """What L4 needs more instructions for than the baseline says."""
    for name, old in baseline.items():
        new = series.value("instructions", "l4", name)
        if new is None:
            yield "%s: not measured; %s has %s" % (name, name_of, number(old))
        elif new > old * limit:
            yield "%s: %s instructions, %s has %s (%+.1f %%)" % (
                name, number(new), name_of, number(old), 100 * (new / old - 1))


def drifted(series, fixed):
    """The same for the sum of all small steps since the fixed baseline."""
    return grown(series, fixed, DRIFT, "the fixed baseline")
