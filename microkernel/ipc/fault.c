/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults as IPC: the kernel composes the message and sends it in the
 * thread's name; the thread waits for the reply like after a call of its own
 * and then repeats the instruction.
 */
#include "ipc/fault.h"

#include "ipc/ipc.h"
#include "x86/cpu/x86.h"
#include "x86/mmu/useraccess.h"

void fault_page(struct thread *thread, u64 address, u64 error)
{
	u64 wanted = error & PF_WRITE ? L4_RIGHT_W : error & PF_FETCH ? L4_RIGHT_X : L4_RIGHT_R;
	u64 mr[] = { (address & ~L4_RIGHTS_ALL) | wanted, thread->regs.ip, 0, 0 };

	ipc_send_fault(thread, L4_PROTO_PAGE_FAULT, mr, thread->pager.gate);
}

/* IN, OUT, INS, OUTS: which ports? False if the instruction is another one. */
static bool decode_port_access(struct thread *thread, u64 *port, unsigned int *order)
{
	u64 ip = thread->regs.ip, last;
	u8 code, number;
	bool word = false;
	int prefixes = 0;

	/* Byte by byte: behind the instruction there may be nothing. */
	if (!copy_from_user(&code, ip++, sizeof(code)))
		return false;
	while (prefixes++ < 2 && (code == 0x66 || code == 0xf3 || code == 0xf2)) {
		word |= code == 0x66;
		if (!copy_from_user(&code, ip++, sizeof(code)))
			return false;
	}
	switch (code & ~1) {
	case 0xe4:	/* in al, imm8 */
	case 0xe6:	/* out imm8, al */
		if (!copy_from_user(&number, ip, sizeof(number)))
			return false;
		*port = number;
		break;
	case 0xec:	/* in al, dx */
	case 0xee:	/* out dx, al */
	case 0x6c:	/* ins */
	case 0x6e:	/* outs */
		*port = thread->regs.dx & 0xffff;
		break;
	default:
		return false;
	}
	*order = !(code & 1) ? 0 : word ? 1 : 2;
	/* An odd port: the smallest flexpage that has all of the access. */
	last = *port + (1UL << *order) - 1;
	while (*port >> *order != last >> *order)
		(*order)++;
	*port = *port >> *order << *order;
	return true;
}

void fault_exception(struct thread *thread, u64 vector, u64 error)
{
	u64 mr[] = { vector, error, thread->regs.ip, thread->regs.sp };
	unsigned int order;
	u64 port;

	if (vector == TRAP_GENERAL_PROTECTION && !error &&
	    decode_port_access(thread, &port, &order)) {
		u64 io[] = { l4_fpage_io(port, order, L4_RIGHTS_ALL), thread->regs.ip, 0, 0 };

		ipc_send_fault(thread, L4_PROTO_IO_FAULT, io, thread->pager.gate);
		return;
	}
	ipc_send_fault(thread, L4_PROTO_EXCEPTION, mr, thread->handler.gate);
}

void fault_vcpu_dead(struct thread *thread, u64 vector, u64 error)
{
	u64 mr[] = { vector, error, thread->regs.ip, thread->regs.sp };

	/* Its registers are the process's: nothing can go on with them in the server. */
	thread->can_continue = false;
	ipc_send_fault(thread, L4_PROTO_VCPU_DEAD, mr, thread->handler.gate);
}
