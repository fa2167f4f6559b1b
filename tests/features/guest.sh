#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a kernel with all features can do, on Linux as it has booted. A section
# is what comes after a line "== name"; test.py knows what it must be.
cd /features
T=/sys/kernel/tracing
mount -t tracefs tracefs $T

in_tracer()
{
	echo "$1" >$T/current_tracer
	shift
	echo >$T/trace
	echo 1 >$T/tracing_on
	"$@" >/dev/null
	echo 0 >$T/tracing_on
}

section module-load
insmod hello.ko name=reader count=3 && said '^hello reader'
grep -c '^hello ' /proc/modules
cat /sys/module/hello/parameters/count /sys/module/hello/parameters/name

section module-use
insmod caller.ko
said '^(caller:|WARNING:)' | sed 's/ CPU:.*//'
said caller_init | sed 's/.*\(caller_init+\).*/\1/' | uniq
rmmod hello; echo "status $?"

section module-unload
rmmod caller && echo 7 >/sys/module/hello/parameters/count && rmmod hello && said ^hello
grep -E -c '^(hello|caller) ' /proc/modules

section module-parameter
insmod hello.ko count=-5
insmod hello.ko count=many
insmod hello.ko colour=red && said colour && rmmod hello

section module-unknown-symbol
insmod stranger.ko
said stranger: | sed 's/disagrees.*//'
insmod caller.ko
said caller:

section module-wrong
insmod version.ko
said hello: | sed "s/'[^']*'/.../g"
insmod other.ko
said hello: | sed "s/'[^']*'/.../g" | tail -n 1
insmod cut.ko
insmod junk.ko
insmod empty.ko
insmod nowhere.ko

section module-in-tree
modprobe test_static_keys && lsmod | grep -c '^test_static_key'
modprobe -r test_static_keys; lsmod | grep -c '^test_static_key'
modprobe brd rd_nr=2 rd_size=1024 && ls -1 /dev/ram*
modprobe -r brd; ls /dev/ram* 2>/dev/null
modprobe nosuch; echo "status $?"

section module-many-times
for i in $(seq 200); do insmod hello.ko && rmmod hello; done
dmesg | grep -c 'hello ends'

section calls
./calls

section vdso
./vdso

section inside
insmod inside.ko && said ^inside: && rmmod inside

# The module is there on the microkernel only.
if [ -e refused.ko ]; then
	section refused
	insmod refused.ko && said ^refused: && rmmod refused
	said '^irq 11 cannot'
fi

section kallsyms
for name in start_kernel schedule vfs_read; do
	grep -c "^ffffffff[89][0-9a-f]* [Tt] $name\$" /proc/kallsyms
done
insmod hello.ko; grep -c '[Tt] hello_twice.*hello' /proc/kallsyms; rmmod hello
grep -c 'hello_twice' /proc/kallsyms
su user -c 'grep " start_kernel" /proc/kallsyms'

section tracers
cat $T/available_tracers | tr ' ' '\n' | grep -E '^(function|function_graph|wakeup|nop)$' | sort

section function
echo 'do_sys_openat2 vfs_open' >$T/set_ftrace_filter
in_tracer function cat /proc/version
grep -E -o 'do_sys_openat2 <-|vfs_open <-' $T/trace | sort -u
grep -v '^#' $T/trace | grep -v -c -E 'do_sys_openat2|vfs_open'
echo >$T/set_ftrace_filter

section function-all
in_tracer function sh -c 'for i in 1 2 3 4 5; do ls -R /sys/class >/dev/null; (true); done; sleep 0.1'
[ $(grep -c 'handle_mm_fault' $T/trace) -gt 10 ] && echo faults
[ $(grep -c ' schedule <-' $T/trace) -gt 5 ] && echo switches
[ $(wc -l <$T/trace) -gt 10000 ] && echo many
echo nop >$T/current_tracer

section function-graph
echo vfs_open >$T/set_graph_function
in_tracer function_graph cat /proc/version
grep -m 1 -o 'vfs_open() {' $T/trace
grep -m 1 -o 'do_dentry_open() {' $T/trace
echo >$T/set_graph_function
in_tracer function_graph sh -c 'for i in 1 2 3 4 5; do ls -R /sys/class >/dev/null; (true); done; sleep 0.1'
[ $(grep -c '}' $T/trace) -gt 1000 ] && echo many
echo nop >$T/current_tracer

section function-stack
echo vfs_open >$T/set_ftrace_filter
echo 1 >$T/options/func_stack_trace
in_tracer function cat /proc/version
grep -E -o '=> (do_filp_open|do_sys_openat2)$' $T/trace | sort -u
echo 0 >$T/options/func_stack_trace
echo >$T/set_ftrace_filter
echo nop >$T/current_tracer

section events
echo 1 >$T/events/sched/sched_switch/enable
echo 1 >$T/events/syscalls/sys_enter_openat/enable
echo 1 >$T/events/syscalls/sys_exit_openat/enable
in_tracer nop sh -c 'cat /etc/hostname; sleep 0.05'
echo 0 >$T/events/enable
grep -m 1 -o 'sched_switch:' $T/trace
grep -m 1 -o 'sys_openat(' $T/trace
grep -m 1 -o 'sys_openat -> 0x3' $T/trace

section kprobes
echo 'p:mine do_sys_openat2 path=+0(%si):ustring' >$T/kprobe_events
echo 'r:back do_sys_openat2 fd=$retval' >>$T/kprobe_events
echo 1 >$T/events/kprobes/enable
in_tracer nop cat /etc/hostname
echo 0 >$T/events/kprobes/enable
grep -o 'mine: (do_sys_openat2+0x0/.*hostname"' $T/trace | sed 's,/0x[0-9a-f]*,,'
grep -m 1 -o 'back: .*fd=0x3' $T/trace | sed 's,/0x[0-9a-f]*,,g; s,+0x[0-9a-f]*,,'
echo >$T/kprobe_events

