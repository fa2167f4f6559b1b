// SPDX-License-Identifier: GPL-2.0
/*
 * How deep the stacks of some processes were ever used: each is looked at when its
 * process ends. A stack begins as zeros; the word at its end is Linux's mark.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#define ALLOWED		(12UL << 10)

static char *of = "storm";
module_param(of, charp, 0);

static unsigned long deepest;
static unsigned int ended;

static int at_exit(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long *end = end_of_stack(current), *word = end + 1;
	unsigned long used;

	if (strcmp(current->comm, of))
		return 0;
	while (!*word)
		word++;
	used = THREAD_SIZE - ((unsigned long)word - (unsigned long)end);
	deepest = max(deepest, used);
	ended++;
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "do_exit",
	.pre_handler = at_exit,
};

static int __init depth_init(void)
{
	return register_kprobe(&probe);
}
module_init(depth_init);

/* How many bytes it was is on the console, where the suite's log has it. */
static void __exit depth_exit(void)
{
	unregister_kprobe(&probe);
	pr_emerg("depth: %lu bytes of a stack of %lu were used\n", deepest, THREAD_SIZE);
	pr_info("depth of %u: %s\n", ended, deepest <= ALLOWED ? "good" : "too deep");
}
module_exit(depth_exit);

MODULE_DESCRIPTION("The tests' plumb line");
MODULE_LICENSE("GPL");
