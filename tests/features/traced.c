// SPDX-License-Identifier: GPL-2.0
/* A program to be probed: calls a function of its own as often as it is told. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) long probed(long number)
{
	__asm__ volatile("" ::: "memory");
	return number * number;
}

int main(int argc, char **argv)
{
	long times = argc > 1 ? atol(argv[1]) : 1, sum = 0;

	for (long i = 1; i <= times; i++)
		sum += probed(i);
	printf("%ld\n", sum);
	return 0;
}
