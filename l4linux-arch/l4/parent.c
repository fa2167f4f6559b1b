// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the parent, roottask. They use the message words and items of
 * the UTCB, so the virtual interrupt flag is off meanwhile.
 */
#include <linux/irqflags.h>
#include <linux/string.h>
#include <l4/parent.h>
#include <asm/vcpu.h>

void parent_end(unsigned long how, unsigned long detail)
{
	struct l4_msg msg = {
		.tag = l4_tag(3, 0, L4_PROTO_INSTANCE),
		.mr = { L4_INSTANCE_END, how, detail },
	};

	raw_local_irq_disable();
	l4_ipc_send(L4_INSTANCE_PARENT, &msg);
	for (;;)
		l4_ipc_sleep(L4_TIMEOUT_NEVER);
}

/* Device memory appears in the direct map, where nothing else has its physical address. */
int parent_map_device(unsigned long phys, unsigned int order)
{
	struct l4_msg msg = {
		.tag = l4_tag(3, 0, L4_PROTO_INSTANCE),
		.mr = { L4_INSTANCE_DEVICE, phys, order },
	};
	unsigned long flags;
	long err;

	raw_local_irq_save(flags);
	this_utcb()->window[L4_FPAGE_MEM] =
		l4_fpage_mem(L4_DIRECT_MAP + phys, order, L4_RIGHT_R | L4_RIGHT_W);
	err = l4_ipc_call(L4_INSTANCE_PARENT, &msg);
	this_utcb()->window[L4_FPAGE_MEM] = L4_FPAGE_NONE;
	raw_local_irq_restore(flags);
	return err ? err : (long)msg.mr[0];
}

long parent_server(const char *name, unsigned int slot)
{
	struct l4_msg msg = { .tag = parent_connect_id | l4_tag(L4_MSG_REGS, 0, 0) };
	unsigned long flags;
	long err;

	BUILD_BUG_ON(sizeof(struct parent_connect) != sizeof(msg.mr));
	strscpy((char *)msg.mr, name, sizeof(msg.mr));
	raw_local_irq_save(flags);
	this_utcb()->window[L4_FPAGE_CAP] = l4_fpage_cap(slot, 0, L4_RIGHTS_ALL);
	err = l4_ipc_call(L4_INSTANCE_PARENT, &msg);
	this_utcb()->window[L4_FPAGE_CAP] = L4_FPAGE_NONE;
	raw_local_irq_restore(flags);
	if (!err)
		err = l4_tag_error(msg.tag);
	return err || l4_tag_items(msg.tag) ? err : -L4_ENOMEM;
}
