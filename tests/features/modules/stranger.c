// SPDX-License-Identifier: GPL-2.0
/* A module that calls what nobody has. */
#include <linux/module.h>

int nobody_has_this(void);

static int __init stranger_init(void)
{
	return nobody_has_this();
}
module_init(stranger_init);

MODULE_DESCRIPTION("The tests' third module");
MODULE_LICENSE("GPL");
