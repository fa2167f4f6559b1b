// SPDX-License-Identifier: GPL-2.0
/*
 * ioperm and iopl. Ports are the server's: a process's IN and OUT always fault,
 * and Linux carries them out (user_port_insn.c) for threads that may. A port
 * that the parent has not granted then does what it does to Linux itself: see
 * ioport.c.
 *
 * Few threads ever ask, so their records are a list, not a part of each thread.
 * Only the thread itself changes its record.
 */
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/syscalls.h>

#include <asm/user_ports.h>

#define PORTS		0x10000
#define ALL_PORTS	3	/* the level that allows every port */

struct port_rights {
	struct list_head list;
	struct task_struct *task;
	unsigned int level;
	DECLARE_BITMAP(ports, PORTS);
};

static LIST_HEAD(records);
static DEFINE_SPINLOCK(records_lock);

static struct port_rights *rights_of(const struct task_struct *task)
{
	struct port_rights *rights, *found = NULL;

	spin_lock(&records_lock);
	list_for_each_entry(rights, &records, list)
		if (rights->task == task)
			found = rights;
	spin_unlock(&records_lock);
	return found;
}

static struct port_rights *new_rights(struct task_struct *task)
{
	struct port_rights *rights = kvzalloc(sizeof(*rights), GFP_KERNEL);

	if (!rights)
		return NULL;
	rights->task = task;
	spin_lock(&records_lock);
	list_add(&rights->list, &records);
	spin_unlock(&records_lock);
	set_tsk_thread_flag(task, TIF_IO_BITMAP);
	return rights;
}

int user_ports_copy(struct task_struct *child)
{
	struct port_rights *rights = rights_of(current), *copy;

	copy = rights ? new_rights(child) : NULL;
	if (!copy)
		return rights ? -ENOMEM : 0;
	copy->level = rights->level;
	bitmap_copy(copy->ports, rights->ports, PORTS);
	return 0;
}

void user_ports_drop(struct task_struct *task)
{
	struct port_rights *rights = rights_of(task);

	if (!rights)
		return;
	spin_lock(&records_lock);
	list_del(&rights->list);
	spin_unlock(&records_lock);
	kvfree(rights);
}

static bool may_have_ports(void)
{
	return capable(CAP_SYS_RAWIO) && !security_locked_down(LOCKDOWN_IOPORT);
}

SYSCALL_DEFINE3(ioperm, unsigned long, from, unsigned long, count, int, on)
{
	struct port_rights *rights;

	if (!count || from >= PORTS || count > PORTS - from)
		return -EINVAL;
	if (on && !may_have_ports())
		return -EPERM;
	rights = rights_of(current);
	if (!rights) {
		if (!on)
			return 0;
		rights = new_rights(current);
		if (!rights)
			return -ENOMEM;
	}
	if (on)
		bitmap_set(rights->ports, from, count);
	else
		bitmap_clear(rights->ports, from, count);
	return 0;
}

SYSCALL_DEFINE1(iopl, unsigned int, level)
{
	struct port_rights *rights = rights_of(current);
	unsigned int old = rights ? rights->level : 0;

	if (level > ALL_PORTS)
		return -EINVAL;
	if (level == old)
		return 0;
	if (level > old && !may_have_ports())
		return -EPERM;
	if (!rights)
		rights = new_rights(current);
	if (!rights)
		return -ENOMEM;
	rights->level = level;
	return 0;
}

bool user_ports_allow(unsigned int port, unsigned int size)
{
	const struct port_rights *rights = rights_of(current);

	if (!rights)
		return false;
	if (rights->level == ALL_PORTS)
		return true;
	return port + size <= PORTS &&
	       find_next_zero_bit(rights->ports, port + size, port) == port + size;
}

bool user_ports_all(void)
{
	const struct port_rights *rights = rights_of(current);

	return rights && rights->level == ALL_PORTS;
}
