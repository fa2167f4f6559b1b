/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SGDT, SIDT, SLDT, STR and SMSW in user mode, by each kind of operand: what
 * Linux answers, without telling where its tables are. The lines of two kernels
 * can be compared.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static void fault(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf(" signal %d code %d address %#lx error %#llx trap %lld cr2 %#llx\n", number, info->si_code,
	       (unsigned long)info->si_addr, regs[REG_ERR], regs[REG_TRAPNO], regs[REG_CR2]);
	fflush(stdout);
	_exit(5);
}

#include "child.h"

static unsigned char room[64] __attribute__((aligned(16), used));
static __thread unsigned char of_thread[16];

static void show(const unsigned char *bytes)
{
	for (int i = 0; i < 12; i++)
		printf(" %02x", bytes[i]);
}

/* The operand's registers: rdi is `room', rcx 1. */
#define MEMORY(name, code)						\
	static void name(void)						\
	{								\
		memset(room, 0xaa, sizeof(room));			\
		asm volatile(code : : "D" (room), "c" (1UL),		\
			     "S" ((unsigned long)room - 0x1000)		\
			     : "rax", "r8", "r12", "r13", "memory");	\
		show(room);						\
	}

MEMORY(sgdt, "sgdt (%%rdi)")
MEMORY(sidt, "sidt (%%rdi)")
MEMORY(sgdt_byte, "sgdt 1(%%rdi)")
MEMORY(sgdt_far, "sgdt 0x1000(%%rsi)")
MEMORY(sgdt_index, "sgdt -8(%%rdi,%%rcx,8)")
MEMORY(sgdt_index_only, "movq %%rdi, %%rax; shrq $1, %%rax; sgdt 0(,%%rax,2)")
MEMORY(sgdt_ip, "sgdt room(%%rip)")
MEMORY(sgdt_short, "sgdt (%%edi)")
MEMORY(sgdt_absolute, "sgdt room")
MEMORY(sidt_r8, "movq %%rdi, %%r8; sidt (%%r8)")
MEMORY(sidt_r13, "movq %%rdi, %%r13; sidt 0(%%r13)")
MEMORY(sidt_r12, "movq %%rdi, %%r12; sidt (%%r12)")
MEMORY(sidt_r12_index, "movq %%rcx, %%r12; sidt -4(%%rdi,%%r12,4)")
MEMORY(sidt_bp, "movq %%rbp, %%rax; movq %%rdi, %%rbp; sidt (%%rbp); movq %%rax, %%rbp")
MEMORY(sidt_sp, "movq %%rsp, %%rax; movq %%rdi, %%rsp; sidt (%%rsp); movq %%rax, %%rsp")
MEMORY(sldt, "sldt (%%rdi)")
MEMORY(str, "str (%%rdi)")
MEMORY(smsw, "smsw (%%rdi)")
MEMORY(nowhere, "xorl %%edi, %%edi; sgdt 0x10(%%rdi)")
MEMORY(kernel, "movq $-4096, %%rdi; sidt (%%rdi)")

static void sgdt_fs(void)
{
	unsigned long base;

	memset(of_thread, 0xaa, sizeof(of_thread));
	asm volatile("movq %%fs:0, %0" : "=r" (base));
	asm volatile("sgdt %%fs:(%0)" : : "r" ((unsigned long)of_thread - base) : "memory");
	show(of_thread);
}

#define REGISTER(name, code)						\
	static void name(void)						\
	{								\
		unsigned long a = -1UL, b = -1UL, c = -1UL;		\
									\
		asm volatile(code : "+a" (a), "+d" (b), "+r" (c) : : "r9"); \
		printf(" %lx %lx %lx", a, b, c);			\
	}

REGISTER(sldt_registers, "sldt %%ax; sldt %%edx; sldt %q2")
REGISTER(str_registers, "str %%ax; str %%edx; str %q2")
REGISTER(smsw_registers, "smsw %%ax; smsw %%edx; smsw %q2")
REGISTER(smsw_high, "smsw %%r9; movq %%r9, %0")

int main(void)
{
	run("sgdt", sgdt);
	run("sidt", sidt);
	run("sgdt byte", sgdt_byte);
	run("sgdt far", sgdt_far);
	run("sgdt index", sgdt_index);
	run("sgdt index only", sgdt_index_only);
	run("sgdt ip", sgdt_ip);
	run("sgdt short", sgdt_short);
	run("sgdt absolute", sgdt_absolute);
	run("sgdt fs", sgdt_fs);
	run("sidt r8", sidt_r8);
	run("sidt r13", sidt_r13);
	run("sidt r12", sidt_r12);
	run("sidt r12 index", sidt_r12_index);
	run("sidt bp", sidt_bp);
	run("sidt sp", sidt_sp);
	run("sldt", sldt);
	run("str", str);
	run("smsw", smsw);
	run("nowhere", nowhere);
	run("kernel", kernel);
	run("sldt registers", sldt_registers);
	run("str registers", str_registers);
	run("smsw registers", smsw_registers);
	run("smsw high", smsw_high);
	return 0;
}
