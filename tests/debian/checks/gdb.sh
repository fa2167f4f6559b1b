# SPDX-License-Identifier: GPL-2.0
# gdb: breakpoint, backtrace, variables, single steps, a second thread.
cat >a.c <<'file'
#include <pthread.h>
#include <stdio.h>

static int depth(int n)
{
	if (n == 0)
		return 1;
	return depth(n - 1) + n;
}

static void *work(void *unused)
{
	printf("work %d\n", depth(3));
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, work, NULL);
	pthread_join(thread, NULL);
	return 0;
}
file
gcc -g -O0 -pthread -o a a.c
gdb -q -nx -batch -ex 'set debuginfod enabled off' -ex 'break depth if n == 1' -ex run \
	-ex 'print n + 40' -ex 'bt 4' -ex next -ex step -ex 'print n' -ex 'set var n = 2' \
	-ex 'info threads' -ex 'delete' -ex continue ./a 2>&1 >gdb.out
sed 's/0x[0-9a-f]*//g; s/LWP [0-9]*/LWP/' gdb.out >clean
grep -E '^(\$|work|#[0-2])' clean
grep -c '^. [12] .*Thread .*LWP' clean
grep -o 'exited normally' clean
#= $1 = 41
#= #0  depth (n=1) at a.c:6
#= #1   in depth (n=2) at a.c:8
#= #2   in depth (n=3) at a.c:8
#= $2 = 0
#= work 10
#= 2
#= exited normally
