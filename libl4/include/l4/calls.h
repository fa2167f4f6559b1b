/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls as C functions: the one user-level header with inline
 * assembler. It needs the ABI headers and nothing else, so that servers and
 * Linux's arch/l4 share it. Arguments, results and errors are those of
 * l4/syscall.h; a stub adds nothing. At its end stand the few other
 * instructions that servers need and C cannot express.
 *
 * Every stub clobbers memory: the kernel reads and writes the UTCB, and a map
 * or an unmap changes what other memory means.
 */
#ifndef L4_CALLS_H
#define L4_CALLS_H

#include <l4/syscall.h>
#include <l4/utcb.h>

static inline long l4_syscall1(unsigned long number, l4_word_t a)
{
	long result;

	asm volatile("syscall" : "=a" (result)
		     : "a" (number), "D" (a)
		     : "rcx", "r11", "memory");
	return result;
}

static inline long l4_syscall2(unsigned long number, l4_word_t a, l4_word_t b)
{
	long result;

	asm volatile("syscall" : "=a" (result)
		     : "a" (number), "D" (a), "S" (b)
		     : "rcx", "r11", "memory");
	return result;
}

static inline long l4_syscall3(unsigned long number, l4_word_t a, l4_word_t b, l4_word_t c)
{
	long result;

	asm volatile("syscall" : "=a" (result)
		     : "a" (number), "D" (a), "S" (b), "d" (c)
		     : "rcx", "r11", "memory");
	return result;
}

static inline long l4_syscall4(unsigned long number, l4_word_t a, l4_word_t b, l4_word_t c,
			       l4_word_t d)
{
	register l4_word_t r10 asm("r10") = d;
	long result;

	asm volatile("syscall" : "=a" (result)
		     : "a" (number), "D" (a), "S" (b), "d" (c), "r" (r10)
		     : "rcx", "r11", "memory");
	return result;
}

/* What travels in registers: in and out of l4_ipc. */
struct l4_msg {
	l4_word_t tag;		/* in: what to send; out: what came */
	l4_word_t label;	/* out: of the gate the message came through */
	l4_word_t mr[L4_MSG_REGS];
};

/*
 * The general form. Returns 0, with tag, label and words of what was received
 * in *msg, or an error, with *msg's content lost.
 */
static inline long l4_ipc(l4_cap_t dest, l4_word_t flags, struct l4_msg *msg)
{
	register l4_word_t r8 asm("r8") = msg->mr[0];
	register l4_word_t r9 asm("r9") = msg->mr[1];
	register l4_word_t r10 asm("r10") = msg->mr[2];
	l4_word_t rbx = msg->mr[3];
	l4_word_t rdi = dest;
	long result;

	asm volatile("syscall"
		     : "=a" (result), "+D" (rdi), "+r" (r8), "+r" (r9), "+r" (r10), "+b" (rbx)
		     : "a" (L4_CALL_IPC), "S" (msg->tag), "d" (flags)
		     : "rcx", "r11", "memory");
	msg->label = rdi;
	msg->mr[0] = r8;
	msg->mr[1] = r9;
	msg->mr[2] = r10;
	msg->mr[3] = rbx;
	if (result < 0)
		return result;
	msg->tag = result;
	return 0;
}

static inline l4_word_t l4_send_timeout(l4_word_t timeout)
{
	return timeout << L4_IPC_SEND_TIMEOUT_SHIFT;
}

static inline l4_word_t l4_recv_timeout(l4_word_t timeout)
{
	return timeout << L4_IPC_RECV_TIMEOUT_SHIFT;
}

/* The usual forms, without timeouts; or'ing timeouts to flags is l4_ipc's business. */
static inline long l4_ipc_send(l4_cap_t dest, struct l4_msg *msg)
{
	return l4_ipc(dest, L4_IPC_SEND, msg);
}

static inline long l4_ipc_recv(struct l4_msg *msg)
{
	return l4_ipc(L4_CAP_NONE, L4_IPC_RECV, msg);
}

