#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Whole workloads, run inside of the machine: one line for each as bench prints
# it, and one with a checksum of what the workload made, which must be the same
# on every kernel. The argument is the number of short processes.
set -eu

mkdir -p /tmp/work
cd /tmp/work

# workload NAME SCRIPT: the script's output is its result.
workload()
{
	NAME=$1 bench -c sh -e -c "{ $2; } >out"
	sum=$(md5sum <out)
	echo "sum $1 ${sum%% *}"
}

workload untar 'tar xf /bench/source.tar; find source | sort'
workload gzip 'gzip -c /bench/source.tar'
workload sort 'find source -type f | sort | xargs cat | sort'
workload grep 'grep -rn "struct [a-z_]* \*" source | wc -l'
workload processes "i=0; while [ \$i -lt $1 ]; do
	/bin/nothing; i=\$((i+1)); done; echo \$i"
workload compile 'for i in 1 2 3 4 5 6 7 8 9 10; do
	for f in /bench/*.i; do tcc -c -o object $f; done; md5sum <object; done'
workload sqlite 'sqlite database'
workload hackbench 'hackbench -g 2 -l 50 >/dev/null; echo done'
cd /
rm -rf /tmp/work
