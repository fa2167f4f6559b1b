# SPDX-License-Identifier: GPL-2.0
#
# Sourced by linux-l4.sh and linux-native.sh, which set arch and target: where
# a kernel is built, and how. CONFIG=NAME builds another one beside the usual
# one, with the options of configs/NAME.config added.

top=$(cd "$(dirname "$0")/.." && pwd)
src=$top/build/linux-src
name=$target${CONFIG:+-$CONFIG}
out=$top/build/linux-$name
log=$top/build/logs/linux-$name.log
configs=$top/l4linux-arch/configs
common="$configs/common.config ${CONFIG:+$configs/$CONFIG.config}"

# Of the options there, those that are no CONFIG= are in each kernel.
known=$(ls "$configs" | sed -n 's/\.config$//p' | grep -vxE 'common|l4' | xargs)
case " $known " in
*" ${CONFIG:-${known%% *}} "*) ;;
*)	echo "CONFIG: there is no $CONFIG; there are: $known" >&2
	exit 1 ;;
esac
mkdir -p "$out" "$top/build/logs"
. "$top/tools/progress.sh"

# Without what our make was told: with -s there would be no lines to count.
build()
{
	env -u MAKEFLAGS make -C "$src" ARCH="$arch" O="$out" \
		KBUILD_BUILD_TIMESTAMP="$(date -u -d @0)" \
		KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=l4linux KBUILD_BUILD_HOST=l4linux "$@"
}

fail()
{
	echo "building Linux ($name) failed, see $log" >&2
	grep -m 5 -E 'error|Error|undefined|No rule' "$log" >&2 || tail -n 5 "$log" >&2
	exit 1
}

# configure OPTIONS INPUT...: a new .config from the file OPTIONS, on top of
# allnoconfig, if one of the inputs that decide about it has changed.
configure()
{
	options=$1
	shift
	cat "$@" >"$out/.inputs.new"
	cmp -s "$out/.inputs.new" "$out/.inputs" && return
	build KCONFIG_ALLCONFIG="$options" allnoconfig >"$log" 2>&1 || fail
	mv "$out/.inputs.new" "$out/.inputs"
}

# compile TARGET...
compile()
{
	echo "  LINUX   $name (log: build/logs/linux-$name.log)"
	progress "$log" build -j"${JOBS:-$(nproc)}" "$@" || fail
}

# Without the kernel's modules none but a kernel that has none is complete.
with_modules()
{
	echo "$@"
	! grep -q '^CONFIG_MODULES=y' "$out/.config" || echo modules
}

# The modules, as a tree for the first file system: build/boot/modules-NAME.
install_modules()
{
	tree=$top/build/boot/modules-$name
	rm -rf "$tree.new"
	if grep -q '^CONFIG_MODULES=y' "$out/.config"; then
		build INSTALL_MOD_PATH="$tree.new" INSTALL_MOD_STRIP=1 modules_install \
			>>"$log" 2>&1 || fail
		rm -f "$tree.new"/lib/modules/*/build
	fi
	rm -rf "$tree"
	[ ! -d "$tree.new" ] || mv "$tree.new" "$tree"
}
