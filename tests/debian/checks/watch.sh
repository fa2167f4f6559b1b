# SPDX-License-Identifier: GPL-2.0
# gdb: watchpoints and breakpoints in debug registers, of the first thread and
# of one that starts later; attaching to a program that runs.
#! native: hangs under QEMU 7.2, see docs/caveats.md
cat >a.c <<'file'
#include <pthread.h>
#include <unistd.h>

static volatile int written, read_often = 5, sum;

static void *work(void *unused)
{
	written = 42;
	sum += read_often;
	return unused;
}

int main(int count, char **argument)
{
	pthread_t thread;

	if (count > 1)
		pause();
	written = 1;
	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	(void)argument;
	return 0;
}
file
gcc -g -O0 -pthread -o a a.c
gdb -q -nx -batch -ex 'set debuginfod enabled off' -ex 'break main' -ex run \
	-ex 'watch written' -ex 'rwatch read_often' -ex 'hbreak work' \
	-ex continue -ex 'print written' -ex continue -ex continue -ex 'print written' \
	-ex continue -ex 'delete' -ex continue ./a 2>&1 |
	grep -E '^(Hardware|Old|New|Value|\$|\[Inferior|Thread.*hit)' |
	sed -E 's/0x[0-9a-f]*//g; s/process [0-9]*/process/; s/^Thread [0-9].* hit/Thread hit/'
./a wait &
sleep 1
gdb -q -nx -batch -ex 'set debuginfod enabled off' -p $! -ex 'up' -ex 'print read_often' \
	-ex detach 2>&1 | grep '^\$'
kill $!
#= Hardware watchpoint 2: written
#= Hardware read watchpoint 3: read_often
#= Hardware assisted breakpoint 4 at : file a.c, line 8.
#= Hardware watchpoint 2: written
#= Old value = 0
#= New value = 1
#= $1 = 1
#= Thread hit Breakpoint 4, work (unused=) at a.c:8
#= Thread hit Hardware watchpoint 2: written
#= Old value = 1
#= New value = 42
#= $2 = 42
#= Thread hit Hardware read watchpoint 3: read_often
#= Value = 5
#= [Inferior 1 (process) exited normally]
#= $1 = 5
