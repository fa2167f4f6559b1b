/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests on a vCPU. It runs in a host task of its own, where this server's
 * image and the 4 MiB of test memory are mapped in the upper half, because
 * the lower half shows the guest. Code and variables are reached ip-relatively
 * and so are the same as in the main thread's task, but pointers in static
 * tables hold the image's other address there.
 */
#ifndef KTEST_VCPU_H
#define KTEST_VCPU_H

#include "ktest.h"

#define VCPU_IMAGE	0xffffff8000000000UL
#define VCPU_MEMORY	0xffffff9000000000UL
#define UPPER		0xffffffb000000000UL	/* of the upper half, where nothing is */
#define VCPU_UTCB	0xffffffffffdff000UL
#define VCPU_PAGE(n)	(VCPU_MEMORY + (n) * L4_PAGE_SIZE)
#define VCPU_WORKER	7		/* number of its thread, task and gate */

/* Slots of the host task, beside the gates */
#define HOST_TASK	1
#define HOST_THREAD	2
#define HOST_GUEST	20
#define HOST_GUEST_2	21
#define HOST_IRQ	30

/* What guests see */
#define GUEST_CODE	0x400000UL
#define GUEST_DATA	0x500000UL
#define NEW_PAGE	0x700000UL	/* nothing, at first */

/* The last upcall out of user mode, and the last one out of the server itself */
struct vcpu_event {
	struct l4_frame *frame;
	l4_word_t vector;		/* or the number of a system call */
	l4_word_t error;
	l4_word_t address;
	l4_word_t is_event;		/* entered there, not at the entry for system calls */
};

extern struct vcpu_event vcpu_event, server_event;
extern unsigned int server_event_count;
extern l4_word_t server_fixup;		/* where to go on after a fault of the server's, 0: again */

/* Where the vCPU's task has what is at an address of the image's. */
static inline l4_word_t in_host(l4_word_t address)
{
	return address - IMAGE_BASE + VCPU_IMAGE;
}

/* For the main thread: start the vCPU in fn; wait for fn's end. */
const char *start_vcpu(const char *(*fn)(void));
const char *await_vcpu(void);
const char *run_on_vcpu(const char *(*fn)(void));

/* For the vCPU */
static inline struct l4_utcb *vcpu_utcb(void)
{
	return (struct l4_utcb *)VCPU_UTCB;
}

const char *make_guest(l4_cap_t slot);
long guest_map(l4_cap_t slot, l4_word_t va, l4_word_t host_va, l4_word_t pages, l4_word_t rights);
long guest_unmap(l4_cap_t slot, l4_word_t va, l4_word_t pages, l4_word_t rights);
struct l4_frame *user_frame(const char *snippet);

/* The same of one that accesses an address; what it writes is 0x600d. */
struct l4_frame *access_frame(const char *snippet, l4_word_t address);

/* The next resume maps a page, for reading. */
void ride_on_resume(l4_word_t va, l4_word_t host_va);

/* Resume the frame; what comes must be this system call or event. */
#define ANY_ERROR	(~0UL)	/* where QEMU and the manuals differ */
const char *expect_syscall(struct l4_frame *frame, l4_word_t number);
const char *expect_event(struct l4_frame *frame, l4_word_t vector, l4_word_t error,
			 l4_word_t address);

#endif
