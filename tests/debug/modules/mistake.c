// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes on demand, which Linux's checks must see: the name of one is written
 * to mistake in debugfs.
 */
#include <linux/completion.h>
#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

#include "stack.h"

static void bug(void);

static DEFINE_MUTEX(one);
static DEFINE_MUTEX(other);

static void take(struct mutex *first, struct mutex *second)
{
	mutex_lock(first);
	mutex_lock(second);
	mutex_unlock(second);
	mutex_unlock(first);
}

static void order(void)
{
	take(&one, &other);
	take(&other, &one);
}

static DEFINE_SPINLOCK(shared);
static DECLARE_COMPLETION(rung);

static enum hrtimer_restart ring(struct hrtimer *timer)
{
	spin_lock(&shared);
	spin_unlock(&shared);
	complete(&rung);
	return HRTIMER_NORESTART;
}

/* A lock that an interrupt takes, and others with interrupts on. */
static void context(void)
{
	struct hrtimer timer;

	spin_lock(&shared);
	spin_unlock(&shared);
	hrtimer_init_on_stack(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = ring;
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&rung);
	hrtimer_cancel(&timer);
	destroy_hrtimer_on_stack(&timer);
}

static void sleeping(void)
{
	spin_lock(&shared);
	might_sleep();
	spin_unlock(&shared);
}

static void loop(void)
{
	spin_lock(&shared);
	for (;;)
		cpu_relax();
}

/*
 * Nothing remembers where they are. Cleared: each would still point to the next
 * one in SLUB's list, and a word that looks like the first would hide many.
 */
static void leak(void)
{
	for (int i = 0; i < 100; i++)
		((char *)kzalloc(1000, GFP_KERNEL | __GFP_NOFAIL))[i] = i;
}

/* Now and then memory comes from KFENCE's pool. */
static char *guarded(void)
{
	for (;;) {
		char *memory = kmalloc(32, GFP_KERNEL | __GFP_NOFAIL);

		if (is_kfence_address(memory))
			return memory;
		kfree(memory);
		usleep_range(1000, 2000);
	}
}

static void freed(void)
{
	char *memory = guarded();

	kfree(memory);
	READ_ONCE(*memory);
}

static void beyond(void)
{
	char *memory = guarded();

	WRITE_ONCE(*(char *)(((unsigned long)memory & PAGE_MASK) - 1), 1);
	kfree(memory);
}

static void null(void)
{
	int *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	WRITE_ONCE(*nowhere, 1);
}

static void list(void)
{
	LIST_HEAD(head);
	LIST_HEAD(first);
	LIST_HEAD(second);

	list_add(&first, &head);
	head.next = &second;
	list_add(&second, &head);
}

static void count(void)
{
	refcount_t references = REFCOUNT_INIT(1);

	refcount_dec(&references);
}

/* Text and constants, of Linux and of this module. */
static void text(void)
{
	WRITE_ONCE(*(char *)_printk, 0xc3);
}

static void constant(void)
{
	WRITE_ONCE(*(char *)_ctype, 0);
}

static void module(void)
{
	WRITE_ONCE(*(char *)bug, 0xc3);
}

static char returns[16] = { 0xc3 };

static void execute(void)
{
	void (*function)(void) = (void (*)(void))returns;

	OPTIMIZER_HIDE_VAR(function);
	function();
}

/* The same in the memory that all else is in. */
static void heap(void)
{
	char *memory = kmalloc(32, GFP_KERNEL | __GFP_NOFAIL);
	void (*function)(void) = (void (*)(void))memory;

	memory[0] = 0xc3;
	OPTIMIZER_HIDE_VAR(function);
	function();
}

static void bug(void)
{
	BUG();
}

static void warning(void)
{
	WARN_ON(1);
}

static const struct mistake {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "beyond", beyond }, { "bug", bug }, { "constant", constant }, { "context", context },
	{ "count", count }, { "execute", execute }, { "freed", freed }, { "heap", heap },
	{ "leak", leak }, { "list", list }, { "loop", loop }, { "module", module }, { "null", null },
	{ "order", order }, { "overflow", overflow }, { "sleeping", sleeping }, { "smash", smash },
	{ "text", text }, { "warning", warning },
};

static ssize_t make_mistake(struct file *file, const char __user *text, size_t length,
			    loff_t *offset)
{
	char name[16] = "";

	if (length >= sizeof(name) || copy_from_user(name, text, length))
		return -EINVAL;
	for (unsigned int i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (sysfs_streq(name, mistakes[i].name)) {
			mistakes[i].make();
			return length;
		}
	}
	return -EINVAL;
}

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.write = make_mistake,
};

static struct dentry *entry;

static int __init mistake_init(void)
{
	entry = debugfs_create_file("mistake", 0200, NULL, NULL, &operations);
	return PTR_ERR_OR_ZERO(entry);
}
module_init(mistake_init);

static void __exit mistake_exit(void)
{
	debugfs_remove(entry);
}
module_exit(mistake_exit);

MODULE_DESCRIPTION("Locks, memory and data treated badly");
MODULE_LICENSE("GPL");
