// SPDX-License-Identifier: GPL-2.0
/* A module with a mistake. */
#include <linux/module.h>

static int __init crash_init(void)
{
	long *nowhere = (long *)8;

	OPTIMIZER_HIDE_VAR(nowhere);
	return *nowhere;
}
module_init(crash_init);

MODULE_DESCRIPTION("The tests' last module");
MODULE_LICENSE("GPL");
