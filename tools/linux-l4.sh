#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds build/linux-l4/vmlinux: Linux as a server on the microkernel.
#
# arch/l4 of the Linux tree is a copy of l4linux-arch/ and of the ABI headers.
# Only files that differ are copied, with the time of the copy, so that just
# they are compiled again, even if they were edited while a build was running.
# Other make targets than vmlinux can be given as arguments.
set -eu

arch=l4
target=l4
. "$(dirname "$0")/linux-build.sh"
abi="$top/microkernel/include/l4 $top/libl4/include/l4"

# Asking make whether anything changed takes seconds; ask the inputs instead.
if [ $# = 0 ] && [ -f "$out/.built" ] && [ -z "$(find "$top/l4linux-arch" $abi \
		"$0" "$src.applied" -newer "$out/.built" -print -quit)" ]; then
	exit 0
fi
touch "$out/.started"

# A forwarding header stays when its name leaves the list for asm-generic's.
cmp -s "$top/l4linux-arch/include/asm/Kbuild" "$src/arch/l4/include/asm/Kbuild" ||
	rm -rf "$top"/build/linux-l4*/arch/l4/include/generated/asm

rsync -rpc --delete --exclude=/include/l4 --exclude=/include/generated \
	--exclude=/include/uapi "$top/l4linux-arch/" "$src/arch/l4/"
# Processes see x86's ABI: its headers are the ones installed and borrowed.
ln -sfn ../../x86/include/uapi "$src/arch/l4/include/uapi"
mkdir -p "$src/arch/l4/include/l4"
for dir in $abi; do
	rsync -rlpc "$dir/" "$src/arch/l4/include/l4/"
done

cat $common "$configs/l4.config" >"$out/.fragments"
configure "$out/.fragments" "$out/.fragments" "$top"/l4linux-arch/Kconfig*
compile "${@:-vmlinux}"
[ $# = 0 ] || exit 0
"$top/tools/linux-check-insns.sh" "$out/vmlinux"
mv "$out/.started" "$out/.built"
