#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Packs what `make iso' has built into build/dist/: the image, the files in it, their
# checksums, and a list of what they were made of. The same commit, with the same
# packages, gives the same bytes, on whichever machine, in whichever folder.
set -eu
export LC_ALL=C

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
cd "$top"

if ! commit=$(git rev-parse HEAD 2>/dev/null); then
	echo "make dist: this is no clone of the repository: nobody could say what it was made of" >&2
	exit 1
fi
if [ -n "$(git status --porcelain)" ]; then
	echo "make dist: there are changes that are not committed: nobody else could build the same" >&2
	exit 1
fi
name=l4linux-$(git describe --always --abbrev=12)
out=$build/dist/$name
rm -rf "$build/dist"
mkdir -p "$out"

cp "$build/l4linux.iso" "$build/boot/microkernel.elf" "$build/boot/sigma0.elf" "$build/boot/roottask.elf" \
	"$build/boot/vmlinux" "$build/boot/bzImage" "$build/initramfs.cpio.gz" COPYING "$out"
{
	echo "l4linux.iso     the boot image, for BIOS and UEFI, CD and USB stick, with what follows"
	echo "microkernel.elf, sigma0.elf, roottask.elf, vmlinux"
	echo "                the microkernel, its first servers, and Linux on it"
	echo "bzImage         native Linux, with the same options"
	echo "initramfs.cpio.gz"
	echo "                the first file system of both"
	echo
	echo "Made by \`make dist' of commit $commit,"
	echo "of the sources in Debian's package linux-source-6.12 and the program in busybox-static, with"
	echo "what else of Debian's is named here. Each package's source is in Debian's archive."
	echo
	dpkg-query -W -f '${Package} ${Version}\n' linux-source-6.12 busybox-static gcc-12 binutils libc6-dev \
		make flex bison grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools faketime gzip xz-utils
} >"$out/MADE-OF"
(cd "$out" && sha256sum -- * >SHA256SUMS)
tar -C "$build/dist" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
	--mtime=@1704067200 -cf - "$name" | xz -T1 -6 >"$build/dist/$name.tar.xz"
echo "  DIST    build/dist/$name.tar.xz"
sha256sum "$build/dist/$name.tar.xz" | sed 's,/.*/,,; s/^/          /'
