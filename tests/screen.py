# SPDX-License-Identifier: GPL-2.0
"""Reads a picture of the screen as a person would: the text in it, by the glyphs
of the microkernel's font and of Linux's."""

import os
import re
import subprocess

import machine

WIDTH, HEIGHT = 8, 16
KERNEL_FONT = os.path.join(machine.TOP, "microkernel/font")
LINUX_FONT = os.path.join(machine.BUILD, "linux-src/lib/fonts/font_8x16.c")


def glyphs(source):
    """Each glyph of a C source: its lines, a byte for each."""
    numbers = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    lines = bytes(int(n, 16) for n in re.findall(r"\b0x([0-9a-f]{2})\b", numbers))
    return [lines[at:at + HEIGHT] for at in range(0, len(lines), HEIGHT)]


def fonts():
    """Of each glyph the character."""
    made = subprocess.run([KERNEL_FONT], stdout=subprocess.PIPE, check=True).stdout
    with open(LINUX_FONT) as file:
        linux = glyphs(file.read().partition("fontdata_8x16")[2])
    found = dict(zip(glyphs(made.decode()), map(chr, range(ord(" "), 0x7f))))
    found.update(zip(linux[ord(" "):0x7f], map(chr, range(ord(" "), 0x7f))))
    return found


def text(picture, font):
    """The lines of a picture (monitor.py's); what is no character is a space."""
    (width, height), pixels = picture
    # One byte for eight pixels of a line: which of them are not black.
    lit = bytes(map(any, zip(pixels[0::3], pixels[1::3], pixels[2::3])))
    lines = []
    for top in range(0, height - HEIGHT + 1, HEIGHT):
        line = ""
        for left in range(0, width - WIDTH + 1, WIDTH):
            cell = bytearray()
            for y in range(top, top + HEIGHT):
                at = y * width + left
                cell.append(int("".join(map(str, lit[at:at + WIDTH])), 2))
            line += font.get(bytes(cell), " ")
        lines.append(line.rstrip())
    return "\n".join(lines)
