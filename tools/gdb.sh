#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# gdb on a machine that `make run GDB=1' has started in another terminal, with
# the symbols of the kernel, the servers and Linux. The servers share their
# link address: only one of them, SERVER= (or SERVER=examples/hello/hello-server),
# has its symbols loaded.
set -eu

build=$(cd "$(dirname "$0")/.." && pwd)/build
server=${SERVER:-roottask}
set -- -ex "set confirm off" -ex "set architecture i386:x86-64"
for file in linux-l4/vmlinux "$server/$server.elf" "$server.elf"; do
	[ -f "$build/$file" ] &&
		set -- "$@" -ex "add-symbol-file $build/$file"
done
exec gdb -q "$@" -ex "target remote :${GDB_PORT:-1234}" "$build/mk/microkernel.elf"
