#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes build/linux-src: the tree of Debian's linux-source-6.12 package with
# the patches of patches/series applied, in order.
#
# The unpacked tree is kept.  build/linux-src.applied/ holds a copy of each
# patch that is in the tree; when the series differs from it, patches are
# taken out down to the common start and the new ones put in, so that only the
# touched files get a new time stamp.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
src=$top/build/linux-src
applied=$src.applied
log=$top/build/logs/linux-source.log
mkdir -p "$top/build/logs"

fail()
{
	echo "$1, see $log" >&2
	exit 1
}

unpack()
{
	tar=$(ls /usr/src/linux-source-6.12*.tar.* 2>/dev/null | head -n 1)
	[ -n "$tar" ] || { echo "no /usr/src/linux-source-6.12*.tar.*" >&2; exit 1; }
	echo "  UNPACK  $tar"
	rm -rf "$src.new" "$src" "$applied"
	mkdir -p "$src.new" "$applied"
	tar -xf "$tar" -C "$src.new" --strip-components=1 >"$log" 2>&1 ||
		fail "unpacking $tar failed"
	mv "$src.new" "$src"
}

series()
{
	if [ -f "$top/patches/series" ]; then
		sed 's/#.*//; /^[[:space:]]*$/d' "$top/patches/series"
	fi
}

# Prints the applied patches that the series no longer starts with, last first.
outdated()
{
	series >"$src.wanted"
	[ -f "$applied/series" ] || return 0
	same=1
	line=0
	while read -r name; do
		line=$((line + 1))
		want=$(sed -n "${line}p" "$src.wanted")
		[ "$want" = "$name" ] &&
			cmp -s "$applied/$name" "$top/patches/$name" || same=0
		[ $same = 1 ] || echo "$name"
	done <"$applied/series" | tac
}

[ -f "$src/Makefile" ] && [ -d "$applied" ] || unpack

for name in $(outdated); do
	echo "  UNPATCH $name"
	patch -d "$src" -R -p1 -s -f <"$applied/$name" >"$log" 2>&1 ||
		fail "$name does not come out of build/linux-src"
	grep -vxF "$name" "$applied/series" >"$applied/.rest" || :
	mv "$applied/.rest" "$applied/series"
	rm "$applied/$name"
done

for name in $(series); do
	[ -f "$applied/$name" ] && continue
	echo "  PATCH   $name"
	# A patch goes in whole or not at all: a half-patched tree has no way back.
	for dry in --dry-run ""; do
		patch -d "$src" -p1 -s -f -N --no-backup-if-mismatch $dry \
			<"$top/patches/$name" >"$log" 2>&1 ||
			fail "$name does not apply"
	done
	cp "$top/patches/$name" "$applied/$name"
	echo "$name" >>"$applied/series"
done
