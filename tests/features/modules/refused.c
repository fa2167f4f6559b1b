// SPDX-License-Identifier: GPL-2.0
/* An interrupt that the microkernel will not bind, as somebody has it bound: on it alone. */
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <l4/calls.h>
#include <l4/instance.h>

#define NUMBER	11		/* a line for PCI devices, which this machine has none of */
#define NOWHERE	0xfee00000UL	/* the local APIC: the microkernel's, which has all else given away */

static int token;

static irqreturn_t handle(int number, void *data)
{
	return IRQ_NONE;
}

static int request(void)
{
	return request_irq(NUMBER, handle, IRQF_SHARED, "refused", &token);
}

static int __init refused_init(void)
{
	l4_cap_t slot = L4_INSTANCE_IRQ_BASE + NUMBER;
	void __iomem *nowhere = ioremap(NOWHERE, PAGE_SIZE);

	pr_info("refused: bound by another: %ld\n",
		l4_irq_bind(slot, L4_IRQ_LEVEL, L4_INSTANCE_THREAD_BASE, NUMBER));
	pr_info("refused: then %d\n", request());
	l4_irq_unbind(slot);
	pr_info("refused: afterwards %d\n", request());
	free_irq(NUMBER, &token);
	pr_info("refused: nothing's memory is %s\n", nowhere ? "mapped" : "refused");
	return 0;
}
module_init(refused_init);

static void __exit refused_exit(void)
{
}
module_exit(refused_exit);

MODULE_DESCRIPTION("The tests' module for what is refused");
MODULE_LICENSE("GPL");
