# SPDX-License-Identifier: GPL-2.0
"""Flame graphs of two profiles, below each other and to one scale: the width
of a box is a number of instructions. Written as SVG; a browser shows a box's
number when the pointer is on it."""

import html

WIDTH, ROW, LEFT, TOP, GAP = 1200, 19, 20, 64, 54
CHARACTER = 6.6		# about the width of one
MAX_DEPTH = 18

COLORS = {"user": "#9aa5b1", "microkernel entry": "#e8833a",
          "microkernel call": "#d64545", "microkernel exit": "#f0b429",
          "Linux": "#3b6ea8"}
SHADES = ("#8fb4dc", "#a9c6e6")		# of Linux's functions
ORDER = ("user", "microkernel entry", "Linux", "microkernel call",
         "microkernel exit")
NAMES = {"native": "Native Linux", "l4": "Linux on the microkernel"}


class Node:
    def __init__(self, name, component):
        self.name = name
        self.component = component
        self.count = 0
        self.children = {}

    def child(self, name, component):
        if name not in self.children:
            self.children[name] = Node(name, component)
        return self.children[name]

    def depth(self):
        return 1 + max((child.depth() for child in self.children.values()),
                       default=0)


def tree(profile, title):
    """The stacks of a profile as one tree, in instructions per call."""
    root = Node(title, "all")
    for stack, count in profile.stacks.items():
        count /= profile.calls
        node = root
        node.count += count
        for name in stack[:MAX_DEPTH]:
            node = node.child(name, stack[0])
            node.count += count
    return root


def color(node, depth):
    if node.component == "all":
        return "#e4e7eb"
    if node.component == "Linux" and depth > 1:
        return SHADES[depth % 2]
    return COLORS[node.component]


def boxes(node, x, bottom, depth, scale):
    """A node's box and, above it, those of its children."""
    width = node.count * scale
    if width < 0.4:
        return
    y = bottom - (depth + 1) * ROW
    label = html.escape("%s: %.1f instructions" % (node.name, node.count))
    yield ('<g><title>%s</title><rect x="%.2f" y="%d" width="%.2f" '
           'height="%d" fill="%s" stroke="white" stroke-width="0.5"/>' %
           (label, x, y, width, ROW - 1, color(node, depth)))
    text = node.name
    if depth < 2 and width > 12 * CHARACTER:
        text += " %.0f" % node.count
    fits = int((width - 6) / CHARACTER)
    if fits >= 3:
        if len(text) > fits:
            text = text[:fits - 1] + "…"
        yield '<text x="%.2f" y="%d" fill="%s">%s</text>' % (
            x + 3, y + ROW - 6,
            "white" if node.component == "Linux" and depth == 1 else "black",
            html.escape(text))
    yield "</g>"
    children = sorted(node.children.values(), key=lambda child: (
        ORDER.index(child.name) if depth == 0 else 0, -child.count))
    for child in children:
        yield from boxes(child, x, bottom, depth + 1, scale)
        x += child.count * scale


def draw(profiles, title, path):
    trees = {target: tree(profile, NAMES[target])
             for target, profile in profiles.items()}
    largest = max(root.count for root in trees.values())
    scale = (WIDTH - 2 * LEFT) / largest
    parts, y = [], TOP
    for root in trees.values():
        y += root.depth() * ROW
        parts.extend(boxes(root, LEFT, y, 0, scale))
        y += GAP
    with open(path, "w") as out:
        out.write('<svg xmlns="http://www.w3.org/2000/svg" width="%d" '
                  'height="%d" font-family="DejaVu Sans Mono, monospace" '
                  'font-size="11">\n'
                  '<rect width="100%%" height="100%%" fill="white"/>\n'
                  '<text x="%d" y="34" font-size="20" '
                  'font-family="sans-serif">%s: where the instructions go'
                  '</text>\n%s\n</svg>\n' % (
                      WIDTH, y - GAP + 20, LEFT, html.escape(title),
                      "\n".join(parts)))
