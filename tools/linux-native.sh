#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds build/linux-native/arch/x86/boot/bzImage: Linux without the
# microkernel, from the same source and the same options, for comparison. With
# the argument config it only makes the configuration.
set -eu

arch=x86_64
target=native
. "$(dirname "$0")/linux-build.sh"

cat $common "$top/tools/native.config" >"$out/.fragments"
configure "$out/.fragments" "$out/.fragments"
[ "${1:-}" != config ] || exit 0

# Asking make whether anything changed takes seconds; ask the inputs instead.
done=$out/.built
if [ "$done" -nt "$out/.inputs" ] && {
	[ ! -f "$top/build/linux-src.applied/series" ] ||
	[ "$done" -nt "$top/build/linux-src.applied/series" ]; }; then
	exit 0
fi
compile $(with_modules bzImage)
install_modules
touch "$done"
