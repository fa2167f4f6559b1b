# SPDX-License-Identifier: GPL-2.0
"""The results in a JUnit file, one a line: "NAME: ok". If the tests came to no
end, there is none; then from what they said, as far as they got."""

import os
import re
import sys
import xml.etree.ElementTree

RESULTS = {"failure": "fail", "error": "fail", "skipped": "skip"}
SAID = {"FAIL": "fail", "ERROR": "fail", "skipped": "skip", "ok": "ok"}


def finished(path):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        result = "ok"
        for child in case:
            result = RESULTS.get(child.tag, result)
        print("%s: %s" % (case.get("name").replace(": ", " "), result))


def unfinished(path):
    with open(path, errors="replace") as file:
        text = file.read()
    name = None
    for line in text.split("\n"):
        match = re.match(r"test\w+ \((test[\w.]+)\)", line)
        if match:
            name = match[1]
        match = re.search(r"(?:\.\.\. |^)(ok|FAIL|ERROR|skipped)\b", line)
        if match and name:
            print("%s: %s" % (name, SAID[match[1]]))
            name = None
    if name:
        print("%s: no end" % name)
    print(text[-3000:].replace(": ", " "))


if os.path.exists(sys.argv[1]):
    finished(sys.argv[1])
else:
    unfinished(sys.argv[2])
