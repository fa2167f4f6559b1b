#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fails if a Linux image for L4 contains an instruction that ring 3 may not
# execute, or that would not do there what a kernel means by it. Port I/O is
# allowed: the instance is granted its ports; so is the POPF of event_of_linux
# and of the tracer, which mean the other flags.
#
# usage: linux-check-insns.sh vmlinux
set -eu

bad='cli|sti|hlt|popfq?|iretq?|sysretq?|sysretl|sysexitq?|swapgs|clts|lmsw|smsw'
bad="$bad|lgdt|lidt|lldt|ltr|sgdt|sidt|sldt|str|rdmsr|wrmsr|rdpmc|xsetbv"
bad="$bad|invd|wbinvd|wbnoinvd|invlpg|invpcid|stac|clac|monitor|mwait|mwaitx|vmcall|vmmcall"

found=$(objdump -d --no-show-raw-insn "$1" | awk -v bad="^($bad)\$" '
	/^[0-9a-f]+ <.*>:$/	{ where = $2; next }
	where ~ /^<(event_of_linux|ftrace_regs_caller.*|arch_rethook_trampoline)>:$/ && $2 == "popf" { next }
	$2 ~ bad || /\tmov .*%(cr|db|dr)[0-9]/	{ print "  " where, $0 }')
if [ -n "$found" ]; then
	echo "$1 contains instructions that ring 3 cannot execute:" >&2
	echo "$found" | head -n 20 >&2
	exit 1
fi
