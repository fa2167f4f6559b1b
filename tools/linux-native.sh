#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds build/linux-native/arch/x86/boot/bzImage: Linux without the
# microkernel, from the same source and the same options, for comparison.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/build/linux-native
log=$top/build/logs/linux-native.log
fragments="$top/l4linux-arch/configs/common.config $top/tools/native.config"
mkdir -p "$out" "$top/build/logs"
. "$top/tools/progress.sh"

build()
{
	make -C "$top/build/linux-src" ARCH=x86_64 O="$out" \
		KBUILD_BUILD_TIMESTAMP="$(date -u -d @0)" \
		KBUILD_BUILD_USER=l4linux KBUILD_BUILD_HOST=l4linux "$@"
}

fail()
{
	echo "building native Linux failed, see $log" >&2
	grep -m 5 -E 'error|Error' "$log" >&2 || tail -n 5 "$log" >&2
	exit 1
}

cat $fragments >"$out/.fragments.new"
if ! cmp -s "$out/.fragments.new" "$out/.fragments"; then
	build KCONFIG_ALLCONFIG="$out/.fragments.new" allnoconfig \
		>"$log" 2>&1 || fail
	mv "$out/.fragments.new" "$out/.fragments"
else
	rm "$out/.fragments.new"
fi

# Asking make whether anything changed takes seconds; ask the inputs instead.
done=$out/.built
if [ "$done" -nt "$out/.fragments" ] && {
	[ ! -f "$top/build/linux-src.applied/series" ] ||
	[ "$done" -nt "$top/build/linux-src.applied/series" ]; }; then
	exit 0
fi
echo "  LINUX   native (log: build/logs/linux-native.log)"
progress "$log" build -j"${JOBS:-$(nproc)}" bzImage || fail
touch "$done"