/* Only from the thread behind a gate, a thread, or an irq. */
static inline long l4_ipc_recv_from(l4_cap_t partner, struct l4_msg *msg)
{
	return l4_ipc(partner, L4_IPC_RECV | L4_IPC_CLOSED, msg);
}

static inline long l4_ipc_call(l4_cap_t dest, struct l4_msg *msg)
{
	return l4_ipc(dest, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL, msg);
}

static inline long l4_ipc_reply_wait(struct l4_msg *msg)
{
	return l4_ipc(L4_CAP_NONE, L4_IPC_REPLY | L4_IPC_RECV, msg);
}

static inline long l4_ipc_reply(struct l4_msg *msg)
{
	return l4_ipc(L4_CAP_NONE, L4_IPC_REPLY, msg);
}

/*
 * Receive nothing for that long: a closed receive from the parent, of roottask sigma0,
 * who sends nothing but replies. Who wants to send meanwhile goes on waiting.
 */
static inline long l4_ipc_sleep(l4_word_t timeout)
{
	struct l4_msg msg = { 0 };

	return l4_ipc(L4_CAP_SIGMA0, L4_IPC_RECV | L4_IPC_CLOSED | l4_recv_timeout(timeout), &msg);
}

/* The shortest timeout of at least so many microseconds. */
static inline l4_word_t l4_timeout_us(l4_word_t us)
{
	l4_word_t exponent = 0;

	if (!us)
		return L4_TIMEOUT_ZERO;
	while (us > 1023) {
		us = (us + 1) >> 1;
		exponent++;
	}
	return us | (exponent << 10);
}

static inline long l4_task_create(l4_cap_t slot, l4_word_t quota, l4_word_t flags)
{
	return l4_syscall3(L4_CALL_TASK_CREATE, slot, quota, flags);
}

static inline long l4_thread_create(l4_cap_t slot, l4_cap_t task, l4_word_t utcb, l4_word_t flags)
{
	return l4_syscall4(L4_CALL_THREAD_CREATE, slot, task, utcb, flags);
}

static inline long l4_gate_create(l4_cap_t slot, l4_cap_t thread, l4_word_t label)
{
	return l4_syscall3(L4_CALL_GATE_CREATE, slot, thread, label);
}

static inline long l4_irq_create(l4_cap_t slot, l4_cap_t system, l4_word_t pin)
{
	return l4_syscall3(L4_CALL_IRQ_CREATE, slot, system, pin);
}

static inline long l4_irq_bind(l4_cap_t irq, l4_word_t mode, l4_cap_t thread, l4_word_t label)
{
	return l4_syscall4(L4_CALL_IRQ_CONTROL, irq, L4_IRQ_BIND | mode, thread, label);
}

static inline long l4_irq_unbind(l4_cap_t irq)
{
	return l4_syscall4(L4_CALL_IRQ_CONTROL, irq, L4_IRQ_UNBIND, 0, 0);
}

static inline long l4_irq_ack(l4_cap_t irq)
{
	return l4_syscall4(L4_CALL_IRQ_CONTROL, irq, L4_IRQ_ACK, 0, 0);
}

static inline long l4_irq_raise(l4_cap_t irq)
{
	return l4_syscall4(L4_CALL_IRQ_CONTROL, irq, L4_IRQ_RAISE, 0, 0);
}

/* To another thread; an MSI's result is what its device is to be told now, as that of l4_irq_bind is. */
static inline long l4_irq_move(l4_cap_t irq, l4_cap_t thread)
{
	return l4_syscall4(L4_CALL_IRQ_CONTROL, irq, L4_IRQ_MOVE, thread, 0);
}

static inline long l4_map(l4_cap_t task, l4_word_t fpage, l4_word_t where)
{
	return l4_syscall3(L4_CALL_MAP, task, fpage, where);
}

static inline long l4_unmap(l4_word_t fpage, l4_word_t flags)
{
	return l4_syscall2(L4_CALL_UNMAP, fpage, flags);
}

