// SPDX-License-Identifier: GPL-2.0
/* The end of Linux: each way it can end is told to the parent. */
#include <linux/console.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/init.h>
#include <linux/reboot.h>
#include <linux/pm.h>
#include <asm/vcpu.h>

void machine_power_off(void)
{
	parent_end(L4_END_POWEROFF, 0);
}

/* Generic code halts instead if there is none. */
void (*pm_power_off)(void) = machine_power_off;
EXPORT_SYMBOL(pm_power_off);

void machine_halt(void)
{
	parent_end(L4_END_HALT, 0);
}

/* Also what panic= with a number ends in, as machine_emergency_restart. */
void machine_restart(char *command)
{
	parent_end(L4_END_REBOOT, 0);
}

/* Without panic= a panic would loop for ever; the parent can do better. */
static int end_after_panic(struct notifier_block *block, unsigned long event, void *text)
{
	if (panic_timeout == 0) {
		console_flush_on_panic(CONSOLE_FLUSH_PENDING);
		parent_end(L4_END_PANIC, 0);
	}
	return NOTIFY_DONE;
}

/* Last, after those that have something to say. */
static struct notifier_block panic_block = {
	.notifier_call = end_after_panic,
	.priority = INT_MIN,
};

static int __init register_panic_block(void)
{
	return atomic_notifier_chain_register(&panic_notifier_list, &panic_block);
}
early_initcall(register_panic_block);
