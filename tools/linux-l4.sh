#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds build/linux-l4/vmlinux: Linux as a server on the microkernel.
#
# arch/l4 of the Linux tree is a copy of l4linux-arch/ and of the ABI headers.
# Only files that differ are copied, with the time of the copy, so that just
# they are compiled again, even if they were edited while a build was running.
# Other make targets than vmlinux can be given as arguments; config only makes
# the configuration, menuconfig lets a person change it.
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
	--exclude=/include/uapi --exclude=/configs/*_defconfig "$top/l4linux-arch/" "$src/arch/l4/"
# Processes see x86's ABI: its headers are the ones installed and borrowed.
ln -sfn ../../x86/include/uapi "$src/arch/l4/include/uapi"
mkdir -p "$src/arch/l4/include/l4"
for dir in $abi; do
	rsync -rlpc "$dir/" "$src/arch/l4/include/l4/"
done

cat $common "$configs/l4.config" >"$out/.fragments"
configure "$out/.fragments" "$out/.fragments" "$top"/l4linux-arch/Kconfig*
# For who works in the tree: make ARCH=l4 l4_defconfig, or debian_defconfig.
default=$src/arch/l4/configs/${CONFIG:-l4}_defconfig
if ! [ "$default" -nt "$out/.inputs" ]; then
	build savedefconfig >"$log" 2>&1 || fail
	cp "$out/defconfig" "$default"
fi

case ${1:-} in
"")	;;
config)	exit 0 ;;
menuconfig)
	"$top/tools/packages.sh" libncurses-dev
	cp "$out/.config" "$out/.config.before"
	build -s menuconfig
	rm -f "$out/.built"
	echo "The next build has these changes; for good they belong into $configs:"
	"$src/scripts/diffconfig" "$out/.config.before" "$out/.config"
	exit 0 ;;
*)	compile "$@"; exit 0 ;;
esac
compile $(with_modules vmlinux)
install_modules
"$top/tools/linux-check-insns.sh" "$out/vmlinux"
mv "$out/.started" "$out/.built"
