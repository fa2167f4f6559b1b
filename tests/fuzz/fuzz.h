/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fuzzer: in rounds, threads in tasks of their own make random system
 * calls, while a victim in another task computes and keeps time. The main
 * thread takes roottask's place, makes the tasks, starts threads that came to a
 * stop again, and compares what is there after each round.
 *
 * A task has this server's code, and a copy of its data of its own: its
 * threads may break that, never the main thread's. What a thread draws depends
 * on the seed, the round and its number only.
 *
 * With several CPUs each has a victim, and threads of different tasks; those of
 * one task are on different CPUs, and both of the host are vCPUs, which share its
 * guests.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <l4/server.h>

/* Who calls: a task without a capability; two that have some of each other; a vCPU host. */
enum { BARE, FIRST_OWNER, SECOND_OWNER, HOST, FUZZ_TASKS };

#define THREADS_PER_TASK	2
#define FUZZ_THREADS		(FUZZ_TASKS * THREADS_PER_TASK)
#define STACK_SIZE		8192
#define CPUS_MAX		4

/* Where a task finds things; the host sees its image and memory in the upper half. */
#define IMAGE_BASE	0x700000000000UL
#define SCRATCH		0x20000000000UL
#define SCRATCH_ORDER	22	/* two large pages */

#define UTCB(n)		(0x00007fff20000000UL + (n) * L4_PAGE_SIZE)
#define HOST_IMAGE	0xffffff8000000000UL
#define HOST_SCRATCH	0xffffff9000000000UL
#define HOST_UTCB	0xffffffffffdff000UL
#define HOST_IMAGES	0x1000000UL	/* from one vCPU's to the next one's */
#define GUEST_CODE	0x400000UL
#define GUEST_DATA	0x500000UL

/* Slots of a fuzzing task that has any; what it makes lands there and above. */
#define OWN_TASK	1
#define OWN_THREAD(n)	(2 + (n))
#define OWN_GATE(n)	(4 + (n))
#define OTHER_TASK	6
#define OTHER_THREAD(n)	(7 + (n))
#define OTHER_GATE(n)	(9 + (n))
#define SOME_IRQ	11
#define SOME_GUEST(n)	(12 + (n))
#define OTHER_IRQ	14		/* with several CPUs */
#define FUZZ_SLOTS	32

/* What one thread is doing; in the copy of the data, and so readable by the main thread. */
struct fuzzer {
	l4_word_t seed;
	volatile l4_word_t calls, wanted;
	volatile l4_word_t number, arg[8];	/* the call it is in, or made last */
	volatile l4_word_t bad_number, bad_arg[8];
	volatile long bad_result;		/* none that the ABI knows: the kernel failed */
	struct l4_utcb *utcb;
	l4_word_t image, scratch;		/* where it sees them */
	l4_word_t cpus;
	char stack[STACK_SIZE] __attribute__((aligned(16)));
};

struct victim {
	volatile l4_word_t khz;			/* of the TSC, set by the main thread */
	volatile l4_word_t halt_after;		/* of ticks that it is late, to look who did it */
	volatile l4_word_t period_us;
	volatile l4_word_t cpu, cpus;		/* which it is of; of how many */
	volatile l4_word_t watch;		/* what its partner does: victim.c */
	const char *volatile partner_wrong;
	volatile l4_word_t turns, wrong, latest;
	const char *volatile what;		/* first thing that was wrong */
	char stack[2][STACK_SIZE] __attribute__((aligned(16)));
};

extern struct fuzzer fuzzers[THREADS_PER_TASK];
extern struct victim victim;

/* Hidden: each address in a task is that of its own view. */
#pragma GCC visibility push(hidden)

/* random.c */
l4_word_t random_next(struct fuzzer *self);
l4_word_t random_below(struct fuzzer *self, l4_word_t limit);
bool random_one_in(struct fuzzer *self, l4_word_t n);
l4_word_t random_word(struct fuzzer *self);	/* any, nearly right or at a limit */
l4_word_t random_slot(struct fuzzer *self);
l4_word_t random_fpage(struct fuzzer *self);

/* caller.c: the entry of ordinary threads; one random call */
void caller(struct fuzzer *self);
void random_call(struct fuzzer *self);
void note_result(struct fuzzer *self, long result);

/* host.c: the entry of vCPUs */
void host(struct fuzzer *self);

/* victim.c: its two threads, slots of its gate and task; every other one's partner is on the next CPU */
#define VICTIM_TASK	1
#define VICTIM_GATE	2
#define VICTIM_ECHO_CPU(cpu, cpus) (((cpu) + (cpu) % 2) % (cpus))
void victim_main(struct victim *self);
void victim_echo(struct victim *self);

#pragma GCC visibility pop

#endif
