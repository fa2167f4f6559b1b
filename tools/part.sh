#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# part.sh PART DIR: builds one part with its own Makefile into DIR.  Silent
# when there is nothing to do.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
log=$top/build/logs/$(echo "$1" | tr / -).log

make -s -q -C "$top/$1" B="$2" >/dev/null 2>&1 && exit 0
mkdir -p "${log%/*}" "$2"
echo "  BUILD   $1"
if ! make -C "$top/$1" B="$2" -j"${JOBS:-$(nproc)}" >"$log" 2>&1; then
	echo "building $1 failed, see $log" >&2
	grep -m 5 -i -E 'error|No such|No rule' "$log" >&2
	exit 1
fi
