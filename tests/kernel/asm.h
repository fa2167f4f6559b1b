/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests need in assembler: asm.S. */
#ifndef KTEST_ASM_H
#define KTEST_ASM_H

#include <l4/utcb.h>

struct worker;

/* Reached ip-relatively, also their addresses. */
#pragma GCC visibility push(hidden)

/* Faulting instructions, to be started as workers or run by guests. */
void user_div(struct worker *self);
void user_ud2(struct worker *self);
void user_hlt(struct worker *self);
void user_cli(struct worker *self);
void user_mov_cr3(struct worker *self);
void user_wrmsr(struct worker *self);
void user_int_99(struct worker *self);
void user_lgdt(struct worker *self);
void user_bad_ss(struct worker *self);
void user_in(struct worker *self);
void user_out(struct worker *self);
void user_int3(struct worker *self);
void user_registers(struct worker *self);
extern const char user_registers_fault[];
void user_syscall(struct worker *self);

/* Fills xmm0..15 with the value, spins `rounds' times, and returns how many registers then differ. */
l4_word_t xmm_check(l4_word_t value, l4_word_t rounds);

/* The parts of it. */
void xmm_fill(l4_word_t value);
l4_word_t xmm_differ(l4_word_t value);

/* A system call with all registers, and these after it. */
struct registers {
	l4_word_t ax, bx, dx, si, di, bp, r8, r9, r10, r12, r13, r14, r15;
};

void syscall_with(struct registers *registers);

/* Any system call with any arguments; everything the kernel may change is saved. */
long any_syscall(l4_word_t number, const l4_word_t arg[8]);

/* Code of guests: one page, from guest_code on; each snippet is entered at its offset. */
extern const char guest_code[];
extern const char guest_function[], guest_syscall[], guest_read[], guest_write[], guest_loop[], guest_flags[],
	guest_push[], guest_bases[], guest_write_byte[], guest_stack_segment[],
	guest_rdtsc[], guest_jump[], guest32_syscall[], guest32_loop[], guest32_write[],
	guest32_back[];

/* vCPU entries; see vcpu.c. */
void vcpu_entry_syscall(void);
void vcpu_entry_event(void);
long vcpu_run(struct l4_frame *frame);

/* A word the server may not be able to read; a fault is to go on at vcpu_read_fixup. */
l4_word_t vcpu_read(l4_word_t address);
extern const char vcpu_read_fixup[];
l4_word_t vcpu_in(l4_word_t port);	/* the same for a byte of a port */

/* A push with this stack pointer, which faults; its handler is to go on at vcpu_push_fixup. */
l4_word_t vcpu_push(l4_word_t sp);
extern const char vcpu_push_fixup[];

#pragma GCC visibility pop

#endif