static inline long l4_thread_control(l4_cap_t thread, l4_word_t what, l4_word_t value)
{
	return l4_syscall3(L4_CALL_THREAD_CONTROL, thread, what, value);
}

static inline long l4_thread_start(l4_cap_t thread, l4_word_t ip, l4_word_t sp, l4_word_t arg)
{
	return l4_syscall4(L4_CALL_THREAD_START, thread, ip, sp, arg);
}

/* op: L4_REGS_READ, L4_REGS_WRITE; the registers are *l4_utcb_regs() of the caller. */
static inline long l4_thread_regs(l4_cap_t thread, l4_word_t op)
{
	return l4_syscall2(L4_CALL_THREAD_REGS, thread, op);
}

/*
 * Returns only if the frame is refused. The caller's stack must not be in use
 * below the frame (where the next upcall may push), so the caller is either
 * on the frame's own stack above it or does not expect to go on.
 */
static inline long l4_vcpu_resume(struct l4_frame *frame)
{
	long result;

	asm volatile("mov %%rsp, %%rbx\n\t"
		     "mov %[frame], %%rsp\n\t"
		     "syscall\n\t"
		     "mov %%rbx, %%rsp"
		     : "=a" (result)
		     : "a" (L4_CALL_VCPU_RESUME), [frame] "r" (frame)
		     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory");
	return result;
}

static inline long l4_vcpu_control(l4_word_t op, l4_word_t a, l4_word_t b)
{
	return l4_syscall3(L4_CALL_VCPU_CONTROL, op, a, b);
}

static inline long l4_guest_update(l4_word_t task, l4_word_t count)
{
	return l4_syscall2(L4_CALL_GUEST_UPDATE, task, count);
}

static inline long l4_task_info(l4_cap_t task, l4_word_t what)
{
	return l4_syscall2(L4_CALL_TASK_INFO, task, what);
}

static inline long l4_system_control(l4_cap_t system, l4_word_t op, l4_word_t value)
{
	return l4_syscall3(L4_CALL_SYSTEM_CONTROL, system, op, value);
}

static inline long l4_yield(void)
{
	return l4_syscall1(L4_CALL_YIELD, L4_CAP_NONE);
}

static inline long l4_yield_to(l4_cap_t thread)
{
	return l4_syscall1(L4_CALL_YIELD, thread);
}

/* Instructions that C cannot express; ports need the right to them. */
static inline void l4_port_out8(unsigned short port, unsigned char value)
{
	asm volatile("outb %0, %1" : : "a" (value), "Nd" (port));
}

static inline void l4_port_out16(unsigned short port, unsigned short value)
{
	asm volatile("outw %0, %1" : : "a" (value), "Nd" (port));
}

static inline void l4_port_out32(unsigned short port, unsigned int value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline unsigned int l4_port_in32(unsigned short port)
{
	unsigned int value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline unsigned char l4_port_in8(unsigned short port)
{
	unsigned char value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline unsigned short l4_port_in16(unsigned short port)
{
	unsigned short value;

	asm volatile("inw %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

/*
 * Whose UTCB? libl4 keeps its address in FS base, which is the thread's own,
 * and the slot of the thread's capability in the UTCB (startup.c, thread.c).
 */
static inline struct l4_utcb *l4_utcb(void)
{
	struct l4_utcb *utcb;

	asm volatile("rdfsbase %0" : "=r" (utcb));
	return utcb;
}

static inline l4_cap_t l4_self(void)
{
	return l4_utcb()->user[0];
}

static inline void l4_thread_is(struct l4_utcb *utcb, l4_cap_t thread)
{
	asm volatile("wrfsbase %0" : : "r" (utcb));
	utcb->user[0] = thread;
}

static inline l4_word_t l4_rdtsc(void)
{
	unsigned int low, high;

	asm volatile("rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return low | ((l4_word_t)high << 32);
}

#endif
