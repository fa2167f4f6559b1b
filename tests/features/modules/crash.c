// SPDX-License-Identifier: GPL-2.0
/* A module with a mistake; the parameter says which. */
#include <linux/module.h>
#include <linux/string.h>

#include "stack.h"

static char *mistake = "null";
module_param(mistake, charp, 0);

static int __init crash_init(void)
{
	long *nowhere = (long *)8;

	if (!strcmp(mistake, "overflow"))
		overflow();
	if (!strcmp(mistake, "smash"))
		smash();
	OPTIMIZER_HIDE_VAR(nowhere);
	return *nowhere;
}
module_init(crash_init);

MODULE_DESCRIPTION("The tests' last module");
MODULE_LICENSE("GPL");
