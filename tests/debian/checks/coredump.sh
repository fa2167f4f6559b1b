# SPDX-License-Identifier: GPL-2.0
# A core file of two threads, and what gdb reads in it.
cat >a.c <<'file'
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static int secret = 4711;

static void *sleeper(void *arg)
{
	write(1, "", 0);
	pause();
	return arg;
}

static void crash(int *where)
{
	*where = secret;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, sleeper, NULL);
	usleep(200000);
	crash((int *)16);
}
file
gcc -g -O0 -pthread -o a a.c
ulimit -c unlimited
sysctl -q -w kernel.core_pattern=core
./a
echo $?
gdb -q -nx -batch -ex 'set debuginfod enabled off' -ex 'bt' -ex 'print secret' \
	-ex 'print where' -ex 'print $_siginfo._sifields._sigfault.si_addr' -ex 'thread 2' -ex 'bt' \
	a core* >gdb.out 2>&1
grep -E '^(#0 .* crash|#1 .* main|\$)' gdb.out | sed 's/0x[0-9a-f]* in //' | uniq
grep -c 'in sleeper (arg=' gdb.out
grep -o 'terminated with signal SIGSEGV' gdb.out
#~ .*Segmentation fault +\(core dumped\).*
#= 139
#= #0  crash (where=0x10) at a.c:16
#= #1  main () at a.c:25
#= $1 = 4711
#= $2 = (int *) 0x10
#= $3 = (void *) 0x10
#= 1
#= terminated with signal SIGSEGV
