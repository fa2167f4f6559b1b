# SPDX-License-Identifier: GPL-2.0
"""The picture of a series: what each operation costs on the microkernel, as a
multiple of native Linux; drawn with gnuplot."""

import os
import subprocess

from operations import OPERATIONS
import results

# What a person should see first; the table has the rest.
SHOWN = ("getppid read write stat open_close signal_handler protection_fault "
         "pipe unix switch_yield page_fault mmap_touch_1m fork_exit fork_exec "
         "fork_sh pread_64k untar gzip sort processes").split()

SCRIPT = """\
set terminal {terminal}
set output "{output}"
set title "Linux on the microkernel, beside native Linux" font ",20"
set label 1 "{note}" at graph 0.5,1.02 center font ",12" textcolor "#555555"
set yrange [{rows} + 0.6:-0.6] noreverse
set xrange [0:{limit}]
set xlabel "{unit} per operation, native Linux (pti=off) = 1"
set grid xtics lc "#dddddd"
set border 3
set tics nomirror
set key at screen 0.68,0.03 center horizontal reverse Left width 2 maxcols 2
set lmargin 36
set bmargin 6
set style fill solid noborder
set boxwidth 0.7
set arrow 1 from 1,graph 0 to 1,graph 1 nohead lw 2 lc "#444444" front
$bars << END
{bars}
END
plot $bars using (0.5*$2):1:(0.5*$2):(0.34):ytic(4) with boxxyerror \\
	lc "#3b6ea8" title "Linux on the microkernel", \\
	$bars using ($2 < 1 && $2 > 0.8 ? 1 : $2):1:(sprintf("%.2f", $2)) \\
	with labels left offset 0.6,0 notitle, \\
	$bars using 3:1:(0):(0.36) with vectors nohead notitle, \\
	$bars using 3:($1 - 0.36):(0):(0.72) with vectors nohead lw 3 \\
	lc "#d9822b" title "native, pti=on"
"""


def draw(series, directory):
    """bench.svg and bench.png, of the instructions or else of the time."""
    mode = ("instructions" if "instructions" in series.values else
            "nanoseconds")
    rows = dict(series.rows(mode))
    bars, largest = [], 1
    for name in SHOWN:
        off = results.ratio(rows.get(name, {}), "l4", "native off")
        on = results.ratio(rows.get(name, {}), "native on", "native off")
        if off is None or on is None:
            continue
        largest = max(largest, off, on)
        bars.append('%d %.3f %.3f "%s"' % (len(bars), off, on,
                                          OPERATIONS[name].title))
    if not bars:
        return
    for terminal, suffix in (
            ('svg noenhanced size 1100,760 dynamic font "sans,14" background "white"',
             "svg"),
            ('pngcairo noenhanced size 1650,1140 fontscale 1.5 font "sans,14"', "png")):
        subprocess.run(["gnuplot"], text=True, check=True, input=SCRIPT.format(
            terminal=terminal, rows=len(bars) - 1,
            output=os.path.join(directory, "bench." + suffix),
            limit=round(largest * 1.12 + 0.05, 1),
            unit="Guest " + mode if mode == "instructions" else "Time",
            note="%s, commit %.10s" % (
                series.about["qemu"].split(" (")[0], series.about["commit"]),
            bars="\n".join(bars)))
