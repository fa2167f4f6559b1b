// SPDX-License-Identifier: GPL-2.0
/* A module that calls another one. */
#include <linux/module.h>

int hello_twice(int number);

static int __init caller_init(void)
{
	pr_info("caller: twice 21 is %d\n", hello_twice(21));
	WARN(1, "caller: a warning of a module");
	return 0;
}
module_init(caller_init);

static void __exit caller_exit(void)
{
}
module_exit(caller_exit);

MODULE_DESCRIPTION("The tests' second module");
MODULE_LICENSE("GPL");
