/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a thread and a CPU are made of. thread_struct's last member is the FPU
 * state, whose size is found at boot: task_struct is allocated to fit it. Field
 * names are x86's, because x86's FPU, signal and ptrace sources use them.
 */
#ifndef _ASM_L4_PROCESSOR_H
#define _ASM_L4_PROCESSOR_H

#include <linux/cache.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/personality.h>
#include <linux/threads.h>

#include <asm/cpuid.h>
#include <asm/cpufeatures.h>
#include <asm/current.h>
#include <asm/desc_defs.h>
#include <asm/fpu/types.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/pgtable_types.h>
#include <asm/pkru.h>
#include <asm/processor-flags.h>
#include <asm/ptrace.h>
#include <asm/segment.h>
#include <asm/shstk.h>
#include <asm/special_insns.h>
#include <asm/types.h>
#include <asm/vdso/processor.h>
#include <uapi/asm/sigcontext.h>

struct mm_struct;
struct perf_event;
struct seq_operations;
struct task_struct;

#define NET_IP_ALIGN		0	/* unaligned access is cheap */
#define HBP_NUM			4	/* debug address registers */

#define ARCH_MIN_TASKALIGN	__alignof__(union fpregs_state)
#define ARCH_MIN_MMSTRUCT_ALIGN	0

/* One CPU, as CPUID describes it. /proc/cpuinfo shows it. */
struct cpuinfo_x86 {
	u8		x86;			/* family */
	u8		x86_model;
	u8		x86_stepping;
	u8		x86_vendor;
	u8		x86_virt_bits;
	u8		x86_phys_bits;
	u16		x86_clflush_size;
	int		x86_cache_alignment;
	int		cpuid_level;
	u32		extended_cpuid_level;
	u32		microcode;
	u32		x86_power;
	unsigned int	x86_cache_size;		/* KiB */
	int		x86_tlbsize;
	u16		booted_cores;
	u16		cpu_index;
	unsigned long	loops_per_jiffy;
	union {
		u32		x86_capability[NCAPINTS + NBUGINTS];
		unsigned long	x86_capability_alignment;	/* it is a bitmap */
	};
	char		x86_vendor_id[16];
	char		x86_model_id[64];
	struct {
		u32	apicid, initial_apicid;
		u32	pkg_id, core_id, llc_id;
	} topo;
};

#define X86_VENDOR_INTEL	0
#define X86_VENDOR_AMD		2
#define X86_VENDOR_HYGON	9
#define X86_VENDOR_UNKNOWN	0xff

extern struct cpuinfo_x86 boot_cpu_data;
DECLARE_PER_CPU_READ_MOSTLY(struct cpuinfo_x86, cpu_info);
#define cpu_data(cpu)		per_cpu(cpu_info, cpu)

extern const struct seq_operations cpuinfo_op;

void cpu_init(void);
void cpu_init_secondary(void);

/* x86's mm/mmap.c asks it when the CPU has the L1TF bug: never, see cpu.c. */
static inline unsigned long long l1tf_pfn_limit(void)
{
	return ULLONG_MAX;
}

struct thread_struct {
	unsigned long		sp;		/* while switched away */
	unsigned short		es;
	unsigned short		ds;
	unsigned short		fsindex;
	unsigned short		gsindex;
	unsigned long		fsbase;
	unsigned long		gsbase;

	/* ptrace */
	struct perf_event	*ptrace_bps[HBP_NUM];
	unsigned long		virtual_dr6;
	unsigned long		ptrace_dr7;

	/* The last fault, for signal frames */
	unsigned long		cr2;
	unsigned long		trap_nr;
	unsigned long		error_code;

	u32			pkru;		/* always 0; x86's xstate.c copies it */
	struct fpu		fpu;		/* must stay last */
};

void fpu_thread_struct_whitelist(unsigned long *offset, unsigned long *size);

static inline void arch_thread_struct_whitelist(unsigned long *offset,
						unsigned long *size)
{
	fpu_thread_struct_whitelist(offset, size);
}

extern unsigned long __top_init_kernel_stack[];

#define INIT_THREAD	{ .sp = (unsigned long)&__top_init_kernel_stack }

#define TOP_OF_INIT_STACK	((unsigned long)&init_stack + sizeof(init_stack))

/* The frame of user mode: what an upcall from there pushes at the stack's top. */
#define task_pt_regs(task)						\
	((struct pt_regs *)((unsigned long)task_stack_page(task) + THREAD_SIZE) - 1)
#define task_top_of_stack(task)	((unsigned long)(task_pt_regs(task) + 1))

#define KSTK_EIP(task)		(task_pt_regs(task)->ip)
#define KSTK_ESP(task)		(task_pt_regs(task)->sp)

static __always_inline unsigned long current_top_of_stack(void)
{
	return this_cpu_read_stable(pcpu_hot.top_of_stack);
}

static __always_inline bool on_thread_stack(void)
{
	return current_top_of_stack() - current_stack_pointer < THREAD_SIZE;
}

unsigned long __get_wchan(struct task_struct *p);
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp);
unsigned long arch_align_stack(unsigned long sp);
void set_task_blockstep(struct task_struct *task, bool on);

#define HAVE_ARCH_PICK_MMAP_LAYOUT	1
#define __TASK_UNMAPPED_BASE(task_size)	(PAGE_ALIGN((task_size) / 3))
#define TASK_UNMAPPED_BASE		__TASK_UNMAPPED_BASE(TASK_SIZE_LOW)

#define GET_TSC_CTL(address)	get_tsc_mode(address)
#define SET_TSC_CTL(value)	set_tsc_mode(value)

#define ARCH_HAS_PREFETCH
#define ARCH_HAS_PREFETCHW

static inline void prefetch(const void *x)
{
	__builtin_prefetch(x, 0);
}

static __always_inline void prefetchw(const void *x)
{
	__builtin_prefetch(x, 1);
}

#endif
