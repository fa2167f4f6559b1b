/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU: how a host task (the Linux server) runs guest tasks (its
 * processes) on one thread. Ideas: Lackorzynski, Warg, Peter, "Generic
 * virtualization with virtual processors" (2010): upcalls, a virtual
 * interrupt flag in memory, resume.
 *
 * UPCALL. A system call, fault or interrupt in guest user mode, and a fault or
 * interrupt in the server itself, makes the kernel switch to the host view,
 * push a struct l4_frame on the server's stack and enter the server:
 *   - user mode interrupted: the frame ends at vcpu.entry_sp;
 *   - server interrupted: below its stack pointer, aligned down to 16 first.
 * On entry rsp points to the frame, flags are clear but for IF, the virtual
 * interrupt flag is off, and
 *     system call (entered at entry_syscall):
 *         rdi = rsp, rsi = the number the process passed in rax
 *         frame: orig_ax = that number, ax = -38, cx = ip, r11 = flags
 *     anything else (entered at entry_event):
 *         rdi = rsp, rsi = vector, rdx = error code, or DR6 (1),
 *         rcx = fault address (14)
 *         frame: orig_ax = -1; all other registers as they were
 *     all other registers: undefined.
 * A vector below 32 is the CPU's exception number; L4_VCPU_VECTOR_IRQ says
 * that bits in vcpu.pending are set and wait to be taken (by an atomic
 * exchange). FS and GS base, the data segment registers and the FPU are left
 * as they are: the server switches them itself.
 *
 * In frames cs tells who is meant: L4_CS_USER (0x33) with ss L4_SS_USER (0x2b)
 * is guest user mode; L4_CS_SERVER (0x10) with ss L4_SS_SERVER (0x18) the
 * server itself, so that code written for a kernel can test cs & 3. In a
 * server frame flags.IF is the virtual interrupt flag. L4_CS_USER32 (0x23) is
 * guest user mode in 32-bit code, which a guest may jump to by itself: of ip
 * only the lower half counts, SYSCALL returns -38 (or, while debug registers
 * are in use, is an invalid opcode) and nobody is entered.
 *
 * DEBUG REGISTERS. Once L4_VCPU_DEBUG is called, DR0 to DR3 and DR7 are what
 * the vCPU area holds whenever this vCPU runs, in user mode or as the server,
 * which sees the same lower half; a hit is an upcall with vector 1. Addresses
 * of the lower half only; breakpoints on instructions (length 0), writes and
 * accesses; exact bits as you like; nothing else. What the server writes there
 * later may be loaded at any time, or, if it is not allowed, none of it. The
 * kernel's own accesses to what is watched hit nothing. With the bit
 * L4_VCPU_TRAP_TSC RDTSC and RDTSCP are general protection faults in user mode;
 * the server always has them.
 *
 * RESUME. l4_vcpu_resume takes the frame that rsp points to. cs picks where
 * to; the virtual interrupt flag becomes frame.flags.IF for the server and on
 * for user mode. When it becomes on and irq_pending is set, the interrupt upcall
 * comes at once, with the frame resumed to as its frame.
 */
#ifndef L4_VCPU_H
#define L4_VCPU_H

#include <l4/types.h>

#define L4_CS_USER		0x33
#define L4_CS_USER32		0x23
#define L4_SS_USER		0x2b
#define L4_CS_SERVER		0x10
#define L4_SS_SERVER		0x18

#define L4_VCPU_VECTOR_IRQ	32

/*
 * vcpu.pending: bits 0..61 are those of irq objects with these labels, 63 is the vCPU's timer.
 * Labels 64..319 are bits of pending_more, `label % 64' of word `label / 64 - 1'; bit 62 of
 * pending says that some of those are set, or have been.
 */
#define L4_VCPU_PENDING_MORE	62
#define L4_VCPU_PENDING_TIMER	63
#define L4_VCPU_MORE_WORDS	4
#define L4_VCPU_MORE_FIRST	64
#define L4_VCPU_LABELS		(L4_VCPU_MORE_FIRST + 64 * L4_VCPU_MORE_WORDS)

