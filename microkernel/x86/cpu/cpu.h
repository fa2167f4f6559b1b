/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The CPUs, and per-CPU state: everything that belongs to one CPU is in its struct cpu,
 * reached through GS while in the kernel. Guarded by being one CPU's own:
 * interrupts are off in the kernel, so nothing here needs a lock. What others look
 * at, or change, says so.
 */
#ifndef X86_CPU_H
#define X86_CPU_H

#include "lib/list.h"
#include "lib/timer.h"
#include "x86/cpu/layout.h"
#include "x86/cpu/x86.h"

struct thread;
struct space;
struct l4_frame;

#define IO_BITMAP_BYTES		8192
#define IO_BITMAP_OFF		0xffff		/* beyond the segment: every port faults */

struct tss {
	u32 reserved0;
	u64 rsp0, rsp1, rsp2;
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 io_base;
	u8 io_bitmap[IO_BITMAP_BYTES + 1];	/* the CPU reads one byte past the end */
} __attribute__((packed));

#define SCHED_PRIORITIES	256

struct run_queue {
	u64 bitmap[SCHED_PRIORITIES / 64];
	struct list queue[SCHED_PRIORITIES];
};

#define CPU_MESSAGES	94	/* vectors for what devices write to the local APIC (MSI) */

struct cpu {
	struct cpu *self;		/* first, so that gs:0 finds it */
	struct thread *current;
	u64 user_sp;			/* ring 3's stack pointer, while entry_syscall.S has no stack */
	u64 scratch[2], resume_ip;	/* entry_*.S use them */
	u64 stack_top;
	u64 cr3;			/* loaded now */
	/* Unless all of it is 0, a switch changes more than registers and page tables. */
	union {
		struct {
			u8 ready_words;		/* bit i: ready.bitmap[i] is not 0 */
			bool fpu_on;		/* CR0.TS clear */
			bool ports_loaded;	/* io_owner is not NULL */
			bool debug_on;		/* debug registers are current's; else off */
			bool runs_vcpu;		/* current is one, and is told when it ends to run */
		};
		u64 care;
	};
	bool trap_tsc;			/* with debug_on: in user mode current may not read the TSC */
	bool need_resched;
	bool timer_dirty;		/* the earliest deadline may have changed */
	bool preempt_off;		/* no windows at preemption points now */
	s32 preempt_left;		/* instructions until the next window */
	u64 slice_end;			/* TSC at which current's timeslice is over; 0: no rival, no end */
	struct thread *fpu_owner;	/* whose FPU state the registers hold */
	struct space *io_owner;		/* whose ports tss.io_bitmap holds */
	u64 io_version;			/* and which version of them */
	u16 server_io_base;		/* tss.io_base for current when it is not in guest user mode */
	struct timer_queue timers;
	u64 alarm;			/* TSC value the timer is set to; 0: it is not */
	u64 since;			/* TSC from which on current's time is not in it yet */
	struct thread *heir;		/* until sched_run(): ready, not in a queue, better than all there */
	struct thread *yielded_to;	/* the same long: whom current yields to */
	struct run_queue ready;
	u32 waits;			/* 1: for the kernel's lock: all of current's registers are in it */
	bool idles;			/* without that lock */
	u32 is_asked;			/* 1: to do a request: see request.h */
	/* It sleeps until this word is that value, or is about to; others look, without a lock. */
	const u32 *sleeps_for;
	u32 sleeps_value;
	u32 number;			/* in cpus[] */
	u32 lapic_id;
	struct l4_frame *stopped;	/* by an NMI, in this: see stop.h */
	u64 stacks;			/* CPU_STACKS of them, STACK_SPAN apart */
	u64 gdt[16];
	struct tss tss;
	struct irq *messages[CPU_MESSAGES];	/* by vector: irq.c's */
	unsigned int next_message;		/* where to look for a free one */
};

#define CPUS_MAX	64

/* Filled at boot, the boot CPU first; does not change afterwards. */
extern struct cpu *cpus[CPUS_MAX];
extern unsigned int cpu_count;
extern bool cpus_many;		/* another one is there, or about to come */

/* What a CPU but the first has of its own, at CPU_AREAS: pages, but for those below each stack. */
struct cpu_area {
	u8 stacks[CPU_STACKS][STACK_SPAN];
	struct cpu cpu;
};

_Static_assert(sizeof(struct cpu_area) <= CPU_AREA_SPAN, "the areas do not overlap");

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	asm("mov %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* Says so before it is: who asks the CPUs for a flush looks there (memory/tlb.c). */
static inline void cpu_load_table(struct cpu *cpu, u64 root)
{
	cpu->cr3 = root;
	write_cr3(root);
}

static inline void cpu_need_table(struct cpu *cpu, u64 root)
{
	if (cpu->cr3 != root)
		cpu_load_table(cpu, root);
}

/* What the CPU can do, found once at boot. */
struct cpu_features {
	bool tsc_deadline, x2apic, large_1g, umip, rdtscp, avx, avx512;
	u64 xcr0;			/* FPU state components switched on */
	u32 xsave_size;			/* bytes they take */
	u32 address_bits;		/* of physical addresses */
};

extern struct cpu_features cpu_features;

/* GDT, TSS and control registers of the CPU this runs on; GS works from here on. */
void cpu_init_boot(void);
void cpu_give_stacks(struct cpu *cpu, u8 (*stacks)[STACK_SPAN]);	/* before that */
void cpu_init(struct cpu *cpu);

/* This CPU, whoever's GS base is loaded: its stack tells. */
struct cpu *cpu_by_stack(void);

/* GS base is the kernel's from here on: for what never goes back. */
void cpu_take_gs(void);

/* The boot CPU's stacks: see layout.h. Is an address in a page below some CPU's stack, or in a stack itself. */
extern u8 cpu_boot_stacks[CPU_STACKS + 1][STACK_SPAN];
bool cpu_is_guard(u64 address);
bool cpu_is_stack(u64 address);

#endif
