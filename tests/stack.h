/* SPDX-License-Identifier: GPL-2.0 */
/* Of modules that make mistakes: those that a thread's stack must not come through unnoticed. */
#include <linux/compiler.h>
#include <linux/kernel.h>

static noinline unsigned long deep(unsigned long level)
{
	unsigned long words[32];

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = level + i;
	OPTIMIZER_HIDE_VAR(level);
	return level ? deep(level - 1) + words[level % ARRAY_SIZE(words)] : 0;
}

/* Backtraces show it: not a jump, nor part of who calls it. */
static noinline void overflow(void)
{
	deep(100000);
	barrier();
}

/* Beyond an array on the stack. */
static noinline void smash(void)
{
	unsigned int length = 48;
	char array[16];

	OPTIMIZER_HIDE_VAR(length);
	for (unsigned int i = 0; i < length; i++)
		WRITE_ONCE(array[i], i);
}
