/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that user mode must not or cannot execute. Far returns and IRET
 * are missing: QEMU 7.2 emulates their loads as the supervisor's, which SMAP
 * forbids, and native Linux takes that for a fault of its own.
 */
#include <stdint.h>

#include "faults.h"

#define INSTRUCTION(name, code)						\
	static void name(uint64_t argument)				\
	{								\
		asm volatile(code : : "a" (argument), "d" (0), "c" (0), \
			     "D" (argument) : "rbx", "rsi", "r11", "memory", "cc"); \
	}

static char room[64] __attribute__((aligned(64)));

INSTRUCTION(divide, "xorl %%ebx, %%ebx; divl %%ebx")
INSTRUCTION(divide_signed, "cqto; movq $-1, %%rbx; idivq %%rbx")
INSTRUCTION(cli, "cli")
INSTRUCTION(sti, "sti")
INSTRUCTION(hlt, "hlt")
INSTRUCTION(in_byte, "inb $0x60, %%al")
INSTRUCTION(in_serial, "movl $0x3f8, %%edx; inb %%dx, %%al")
INSTRUCTION(out_byte, "outb %%al, $0x80")
INSTRUCTION(out_exit, "movl $0xf4, %%edx; outl %%eax, %%dx")
INSTRUCTION(in_string, "movl $0x3f8, %%edx; insb")
INSTRUCTION(out_string, "movl $0x3f8, %%edx; movq %%rdi, %%rsi; outsb")
INSTRUCTION(read_cr0, "movq %%cr0, %%rax")
INSTRUCTION(write_cr0, "movq %%rax, %%cr0")
INSTRUCTION(read_cr3, "movq %%cr3, %%rax")
INSTRUCTION(write_cr3, "movq %%rax, %%cr3")
INSTRUCTION(write_cr4, "movq %%rax, %%cr4")
INSTRUCTION(write_cr8, "movq %%rax, %%cr8")
INSTRUCTION(read_dr7, "movq %%dr7, %%rax")
INSTRUCTION(write_dr0, "movq %%rax, %%dr0")
INSTRUCTION(wrmsr, "movl $0xc0000080, %%ecx; wrmsr")
INSTRUCTION(rdmsr, "movl $0xc0000080, %%ecx; rdmsr")
INSTRUCTION(rdpmc, "rdpmc")
INSTRUCTION(xsetbv, "movl $7, %%eax; xsetbv")
INSTRUCTION(xgetbv_bad, "movl $99, %%ecx; xgetbv")
INSTRUCTION(invlpg, "invlpg (%%rdi)")
INSTRUCTION(lgdt, "lgdt (%%rdi)")
INSTRUCTION(lidt, "lidt (%%rdi)")
INSTRUCTION(lldt, "lldt %%ax")
INSTRUCTION(ltr, "ltr %%ax")
INSTRUCTION(lmsw, "lmsw %%ax")
INSTRUCTION(clts, "clts")
INSTRUCTION(invd, "invd")
INSTRUCTION(wbinvd, "wbinvd")
INSTRUCTION(swapgs, "swapgs")
INSTRUCTION(sysret, "leaq 1f(%%rip), %%rcx; sysretq; 1:")
INSTRUCTION(sysexit, "leaq 1f(%%rip), %%rdx; movq %%rsp, %%rcx; sysexitq; 1:")
INSTRUCTION(sysenter, "sysenter")
INSTRUCTION(monitor, "monitor")
INSTRUCTION(mwait, "mwait")
INSTRUCTION(vmcall, "vmcall")
INSTRUCTION(clac, "clac")
INSTRUCTION(stac, "stac")
INSTRUCTION(ud2, "ud2")
INSTRUCTION(ud1, "ud1 %%eax, %%eax")
INSTRUCTION(into, ".byte 0xce")
INSTRUCTION(bad_opcode, ".byte 0x06")
INSTRUCTION(bad_lock, ".byte 0xf0; nop")
INSTRUCTION(too_long, ".fill 15, 1, 0x66; nop")
INSTRUCTION(int3, "int3")
INSTRUCTION(int_3, ".byte 0xcd, 3")
INSTRUCTION(icebp, ".byte 0xf1")
INSTRUCTION(int_0, "int $0")
INSTRUCTION(int_2, "int $2")
INSTRUCTION(int_4, "int $4")
INSTRUCTION(int_8, "int $8")
INSTRUCTION(int_13, "int $13")
INSTRUCTION(int_14, "int $14")
INSTRUCTION(int_32, "int $0x20")
INSTRUCTION(int_128, "int $0x80")
INSTRUCTION(int_239, "int $0xef")
INSTRUCTION(int_255, "int $0xff")
INSTRUCTION(load_ds, "movl %%eax, %%ds; movl %%ds, %%eax")
INSTRUCTION(load_fs, "movl %%eax, %%gs; movl %%gs, %%eax")
INSTRUCTION(load_ss, "movl %%eax, %%ss")
INSTRUCTION(write_gs_base, "wrgsbase %%rax")
INSTRUCTION(write_fs_base, "wrfsbase %%rax")
INSTRUCTION(single_step, "pushfq; orq $0x100, (%%rsp); popfq; nop; nop")
INSTRUCTION(step_syscall, "pushfq; orq $0x100, (%%rsp); movl $39, %%eax; popfq; syscall; nop")
INSTRUCTION(aligned_move, "movaps 1(%%rdi), %%xmm0")
INSTRUCTION(bad_mxcsr, "pushq $-1; ldmxcsr (%%rsp); popq %%rax")
INSTRUCTION(sse_divide, "pushq $0x1d80; ldmxcsr (%%rsp); popq %%rbx; movl $1, %%ebx;"
	    "cvtsi2sdl %%ebx, %%xmm0; xorpd %%xmm1, %%xmm1; divsd %%xmm1, %%xmm0")
