// SPDX-License-Identifier: GPL-2.0
/*
 * ioperm and iopl. Ports are the server's: a process's IN and OUT always fault,
 * and Linux carries them out for threads that may. A port that the parent has
 * not granted then does what it does to Linux itself: see ioport.c.
 *
 * Few threads ever ask, so their records are a list, not a part of each thread.
 * Only the thread itself changes its record.
 */
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/list.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>

#include <asm/port_access.h>
#include <asm/user_ports.h>

#define PORTS		0x10000
#define ALL_PORTS	3	/* the level that allows every port */
#define INSN_MAX	15

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

/* IN to AL or AX leaves the rest of RAX; to EAX, it clears the upper half. */
static void access_port(struct pt_regs *regs, unsigned int port, unsigned int size, bool out)
{
	unsigned long mask = size == 4 ? ~0UL : (1UL << 8 * size) - 1;

	if (out)
		port_out(port, size, regs->ax);
	else
		regs->ax = (regs->ax & ~mask) | port_in(port, size);
}

static bool allowed(const struct port_rights *rights, unsigned int port, unsigned int size)
{
	if (rights->level == ALL_PORTS)
		return true;
	return port + size <= PORTS &&
	       find_next_zero_bit(rights->ports, port + size, port) == port + size;
}

/* CLI and STI do nothing for who may use all ports; the CPU would obey. */
static bool interrupt_flag(const struct port_rights *rights)
{
	if (rights->level != ALL_PORTS)
		return false;
	pr_info_ratelimited("%s[%d] tries to switch interrupts; they stay as they are\n",
			    current->comm, task_pid_nr(current));
	return true;
}

bool user_port_access(struct pt_regs *regs)
{
	const struct port_rights *rights = rights_of(current);
	u8 insn[INSN_MAX + 1] = { };		/* one more: there is always a last byte */
	unsigned int at = 0, size = 4, port;
	u8 opcode;

	if (!rights || copy_from_user(insn, (void __user *)regs->ip, INSN_MAX) == INSN_MAX)
		return false;
	/* The prefix for 16 bits, and those that x86-64 adds (REX) and that change nothing. */
	for (; at < INSN_MAX - 2 && (insn[at] == 0x66 || (insn[at] & 0xf0) == 0x40); at++)
		if (insn[at] == 0x66)
			size = 2;
	opcode = insn[at++];
	switch (opcode) {
	case 0xfa:	/* CLI */
	case 0xfb:	/* STI */
		if (!interrupt_flag(rights))
			return false;
		break;
	case 0xe4 ... 0xe7:	/* IN and OUT, the port is in the next byte */
	case 0xec ... 0xef:	/* or in DX */
		port = opcode & 8 ? regs->dx & 0xffff : insn[at++];
		if (!(opcode & 1))
			size = 1;
		if (!allowed(rights, port, size))
			return false;
		access_port(regs, port, size, opcode & 2);
		break;
	default:
		return false;
	}
	regs->ip += at;
	return true;
}
