// SPDX-License-Identifier: GPL-2.0
/*
 * What only the kernel itself can ask: reads that may fail, of its own memory
 * and of what is the process's; much memory in the vmalloc area, and too much.
 */
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define LARGE		(256UL << 20)
#define PERIOD		NSEC_PER_MSEC
#define TRIES		5

static struct hrtimer timer;
static u64 most_missed;

/* The process's own arguments: it is at its system call, and they are mapped. */
static void read_kinds(void)
{
	void *user = (void *)current->mm->arg_start;
	void *none = (void *)(VMALLOC_END - PAGE_SIZE);
	unsigned long word = 0, known = 4711;
	long result;

	pr_info("inside: user memory as the user's: %ld\n",
		copy_from_user_nofault(&word, (void __user *)user, sizeof(word)));
	pr_info("inside: user memory as the kernel's: %ld\n",
		copy_from_kernel_nofault(&word, user, sizeof(word)));
	pr_info("inside: no address at all: %ld\n",
		copy_from_kernel_nofault(&word, (void *)(1UL << 62), sizeof(word)));
	pr_info("inside: kernel memory that is not there: %ld\n",
		copy_from_kernel_nofault(&word, none, sizeof(word)));
	result = copy_from_kernel_nofault(&word, &known, sizeof(word));
	pr_info("inside: the kernel's: %ld, %lu\n", result, word);
}

static enum hrtimer_restart ring(struct hrtimer *ringing)
{
	most_missed = max(most_missed, hrtimer_forward_now(ringing, PERIOD));
	return HRTIMER_RESTART;
}

static unsigned long wrong_pages(unsigned long *memory)
{
	unsigned long step = PAGE_SIZE / sizeof(*memory), wrong = 0;

	for (unsigned long i = 0; i < LARGE / sizeof(*memory); i += step)
		memory[i] = i + 1;
	for (unsigned long i = 0; i < LARGE / sizeof(*memory); i += step)
		wrong += memory[i] != i + 1;
	return wrong;
}

/* How many periods of the timer the making and the freeing took, and how many at most at once. */
static bool interrupts_come(void)
{
	u64 begin = ktime_get_ns(), periods;
	void *memory;

	most_missed = 0;
	hrtimer_start(&timer, ns_to_ktime(PERIOD), HRTIMER_MODE_REL_HARD);
	memory = vmalloc(LARGE);
	vfree(memory);
	vm_unmap_aliases();
	hrtimer_cancel(&timer);
	periods = (ktime_get_ns() - begin) / PERIOD;
	pr_debug("inside: %llu periods, %llu at once\n", periods, most_missed);
	return memory && most_missed < periods / 4;
}

static void large(void)
{
	unsigned long *memory = vmalloc(LARGE);
	unsigned int come = 0;

	pr_info("inside: large: %s, wrong %lu\n", memory ? "there" : "refused",
		memory ? wrong_pages(memory) : 1);
	vfree(memory);
	vm_unmap_aliases();
	/* A busy computer may take the machine's time, but mostly not a quarter of it at once. */
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = ring;
	for (unsigned int i = 0; i < TRIES; i++)
		come += interrupts_come();
	pr_info("inside: interrupts meanwhile: %s\n", come > TRIES / 2 ? "yes" : "late");
}

/* More than is free, but not more than there is: refused on the way, and given back. */
static void too_large(void)
{
	unsigned long before = si_mem_available(), after;
	void *memory = __vmalloc((totalram_pages() - 100) << PAGE_SHIFT,
				 GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);

	vm_unmap_aliases();
	after = si_mem_available();
	pr_info("inside: too large: %s, given back: %s\n", memory ? "there" : "refused",
		after + (16 << (20 - PAGE_SHIFT)) > before ? "all" : "not all");
	vfree(memory);
}

static int __init inside_init(void)
{
	read_kinds();
	large();
	too_large();
	return 0;
}
module_init(inside_init);

static void __exit inside_exit(void)
{
}
module_exit(inside_exit);

MODULE_DESCRIPTION("The tests' questions");
MODULE_LICENSE("GPL");
