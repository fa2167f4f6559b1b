/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image: linked at -2 GiB + CONFIG_PHYSICAL_START, loaded wherever the
 * instance's parent has memory; addresses of the segments are relative to
 * the instance's phys_base. Text and constants are writable until
 * mark_rodata_ro: run-time constants are patched into it at boot.
 */
#define LOAD_OFFSET __START_KERNEL_map

/* Exit code is referred to from the bug table: discarded at run time. */
#define RUNTIME_DISCARD_EXIT
#define EMITS_PT_NOTE
#define RO_EXCEPTION_TABLE_ALIGN	16

#include <asm-generic/vmlinux.lds.h>
#include <asm/asm-offsets.h>
#include <asm/boot.h>
#include <asm/cache.h>
#include <asm/page_types.h>
#include <asm/thread_info.h>

OUTPUT_FORMAT(CONFIG_OUTPUT_FORMAT)
OUTPUT_ARCH(i386:x86-64)
ENTRY(l4_head)

jiffies = jiffies_64;
const_pcpu_hot = pcpu_hot;
vcpu_utcb = UTCB_first;

PHDRS {
	text PT_LOAD FLAGS(7);
	data PT_LOAD FLAGS(6);
	init PT_LOAD FLAGS(7);
#ifdef CONFIG_SMP
	percpu PT_LOAD FLAGS(6);
#endif
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = __START_KERNEL;

	.text : AT(ADDR(.text) - LOAD_OFFSET) {
		_text = .;
		_stext = .;
		HEAD_TEXT
		ENTRY_TEXT
		TEXT_TEXT
		SCHED_TEXT
		LOCK_TEXT
		KPROBES_TEXT
		IRQENTRY_TEXT
		SOFTIRQENTRY_TEXT
		STATIC_CALL_TEXT
	} :text = 0xcccccccc
	_etext = .;

	RO_DATA(PAGE_SIZE)

	.data : AT(ADDR(.data) - LOAD_OFFSET) {
		_sdata = .;
		INIT_TASK_DATA(THREAD_SIZE)
		/* The first frame of the initial stack: task_pt_regs(&init_task) */
		__top_init_kernel_stack = __end_init_stack - TOP_OF_KERNEL_STACK_PADDING - PTREGS_SIZE;
		NOSAVE_DATA
		PAGE_ALIGNED_DATA(PAGE_SIZE)
		CACHELINE_ALIGNED_DATA(L1_CACHE_BYTES)
		READ_MOSTLY_DATA(L1_CACHE_BYTES)
		DATA_DATA
		CONSTRUCTORS
	} :data

	BUG_TABLE

	. = ALIGN(PAGE_SIZE);
	__vvar_page = .;
	.vvar : AT(ADDR(.vvar) - LOAD_OFFSET) {
		__vvar_start = .;
#define EMIT_VVAR(name, offset)			\
		. = __vvar_start + offset;	\
		*(.vvar_ ## name)
#include <asm/vvar.h>
#undef EMIT_VVAR
		. = __vvar_start + PAGE_SIZE;
	}
	_edata = .;

	. = ALIGN(PAGE_SIZE);
	__init_begin = .;
	INIT_TEXT_SECTION(PAGE_SIZE) :init
	INIT_DATA_SECTION(16)
	.exit.text : AT(ADDR(.exit.text) - LOAD_OFFSET) {
		EXIT_TEXT
	}
	.exit.data : AT(ADDR(.exit.data) - LOAD_OFFSET) {
		EXIT_DATA
	}
#ifndef CONFIG_SMP
	PERCPU_SECTION(L1_CACHE_BYTES)
#endif
	RUNTIME_CONST_VARIABLES
	RUNTIME_CONST(ptr, USER_PTR_MAX)
	. = ALIGN(PAGE_SIZE);
	__init_end = .;

	BSS_SECTION(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE)
#ifdef CONFIG_SMP
	/* Stays what CPU 0 works on; the others' follow, where the image has ended: kernel/percpu.c. */
	. = ALIGN(PAGE_SIZE);
	PERCPU_SECTION(L1_CACHE_BYTES) :percpu
	. = ALIGN(PAGE_SIZE);
#endif
	_end = .;

	STABS_DEBUG
	DWARF_DEBUG
	ELF_DETAILS
	DISCARDS
}

#ifdef CONFIG_SMP
ASSERT(__per_cpu_load == __per_cpu_start, "CPU 0 works where its data was loaded")
ASSERT(_end - LOAD_OFFSET + CONFIG_NR_CPUS * UTCB_stride <= KERNEL_IMAGE_SIZE,
       "all CPUs' data does not fit below the modules")
#else
ASSERT(_end - LOAD_OFFSET <= KERNEL_IMAGE_SIZE, "the image does not fit below the modules")
#endif