# Each instruction of some functions: those that are steps, and those that are emulated.
section kprobes-inside
put=0
for function in vfs_write rw_verify_area __fdget_pos mutex_lock_io_nested lookup_fast dput; do
	for at in $(seq 1 150); do
		echo "p:in_${function}_$at $function+$at" >>$T/kprobe_events && put=$((put + 1))
	done
done 2>/dev/null
[ $put -gt 100 ] && echo many
echo 1 >$T/events/kprobes/enable
in_tracer nop sh -c 'seq 300 | md5sum >/tmp/sum; ls -R /etc >/dev/null'
echo 0 >$T/events/kprobes/enable
[ $(grep -c ' in_' $T/trace) -gt 1000 ] && echo many
cat /tmp/sum
awk '{ hit += $2 } END { print (hit > 1000) }' $T/kprobe_profile
echo >$T/kprobe_events

# One that would step over the virtual interrupt flag must be refused, or do no harm.
section kprobes-interrupts
for function in __wake_up_common_lock complete add_wait_queue mod_timer hrtimer_start_range_ns; do
	for at in $(seq 0 120); do
		echo "p:irq_${function}_$at $function+$at" >>$T/kprobe_events
	done
done 2>/dev/null
echo 1 >$T/events/kprobes/enable
in_tracer nop sh -c 'seq 3000 | sort -n | tail -n 1 >/tmp/last; sleep 0.1'
echo 0 >$T/events/kprobes/enable
cat /tmp/last
[ $(grep -c ' irq_' $T/trace) -gt 100 ] && echo many
echo >$T/kprobe_events

# Each function of arch/l4 that may be probed. At each hit the user's stack and a word of churn's data
# are read, which may not be mapped or be another process's, while processes and their memory come
# and go.
section probes-everywhere
address=$(cat address)
while read -r function; do
	echo "p:every/$function $function word=+u0(\\$address):u64" >>$T/kprobe_events
done <functions 2>/dev/null
[ $(wc -l <$T/kprobe_events) -gt $(($(wc -l <functions) / 3)) ] && echo many
echo 1 >$T/options/userstacktrace
echo 1 >$T/events/every/enable
in_tracer nop sh -c "./churn ${PROBE_SECONDS:-10} >/tmp/churn; seq 3000 | md5sum >/tmp/sum"
echo 0 >$T/events/every/enable
cat /tmp/churn /tmp/sum
awk '{ hit += $2 } END { print (hit > 1000) }' $T/kprobe_profile
echo 0 >$T/options/userstacktrace
echo >$T/kprobe_events
./churn 1
said '(WARNING|BUG|Oops)'

# While fork takes rights from the parent's pages, area by area, a probe reads those that it lacks.
section probes-in-fork
if grep -q ' batch_unmap$' /proc/kallsyms; then
	echo 'p:area batch_unmap word=+u0(%si):u64' >$T/kprobe_events
else
	echo 'p:area copy_page_range word=+u0(+0(%si)):u64' >$T/kprobe_events
fi
./border
echo 1 >$T/events/kprobes/enable
in_tracer nop sh -c './border >/tmp/border'
cat /tmp/border
echo 0 >$T/events/kprobes/enable
awk '$1 == "area" { print ($2 >= 16 ? "hit" : "missed") }' $T/kprobe_profile
echo >$T/kprobe_events

section uprobes
probed=$(cat probed)
echo "p:call /features/traced:$probed number=%di:s64" >$T/uprobe_events
echo "r:ret /features/traced:$probed result=\$retval:s64" >>$T/uprobe_events
echo 1 >$T/events/uprobes/enable
./traced 5
echo 1 >$T/tracing_on; echo >$T/trace
./traced 5
echo 0 >$T/tracing_on
echo 0 >$T/events/uprobes/enable
grep -o 'number=[0-9]*\|result=[0-9]*' $T/trace | tr '\n' ' '; echo
echo >$T/uprobe_events
./traced 5

# More timer interrupts than there is time for, whatever may be preempted.
section storm
insmod depth.ko
for mode in none full voluntary; do
	echo $mode >$D/sched/preempt
	./storm 50 | grep -v progress
done
rmmod depth && said '^depth of'
said '(WARNING|BUG|Oops)'

section preempt
cat $D/sched/preempt
for mode in none full voluntary; do
	echo $mode >$D/sched/preempt && cat $D/sched/preempt
done
echo full >$D/sched/preempt
seq 20000 | sort -n | md5sum
echo voluntary >$D/sched/preempt

section timers
grep -m 1 '^ *\.resolution' /proc/timer_list | tr -d ' '
grep -E '^ *\.(nohz|highres) ' /proc/timer_list | tr -d ' ' | sort -u	# of each CPU

section sysrq
echo h >/proc/sysrq-trigger; said 'sysrq: HELP' | cut -c 1-11
echo m >/proc/sysrq-trigger; said '^sysrq: Show Memory'
echo t >/proc/sysrq-trigger; said '^task:init ' | cut -c 1-9
echo w >/proc/sysrq-trigger; said 'sysrq: Show Blocked'
echo -1000 >/proc/self/oom_score_adj
(echo 1000 >/proc/self/oom_score_adj; exec sleep 100) &
sleep 0.1
echo f >/proc/sysrq-trigger; wait $! 2>/dev/null; echo "status $?"; said -m1 'sysrq: Manual OOM execution'
echo 0 >/proc/sys/kernel/sysrq

# Nothing of all that may have left a warning, but the one that was asked for.
section afterwards
cat /proc/sys/kernel/tainted