/* In debug_control, above what is DR7. */
#define L4_VCPU_TRAP_TSC	(1UL << 32)

#define L4_BATCH_MAX		120

/* Operations of a batch entry, in the low bits of guest_va. */
#define L4_BATCH_RIGHTS		7UL		/* L4_RIGHT_* */
#define L4_BATCH_MAP		(0UL << 3)	/* map, replacing what is there */
#define L4_BATCH_UNMAP		(1UL << 3)	/* take the rights given away; with R, unmap */
/*
 * With MAP: if it is device memory writes to it may be put off and put together
 * (write-combining), as a frame buffer's. Otherwise it says nothing.
 */
#define L4_BATCH_WC		(1UL << 4)

#ifndef __ASSEMBLER__

struct l4_frame {
	l4_word_t r15, r14, r13, r12, bp, bx;
	l4_word_t r11, r10, r9, r8, ax, cx, dx, si, di;
	l4_word_t orig_ax;
	l4_word_t ip, cs, flags, sp, ss;
};

/*
 * The part of the UTCB page that server and kernel share. Written by both on
 * the same CPU only: plain stores by the kernel, single instructions by the
 * server.
 */
struct l4_vcpu {
	unsigned char irq_on;		/* virtual interrupt flag: 0 or 1 */
	unsigned char irq_pending;	/* pending != 0; cleared by the server, before it takes pending */
	unsigned char preempted;	/* 1: when it last lost its CPU it was ready; for who waits for this vCPU */
	unsigned char reserved[5];
	l4_word_t pending;		/* what waits; the server takes it with xchg */
	l4_word_t entry_sp;		/* where upcalls from user mode push: top of the current stack */
	l4_word_t batch_count;		/* entries in batch[] that the next resume carries out; 0 after */
	l4_word_t batch_error;		/* result of the batch that rode on the last resume: 0 or -L4_E* */
	l4_word_t batch_done;		/* entries of it that were carried out whole */
	l4_word_t batch_generation;	/* of batch[], see below; 0: none */
	l4_word_t debug_address[4];	/* DR0 to DR3, for L4_VCPU_DEBUG */
	l4_word_t debug_control;	/* DR7 and L4_VCPU_TRAP_TSC */
	/* In TSC ticks: it has had its CPU for run_time, and again since run_since. */
	l4_word_t run_time, run_since;
	l4_word_t pending_more[L4_VCPU_MORE_WORDS];	/* taken as pending is, after it */
};

/*
 * GENERATIONS. With several vCPUs a map can be older than an unmap: one vCPU reads
 * what it is to map, another changes that and unmaps, and the map comes last. So
 * the server may number what it does to a target: it raises a number, atomically,
 * after each change and before the unmap, which carries the new number; a map
 * carries the one that was read before what it is made of. The kernel keeps the
 * highest of a target's unmaps, of those that failed, too. A batch with a lower
 * one that maps anything is refused (EBUSY): before anything is changed, or where
 * it was when the unmap came, as a batch can be broken off. batch_done entries, or
 * on a resume more than those, had been carried out then, and the unmap came after
 * them. A batch of unmaps is always carried out; a lower number changes nothing of
 * what is kept. Each guest has a highest number of its own, and so has the
 * server's own upper half; a new guest's is 0. A batch has one number for all of
 * its entries, batch_generation; 0 stands for none: nothing is refused, nothing
 * kept.
 */

/*
 * One entry changes `pages' pages (4 KiB each) of the target, from guest_va
 * on. MAP takes the frames that the host task itself has at host_va (it must
 * hold the rights it passes on); where 2 MiB are contiguous and aligned on
 * both sides the kernel uses a large page. UNMAP ignores host_va, may cover
 * any range, mapped or not, and frees page tables it empties.
 */
struct l4_batch_entry {
	l4_word_t guest_va;		/* page aligned, with operation and rights in its low bits */
	l4_word_t host_va;
	l4_word_t pages;
};

#endif
#endif
