# SPDX-License-Identifier: GPL-2.0
"""The results in a JUnit file, one a line: "NAME: ok"."""

import sys
import xml.etree.ElementTree

RESULTS = {"failure": "fail", "error": "fail", "skipped": "skip"}

for case in xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"):
    result = "ok"
    for child in case:
        result = RESULTS.get(child.tag, result)
    print("%s: %s" % (case.get("name").replace(": ", " "), result))
