# SPDX-License-Identifier: GPL-2.0
"""Puts the tables of a series into docs/performance.md: what stands there
between two marks is replaced. The text around them is a person's."""

import os
import re
import shutil

from guest import machine
from operations import OPERATIONS
import results

DOCS = os.path.join(machine.TOP, "docs")
PAGE = os.path.join(DOCS, "performance.md")

# L4Linux 5.13 on Fiasco.OC: what was measured, the ratio to native pti=off;
# the operation here, "ns" where it was wall time.
PEER = [
    ("getppid, instructions", "4.8", "getppid"),
    ("read / write 1 byte", "3.1 / 3.0", "read write"),
    ("stat", "1.8", "stat"),
    ("open + close", "1.9", "open_close"),
    ("pipe round trip", "2.1", "pipe"),
    ("signal to self", "5.8", "signal_handler"),
    ("sched_yield", "2.7", "sched_yield"),
    ("mmap + munmap 4 KiB", "1.6", "mmap_4k"),
    ("anonymous page fault", "1.5", "page_fault"),
    ("mprotect, per page", "93", "mprotect"),
    ("fork + exit, wall time", "17", "ns fork_exit"),
    ("vfork + exec, wall time", "12", "ns vfork_exec"),
]


def note(series):
    """What was measured with what, and how far the boots differ."""
    about = series.about
    yield "%s, %s, commit %.10s%s, %s." % (
        about["cpu"], about["qemu"].split(" (")[0], about["commit"],
        " with changes" if about["modified"] else "", about["date"][:10])
    if "nanoseconds" not in series.values:
        return
    spreads = {True: [], False: []}
    for name, row in series.rows("nanoseconds"):
        if row.get("l4") is not None:
            whole = OPERATIONS[name].unit == "run"
            spreads[whole].append(series.spread("nanoseconds", "l4", name))
            boots = len(series.values["nanoseconds"]["l4"][name])
    yield ("Wall time: medians of %d boots; (largest - smallest) / median of "
           "L4's is %s for half of the operations, %s at most%s." % (
               boots, percent(sorted(spreads[False])[len(spreads[False]) // 2]),
               percent(max(spreads[False])),
               ", and %s at most for workloads" % percent(max(spreads[True]))
               if spreads[True] else ""))


def percent(value):
    return "%.0f %%" % (100 * value)


def missed(series):
    """The aims in instructions that this series does not reach."""
    found = []
    for name, row in series.rows("instructions"):
        off, aim = results.ratio(row, "l4", "native off"), OPERATIONS[name].aim
        if aim and off is not None and off > aim + 0.005:
            found.append("%s %.2f (%.2f)" % (OPERATIONS[name].title, off, aim))
    return "; ".join(found) or "none"


def peers(series):
    rows = {mode: dict(series.rows(mode)) for mode in series.values}
    yield "| operation | L4Linux | here |"
    yield "| --- | ---: | ---: |"
    for title, theirs, names in PEER:
        mode = "instructions"
        if names.startswith("ns "):
            mode, names = "nanoseconds", names[3:]
        ours = (results.factor(results.ratio(
            rows.get(mode, {}).get(name, {}), "l4", "native off"))
            for name in names.split())
        yield "| %s | %s | %s |" % (title, theirs, " / ".join(ours))


def replace(page, mark, lines):
    pattern = re.compile("(<!-- %s -->\n).*?(<!-- end -->)" % mark, re.S)
    if not pattern.search(page):
        raise SystemExit("docs/performance.md has no <!-- %s -->" % mark)
    return pattern.sub(lambda found: found.group(1) + "\n".join(lines) +
                       "\n" + found.group(2), page)


def write(series, directory):
    with open(PAGE) as source:
        page = source.read()
    tables = list(note(series))
    if "instructions" in series.values:
        tables += ["", "Aims in instructions that are not reached: %s." %
                   missed(series)]
    tables += ["",
               "![%s, as multiples of native Linux](img/performance.svg)" %
               ("Instructions" if "instructions" in series.values else "Time")]
    for mode in series.values:
        tables += [""] + list(results.markdown(series, mode))
    page = replace(page, "results", tables)
    page = replace(page, "peers", list(peers(series)))
    with open(PAGE, "w") as out:
        out.write(page)
    shutil.copy(os.path.join(directory, "bench.svg"),
                os.path.join(DOCS, "img/performance.svg"))
    print("docs/performance.md has these results")
