/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measures the microkernel's calls in ticks of the TSC, which are instructions
 * where QEMU counts them (-icount shift=0). What is counted: the instruction
 * that enters the kernel, all in the kernel, the one that leaves it. What ring
 * 3 executes in between is known, see asm.S, and subtracted.
 */
#ifndef BENCH_H
#define BENCH_H

#include <l4/utcb.h>

#define ROUNDS		64	/* of each operation; the smallest counts */

/* Slots of the main thread's task */
#define SLOT_MAIN	256	/* gate to the main thread: pager and handler of all others */
#define SLOT_IRQ	257
#define SLOT_NEW	258
#define SLOT_WORKER	260	/* + 4 n: worker n's thread, task, gate */

/* This server's image, memory to map around, and where it goes; order of both */
#define IMAGE_BASE	0x700000000000UL
#define IMAGE_ORDER	24
#define MEMORY_BASE	0x20000000000UL
#define MEMORY_ORDER	20
#define MEMORY_SIZE	(1UL << MEMORY_ORDER)
#define MAP_BASE	0x30000000000UL
#define WORKER_UTCB	0x00007fff20000000UL

/* The same in the vCPU's task, whose lower half is its guest's */
#define VCPU_IMAGE	0xffffff8000000000UL
#define VCPU_MEMORY	0xffffff9000000000UL
#define VCPU_UTCB	0xffffffffffdff000UL
#define VCPU_GUEST	20	/* slot there */

/* A system call with its registers, and what came of it. Offsets are known to asm.S. */
struct timed {
	l4_word_t number, di, si, dx, r10, r8, r9, bx;
	long result;
	l4_word_t begin, middle, end;	/* middle: r8 as it came back */
};

enum result {
	NULL_CALL,
	CALL_WITHIN_0, REPLY_WITHIN_0, CALL_WITHIN_4, REPLY_WITHIN_4, CALL_WITHIN_64, REPLY_WITHIN_64,
	CALL_0, REPLY_0, CALL_4, REPLY_4, CALL_64, REPLY_64,
	STRING_4K, STRING_4K_REPLY, STRING_64K, STRING_64K_REPLY,
	MAP_1, MAP_64, UNMAP_1, UNMAP_64,
	IRQ, PAGE_FAULT, YIELD,
	TASK_CREATE, TASK_DELETE,
	GUEST_MAP_1, GUEST_MAP_16, GUEST_UNMAP_1, GUEST_UNMAP_16,
	VCPU_RESUME, VCPU_UPCALL,
	RESULTS,
};

/* Reached ip-relatively, also their addresses: the vCPU runs where the image is mapped again. */
#pragma GCC visibility push(hidden)

/* The smallest so far; main() has them set to the largest number. */
extern l4_word_t results[RESULTS];

static inline void note(enum result which, l4_word_t ticks)
{
	if (ticks < results[which])
		results[which] = ticks;
}

/* vcpu.c: what the vCPU does; then it tells the main thread 0, or where it failed. */
void vcpu_main(void);

/* Instructions of ring 3 between two readings of the clock, the second one included. */
#define TIMED_BEFORE	3	/* up to the call */
#define TIMED_AFTER	2
#define TIMED_ALL	(TIMED_BEFORE + TIMED_AFTER)
#define SERVER_ARRIVES	2	/* from its return from the kernel to its reading of the clock */
#define SERVER_LEAVES	3
#define YIELDER		2
#define RESUME_BEFORE	3
#define GUEST_ARRIVES	2
#define GUEST_LEAVES	1
#define UPCALL_AFTER	1

/* Carries out the call; nothing instead; reads at di, a word that is not mapped. */
void timed_call(struct timed *timed);
void timed_nothing(struct timed *timed);
void timed_read(struct timed *timed);

/* Threads: answers each message with this tag and the time in word 0; yields; takes interrupts. */
void server_loop(l4_word_t tag);
void yield_loop(l4_word_t unused);
void irq_loop(l4_word_t unused);
extern l4_word_t irq_arrived;

/* Resumes the frame until the guest's system call; begin and end. The guest leaves middle in r8. */
void timed_resume(struct l4_frame *frame, struct timed *timed);
void vcpu_entry_syscall(void);
void vcpu_entry_event(void);
extern const char guest_code[];

#pragma GCC visibility pop

#endif
