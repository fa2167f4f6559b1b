/* SPDX-License-Identifier: GPL-2.0 */
/* Saying things on the boot console, and giving up readably. */
#ifndef PANIC_H
#define PANIC_H

#include "lib/types.h"

/* Formats: %s %c %d %u %x, each also with l; %p; width and 0 before d u x. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For our own mistakes: prints registers and a backtrace, then stops. */
__noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For what a person can mend: one sentence, no backtrace, then stops. */
__noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct l4_frame;

/* For an exception in the kernel: the same, with the frame. */
__noreturn void panic_trap(u64 vector, const struct l4_frame *frame);

/* What makes the other CPUs stand still: called first, when one is lost. */
void panic_stops(void (*others)(void));

/* 0: none */
void machine_set_exit_port(u16 port);

/* Ends the machine: QEMU's exit port if the command line names one, else halt. */
__noreturn void machine_stop(u8 code);

#define assert(cond) \
	do { \
		if (unlikely(!(cond))) \
			panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond); \
	} while (0)

#endif
