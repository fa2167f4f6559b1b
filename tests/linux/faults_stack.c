/* SPDX-License-Identifier: GPL-2.0 */
/* Stack pointers and signal frames that lead nowhere. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "faults.h"

static volatile unsigned int depth;

/* A push through a stack pointer that points to nothing. */
static void push(uint64_t sp)
{
	asm volatile("movq %0, %%rsp; pushq $1; ud2" : : "r" (sp) : "memory");
}

static void pop(uint64_t sp)
{
	asm volatile("movq %0, %%rsp; popq %%rax; ud2" : : "r" (sp) : "rax", "memory");
}

/* The system call needs no stack; the signal after it does. */
static void raise_without_stack(uint64_t sp)
{
	asm volatile("movq %0, %%rbx; movl $39, %%eax; syscall; movl %%eax, %%edi;"
		     "movl $62, %%eax; movl $11, %%esi; movq %%rbx, %%rsp; syscall; ud2"
		     : : "r" (sp) : "rax", "rbx", "rcx", "r11", "rdi", "rsi", "memory");
}

/* An interrupt must find its way too: a while of work on no stack. */
static void work_without_stack(uint64_t sp)
{
	asm volatile("movq %0, %%rsp; movl $20000000, %%ecx;"
		     "1: subl $1, %%ecx; jnz 1b; ud2" : : "r" (sp) : "rcx", "memory");
}

static void without_alternate(uint64_t sp)
{
	stack_t stack = { .ss_flags = SS_DISABLE };

	sigaltstack(&stack, NULL);
	push(sp);
}

static void bad_alternate(uint64_t base)
{
	stack_t stack = { .ss_sp = (void *)base, .ss_size = 65536 };

	if (sigaltstack(&stack, NULL) < 0)
		result("sigaltstack refused");
	push(0);
}

static int recurse(void)
{
	volatile char room[1000];

	room[0] = depth++;
	return depth ? recurse() + room[0] : 0;
}

static void overflow(uint64_t unused)
{
	(void)unused;
	recurse();
}

static void bad_sigreturn(uint64_t sp)
{
	asm volatile("movq %0, %%rsp; movl $15, %%eax; syscall; ud2"
		     : : "r" (sp) : "rax", "memory");
}

/* What the handler does to the frame it returns through. */
enum spoil { SPOIL_IP, SPOIL_SP, SPOIL_CS, SPOIL_SS, SPOIL_FLAGS, SPOIL_FPU, SPOIL_NOTHING };

static enum spoil spoil;
static uint64_t spoil_value;

static void spoiler(int number, siginfo_t *info, void *context)
{
	ucontext_t *frame = context;
	greg_t *regs = frame->uc_mcontext.gregs;

	(void)number;
	(void)info;
	switch (spoil) {
	case SPOIL_IP:
		regs[REG_RIP] = spoil_value;
		break;
	case SPOIL_SP:
		regs[REG_RSP] = spoil_value;
		break;
	case SPOIL_CS:
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~0xffffL) | spoil_value;
		break;
	case SPOIL_SS:
		regs[REG_CSGSFS] = (regs[REG_CSGSFS] & 0xffffffffffffL) | spoil_value << 48;
		break;
	case SPOIL_FLAGS:
		regs[REG_EFL] = spoil_value;
		break;
	case SPOIL_FPU:
		frame->uc_mcontext.fpregs = (void *)spoil_value;
		break;
	case SPOIL_NOTHING:
		break;
	}
}

static void return_through(enum spoil what, uint64_t value)
{
	struct sigaction action = { .sa_sigaction = spoiler, .sa_flags = SA_SIGINFO };
	uint64_t flags;

	spoil = what;
	spoil_value = value;
	sigaction(SIGUSR1, &action, NULL);
	kill(getpid(), SIGUSR1);
	asm volatile("pushfq; popq %0" : "=r" (flags));
	/* IF, IOPL, TF, NT, VM, VIF: what no frame may change in our favour */
	result("flags %#lx", flags & 0x1a7300);
}

