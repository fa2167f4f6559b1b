#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# boot-file.sh FILE [NAME]: puts what GRUB shall load of FILE into build/boot/,
# by its own name or another. Debug information stays behind: it would only make the boot longer.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
boot=$top/build/boot/${2:-${1##*/}}

[ "$boot" -nt "$1" ] && exit 0
mkdir -p "${boot%/*}"
case $1 in
*/bzImage)	cp "$1" "$boot.new" ;;
*/vmlinux)	strip -s -o "$boot.new" "$1" ;;
*)		strip -g -o "$boot.new" "$1" ;;
esac
# Boot images hold hard links to the old file: replace it, don't write to it.
mv "$boot.new" "$boot"
