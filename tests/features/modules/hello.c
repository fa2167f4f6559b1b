// SPDX-License-Identifier: GPL-2.0
/* A module with parameters and an exported function. */
#include <linux/module.h>

int hello_twice(int number);

static int count = 1;
module_param(count, int, 0644);
MODULE_PARM_DESC(count, "how often; not below 0");

static char *name = "world";
module_param(name, charp, 0444);

int hello_twice(int number)
{
	return 2 * number;
}
EXPORT_SYMBOL_GPL(hello_twice);

static int __init hello_init(void)
{
	if (count < 0)
		return -EINVAL;
	pr_info("hello %s, %d times\n", name, count);
	return 0;
}
module_init(hello_init);

static void __exit hello_exit(void)
{
	pr_info("hello ends with %d\n", count);
}
module_exit(hello_exit);

MODULE_DESCRIPTION("The tests' first module");
MODULE_LICENSE("GPL");