#define RETURN_CASE(name, what)				\
	static void name(uint64_t value)		\
	{						\
		return_through(what, value);		\
	}

RETURN_CASE(return_ip, SPOIL_IP)
RETURN_CASE(return_sp, SPOIL_SP)
RETURN_CASE(return_cs, SPOIL_CS)
RETURN_CASE(return_ss, SPOIL_SS)
RETURN_CASE(return_flags, SPOIL_FLAGS)
RETURN_CASE(return_fpu, SPOIL_FPU)
RETURN_CASE(return_plain, SPOIL_NOTHING)

static void fault_again(int number)
{
	(void)number;
	*(volatile char *)0 = 1;
}

static void fault_in_handler(uint64_t unused)
{
	(void)unused;
	signal(SIGSEGV, fault_again);
	*(volatile char *)0 = 1;
}

const struct fault_case stack_cases[] = {
	{ "push at 0", push, 0 },
	{ "push at 8", push, 8 },
	{ "push at non-canonical", push, 0x800000000010 },
	{ "push at bit 63", push, 1UL << 63 },
	{ "push at direct map", push, 0xffff888000100000 },
	{ "push at image of Linux", push, 0xffffffff81000000 },
	{ "push at microkernel", push, 0xffff804000001000 },
	{ "pop at 0", pop, 0 },
	{ "pop at non-canonical", pop, 0x800000000000 },
	{ "pop at image of Linux", pop, 0xffffffff81000000 },
	{ "raise at 0", raise_without_stack, 0 },
	{ "raise at non-canonical", raise_without_stack, 1UL << 63 },
	{ "raise at image of Linux", raise_without_stack, 0xffffffff81000000 },
	{ "work at 0", work_without_stack, 0 },
	{ "work at non-canonical", work_without_stack, 1UL << 63 },
	{ "work at microkernel", work_without_stack, 0xffff804000001000 },
	{ "no alternate stack", without_alternate, 0 },
	{ "alternate stack at 0x1000", bad_alternate, 0x1000 },
	{ "alternate stack in Linux", bad_alternate, 0xffffffff81000000 },
	{ "overflow", overflow, 0 },
	{ "sigreturn at 0", bad_sigreturn, 0 },
	{ "sigreturn at non-canonical", bad_sigreturn, 1UL << 63 },
	{ "sigreturn at image of Linux", bad_sigreturn, 0xffffffff81000000 },
	{ "return plain", return_plain, 0 },
	{ "return to 0", return_ip, 0 },
	{ "return to non-canonical", return_ip, 0x800000000000 },
	{ "return to bit 63", return_ip, 1UL << 63 },
	{ "return to image of Linux", return_ip, 0xffffffff81000000 },
	{ "return to microkernel", return_ip, 0xffff804000000000 },
	{ "return with sp 0", return_sp, 0 },
	{ "return with sp non-canonical", return_sp, 0x800000000000 },
	{ "return with cs kernel", return_cs, 0x10 },
	{ "return with cs 0", return_cs, 0 },
	{ "return with cs data", return_cs, 0x2b },
	{ "return with cs wild", return_cs, 0xffff },
	{ "return with ss kernel", return_ss, 0x18 },
	{ "return with ss 0", return_ss, 0 },
	{ "return with ss wild", return_ss, 0xffff },
	{ "return with iopl", return_flags, 0x3202 },
	{ "return without interrupts", return_flags, 2 },
	{ "return with all flags", return_flags, 0x1a7000 },
	{ "return with step", return_flags, 0x302 },
	{ "return with fpu at 8", return_fpu, 8 },
	{ "return with fpu in Linux", return_fpu, 0xffffffff81000000 },
	{ "return with fpu non-canonical", return_fpu, 1UL << 63 },
	{ "fault in handler", fault_in_handler, 0 },
	{ 0 },
};
