/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Somebody to be debugged. With the first INT3 it tells its debugger, in RDI,
 * which function to watch; with the second it asks for a number, in RAX.
 */
#include <l4/server.h>

static __attribute__((noipa)) l4_word_t square(l4_word_t n)
{
	return n * n;
}

static l4_word_t trap(void *pointer)
{
	l4_word_t answer = 0;

	asm volatile("int3" : "+a" (answer) : "D" (pointer) : "memory");
	return answer;
}

int main(int argc, char **argv)
{
	l4_word_t sum = 0;

	(void)argc, (void)argv;
	trap(square);
	for (l4_word_t i = 1; i <= 3; i++)
		sum += square(i);
	printf("the sum of three squares is %lu\n", sum);
	printf("the debugger says %lu\n", trap(NULL));
	*(volatile l4_word_t *)0x123000 = 1;
	return 0;
}