INSTRUCTION(sse_invalid, "pushq $0x1f00; ldmxcsr (%%rsp); popq %%rbx;"
	    "xorpd %%xmm0, %%xmm0; divsd %%xmm0, %%xmm0")
INSTRUCTION(x87_divide, "pushq $0x37b; fldcw (%%rsp); popq %%rbx; fld1; fldz; fdivrp; fwait")
INSTRUCTION(x87_stack, "pushq $0x37e; fldcw (%%rsp); popq %%rbx; fstp %%st(0); fwait")
/* IF stays set and IOPL stays 0, whatever user mode pops. */
static void pop_flags(uint64_t argument)
{
	uint64_t flags;

	asm volatile("pushq %1; popfq; pushfq; popq %0; cld"
		     : "=r" (flags) : "r" (argument) : "cc");
	result("flags %#lx", flags & 0x3300);
}

#define ADDRESS(x) ((uint64_t)(uintptr_t)(x))

const struct fault_case instruction_cases[] = {
	{ "divide by zero", divide, 1 },
	{ "divide overflow", divide_signed, 1UL << 63 },
	{ "cli", cli, 0 }, { "sti", sti, 0 }, { "hlt", hlt, 0 },
	{ "in 0x60", in_byte, 0 }, { "in serial", in_serial, 0 },
	{ "out 0x80", out_byte, 0 }, { "out 0xf4", out_exit, 0 },
	{ "ins", in_string, ADDRESS(room) }, { "outs", out_string, ADDRESS(room) },
	{ "read cr0", read_cr0, 0 }, { "write cr0", write_cr0, 0 },
	{ "read cr3", read_cr3, 0 }, { "write cr3", write_cr3, 0 },
	{ "write cr4", write_cr4, 0 }, { "write cr8", write_cr8, 0 },
	{ "read dr7", read_dr7, 0 }, { "write dr0", write_dr0, 0 },
	{ "wrmsr", wrmsr, 0 }, { "rdmsr", rdmsr, 0 }, { "rdpmc", rdpmc, 0 },
	{ "xsetbv", xsetbv, 0 }, { "xgetbv 99", xgetbv_bad, 0 },
	{ "invlpg", invlpg, ADDRESS(room) },
	{ "lgdt", lgdt, ADDRESS(room) }, { "lidt", lidt, ADDRESS(room) },
	{ "lldt", lldt, 0 }, { "ltr", ltr, 0x40 }, { "lmsw", lmsw, 1 },
	{ "clts", clts, 0 }, { "invd", invd, 0 }, { "wbinvd", wbinvd, 0 },
	{ "swapgs", swapgs, 0 }, { "sysret", sysret, 0 }, { "sysexit", sysexit, 0 },
	{ "sysenter", sysenter, 0 }, { "monitor", monitor, ADDRESS(room) },
	{ "mwait", mwait, 0 }, { "vmcall", vmcall, 0 },
	{ "clac", clac, 0 }, { "stac", stac, 0 },
	{ "ud2", ud2, 0 }, { "ud1", ud1, 0 }, { "into", into, 0 },
	{ "bad opcode", bad_opcode, 0 }, { "bad lock", bad_lock, 0 },
	{ "16 bytes", too_long, 0 },
	{ "int3", int3, 0 }, { "int 3", int_3, 0 }, { "icebp", icebp, 0 },
	{ "int 0", int_0, 0 }, { "int 2", int_2, 0 }, { "int 4", int_4, 0 },
	{ "int 8", int_8, 0 }, { "int 13", int_13, 0 }, { "int 14", int_14, 0 },
	{ "int 0x20", int_32, 0 }, { "int 0x80", int_128, 39 },
	{ "int 0xef", int_239, 0 }, { "int 0xff", int_255, 0 },
	{ "ds 0", load_ds, 0 }, { "ds user", load_ds, 0x2b },
	{ "ds kernel", load_ds, 0x18 }, { "ds wild", load_ds, 0xfff8 },
	{ "ds tss", load_ds, 0x40 },
	{ "gs kernel code", load_fs, 0x10 }, { "gs wild", load_fs, 0xfffb },
	{ "ss 0", load_ss, 0 }, { "ss kernel", load_ss, 0x18 }, { "ss user", load_ss, 0x2b },
	{ "gs base non-canonical", write_gs_base, 1UL << 63 },
	{ "gs base kernel", write_gs_base, 0xffff888000000000 },
	{ "fs base non-canonical", write_fs_base, 1UL << 47 },
	{ "single step", single_step, 0 }, { "single step syscall", step_syscall, 0 },
	{ "movaps misaligned", aligned_move, ADDRESS(room) },
	{ "mxcsr reserved", bad_mxcsr, 0 },
	{ "sse divide", sse_divide, 0 }, { "sse invalid", sse_invalid, 0 },
	{ "x87 divide", x87_divide, 0 }, { "x87 stack", x87_stack, 0 },
	{ "popf iopl", pop_flags, 0x3202 }, { "popf no interrupts", pop_flags, 2 },
	{ 0 },
};
