/* SPDX-License-Identifier: GPL-2.0 */
/* The fake machine around the whole kernel; see machine.h. */
#include "machine.h"

#include <asm/prctl.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/console.h"
#include "base/debug.h"
#include "base/panic.h"
#include "loader/acpi.h"
#include "loader/calibrate.h"
#include "sched/fpu.h"
#include "sched/reap.h"
#include "sched/switch.h"
#include "x86/device/ioapic.h"
#include "x86/device/lapic.h"
#include "x86/entry/machine_check.h"
#include "x86/entry/trap.h"
#include "x86/mmu/tables.h"
#include "x86/mmu/useraccess.h"

#define RAM_PAGES	(MACHINE_USER_RAM / PAGE_SIZE)

_Thread_local struct machine machine;
struct task *machine_root;
struct quota machine_quota;
u8 *host_ram;
struct steps host_work;
_Thread_local bool machine_was_fast;
struct machine_door machine_door = { syscall_short, trap_syscall, trap_leave, ipc_fast, NULL };
bool (*machine_asleep)(void);
void (*machine_in_window)(void);
void (*machine_no_memory)(void);
void (*machine_interrupt_cpu)(u32 to, u8 vector);
void (*machine_wait_for_request)(void);
bool machine_pin_masked[MACHINE_PINS], machine_pin_level[MACHINE_PINS];

struct cpu_features cpu_features = { .tsc_deadline = true, .large_1g = true, .xsave_size = 576 };
struct debug_hooks debug_hooks;

static struct cpu cpu;
struct cpu *cpus[CPUS_MAX] = { &cpu };
unsigned int cpu_count = 1;
bool cpus_many;
static jmp_buf stopped;
static bool stopping;
static u64 memory_used;
static void *free_pages[RAM_PAGES];
static unsigned long free_page_count;

/* Smaller than the default, so that memory is met again while it is still in the caches. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8";
}

void printk(const char *format, ...)
{
	(void)format;
}

/* A port that is busy most of the time. */
bool console_ready(void)
{
	static unsigned int polls;

	return ++polls % 32 == 0;
}

void console_send(char c)
{
	(void)c;
}

/* Kernel memory. Pages are "physical", all else is the host's; both are poisoned when freed. */

size_t kmem_charge(size_t size)
{
	return size > 2016 ? PAGE_SIZE : align_up(size, 32);
}

static bool charge(struct quota *quota, size_t bytes)
{
	if (quota && !quota_charge(quota, bytes)) {
		if (machine_no_memory)
			machine_no_memory();
		return false;
	}
	memory_used += bytes;
	return true;
}

static void uncharge(struct quota *quota, size_t bytes)
{
	memory_used -= bytes;
	if (quota)
		quota_uncharge(quota, bytes);
}

void *kmem_page_alloc(struct quota *quota)
{
	void *page;

	if (!charge(quota, PAGE_SIZE))
		return NULL;
	if (!free_page_count)
		panic("the machine is too small for this test");
	page = free_pages[--free_page_count];
	ASAN_UNPOISON_MEMORY_REGION(page, PAGE_SIZE);
	return memset(page, 0, PAGE_SIZE);
}

void kmem_page_free(struct quota *quota, void *page)
{
	memset(page, KMEM_JUNK, PAGE_SIZE);
	ASAN_POISON_MEMORY_REGION(page, PAGE_SIZE);
	free_pages[free_page_count++] = page;
	uncharge(quota, PAGE_SIZE);
}

/* Who says that a page is clear must be right. */
void kmem_page_free_cleared(struct quota *quota, void *page)
{
	for (unsigned int i = 1; i < PAGE_SIZE / sizeof(u64); i++)
		if (((u64 *)page)[i])
			panic("a page that should be clear is not");
	kmem_page_free(quota, page);
}

void *kmem_alloc_raw(struct quota *quota, size_t size)
{
	void *object = kmem_alloc(quota, size);

	return object ? memset(object, KMEM_JUNK, size) : NULL;
}

void *kmem_alloc(struct quota *quota, size_t size)
{
	if (size > 2016)
		return kmem_page_alloc(quota);
	return charge(quota, kmem_charge(size)) ? calloc(1, size) : NULL;
}

void kmem_free(struct quota *quota, void *object, size_t size)
{
	if (size > 2016) {
		kmem_page_free(quota, object);
		return;
	}
	memset(object, KMEM_JUNK, size);
	free(object);
	uncharge(quota, kmem_charge(size));
}

u64 kmem_free_bytes(void)
{
	return RAM_PAGES * PAGE_SIZE - memory_used;
}

u64 machine_memory_used(void)
{
	return memory_used;
}

/* User memory, through the tables that are loaded. */

static u8 *user_byte(u64 address)
{
	struct paging loaded = { .top = phys_to_virt(machine.cr3) };
	unsigned int level;
	u64 leaf;

	if (!is_user_addr(address))
		return NULL;
	leaf = paging_walk(&loaded, address, &level);
	return leaf ? (u8 *)phys_to_virt(paging_leaf_phys(leaf, level, address)) : NULL;
}

static bool copy_user(void *kernel, u64 user, size_t size, bool to_user)
{
	for (size_t i = 0; i < size; i++) {
		u8 *byte = user_byte(user + i);

		if (!byte)
			return false;
		if (to_user)
			*byte = ((u8 *)kernel)[i];
		else
			((u8 *)kernel)[i] = *byte;
	}
	return true;
}

bool copy_from_user(void *dst, u64 src, size_t size)
{
	return copy_user(dst, src, size, false);
}

bool copy_to_user(u64 dst, const void *src, size_t size)
{
	return copy_user((void *)src, dst, size, true);
}

u64 useraccess_fixup(u64 ip)
{
	(void)ip;
	return 0;
}

/* Devices and the rest of the assembler. */

void (*const entry_exceptions[EXCEPTIONS])(void);
const u8 entry_interrupts[TRAP_VECTORS - EXCEPTIONS][ENTRY_STUB];

void entry_syscall(void)
{
}

void entry_syscall32(void)
{
}

void entry_leave(struct l4_frame *regs)
{
	panic("nobody leaves for %p", (void *)regs);
}

void panic_trap(u64 vector, const struct l4_frame *frame)
{
	panic("exception %lu in the kernel, %p", vector, (void *)frame);
}

u64 tables_kernel_root(void)
{
	return paging_kernel_pml4e & PTE_FRAME;
}

/* There is a PIT. */
volatile void *tables_add_device(phys_t phys)
{
	panic("device at %lx", phys);
}

void cpu_take_gs(void)
{
}

bool cpu_is_guard(u64 address)
{
	(void)address;
	return false;
}

void machine_check_print(void)
{
}

void lapic_eoi(void)
{
}

void lapic_interrupt(u32 to, u8 vector)
{
	if (!machine_interrupt_cpu)
		panic("interrupt %u to CPU %u", vector, to);
	machine_interrupt_cpu(to, vector);
}

void lapic_wait_for_request(void)
{
	if (!machine_wait_for_request)
		panic("the CPU waits for itself");
	machine_wait_for_request();
}

u64 lapic_msi_address(u32 to)
{
	return 0xfee00000 | to << 12;
}

void lapic_timer_start(u32 ticks)
{
	(void)ticks;
}

static bool by_deadline;

void lapic_timer_by_deadline(void)
{
	by_deadline = true;
}

/* As a CPU's: there is none in deadline mode. */
u32 lapic_timer_count(void)
{
	return by_deadline ? 0 : ~0U - machine.tsc / 16;
}

bool ioapic_has_pin(u64 irq)
{
	return irq < MACHINE_PINS;
}

/* The PC's timer, as ever. */
bool ioapic_same_pin(u64 a, u64 b)
{
	return (a ? a : 2) == (b ? b : 2);
}

void ioapic_route(u64 irq, u32 to)
{
	(void)irq, (void)to;
}

void ioapic_mask(u64 irq)
{
	machine_pin_masked[irq] = true;
}

void ioapic_unmask(u64 irq)
{
	machine_pin_masked[irq] = false;
}

bool ioapic_set_trigger(u64 irq, u64 trigger)
{
	return machine_pin_level[irq] = trigger & L4_IRQ_LEVEL;
}

/* Running it */

static void alarm_goes_off(void)
{
	machine.tsc = max_u64(machine.tsc, machine.alarm);
	machine.alarm = 0;
	machine.alarms++;
}

void machine_window(void)
{
	if (machine_in_window)
		machine_in_window();
}

void machine_alarm_in_kernel(void)
{
	alarm_goes_off();
	trap_kernel(VECTOR_TIMER, NULL);
}

void machine_interrupt_kernel(u64 pin)
{
	trap_kernel(VECTOR_IOAPIC + pin, NULL);
}

/* There may be more CPUs than the host has: another one goes on. */
void machine_relax(void)
{
	syscall(SYS_sched_yield);
}

/* Nothing is ready: only an interrupt can change that. */
void machine_sleep(void)
{
	if (stopping)
		longjmp(stopped, 1);
	if (machine_asleep && machine_asleep())
		return;
	if (!machine.alarm)
		panic("the machine sleeps for ever");
	alarm_goes_off();
	trap_kernel(VECTOR_TIMER, NULL);
}

void machine_reap(void)
{
	reap_run(cpu.current);
}

void machine_leave(void)
{
	trap_leave();
}

void machine_trap(u64 vector, u64 error)
{
	machine_current()->regs.orig_ax = error;
	trap_user(vector);
}

void machine_pass(u64 ticks)
{
	u64 until = machine.tsc + ticks;

	while (machine.alarm && machine.alarm <= until) {
		alarm_goes_off();
		trap_user(VECTOR_TIMER);
	}
	machine.tsc = max_u64(until, machine.tsc);
}

void machine_call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	struct thread *caller = machine_current();
	struct l4_frame *regs = &caller->regs;
	struct syscall_result result;

	regs->di = a;
	regs->si = b;
	regs->dx = c;
	regs->r10 = d;
	result = machine_door.short_call(caller, number);
	machine_current()->regs.ax = result.value;
	if (result.work)
		machine_door.leave();
}

void machine_resume(void)
{
	cpu.current->regs.ax = L4_CALL_VCPU_RESUME;
	trap_syscall();
}

void machine_process_call(u64 number)
{
	cpu.current->regs.ax = number;
	trap_syscall();
}

void machine_ipc(u64 dest, u64 tag, u64 flags, bool try_fast)
{
	struct ipc_fast_result fast = { 0, NULL };
	struct thread *from = machine_current(), *to;
	struct l4_frame *regs = &from->regs;

	regs->di = dest;
	regs->si = tag;
	regs->dx = flags;
	if (try_fast)
		fast = machine_door.short_ipc(dest, tag, flags, from);
	to = fast.next;
	machine_was_fast = to;
	if (to) {
		from->gs_base = exchange_user_gs_base(to->gs_base);
		to->regs.ax = tag;
		to->regs.di = fast.label;
		to->regs.r8 = regs->r8;
		to->regs.r9 = regs->r9;
		to->regs.r10 = regs->r10;
		to->regs.bx = regs->bx;
		if (machine_door.unlock)
			machine_door.unlock();
		return;
	}
	regs->ax = L4_CALL_IPC;
	machine_door.call();
}

static void make_memory(void)
{
	host_ram = mmap(NULL, RAM_PAGES * PAGE_SIZE + MACHINE_USER_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Frame 0 stays unused, the last page is the kernel's own tables. */
	for (u64 i = RAM_PAGES - 2; i; i--)
		free_pages[free_page_count++] = host_ram + i * PAGE_SIZE;
	ASAN_POISON_MEMORY_REGION(host_ram, (RAM_PAGES - 1) * PAGE_SIZE);
	paging_kernel_pml4e = ((RAM_PAGES - 1) * PAGE_SIZE) | PTE_P | PTE_W;
}

static void require(long error)
{
	if (error)
		panic("starting the machine: error %ld", -error);
}

void machine_start(u64 quota, u8 priority)
{
	struct thread *thread;
	int error;

	if (!host_ram)
		make_memory();
	cpu = (struct cpu){ .self = &cpu, .preempt_off = true };
	machine = (struct machine){ .tsc_step = 1000, .cr0 = CR0_TS, .efer = EFER_SCE };
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu))
		panic("GS cannot be set");
	sched_init();
	by_deadline = false;
	calibrate(&(struct acpi_found){ 0 });
	fpu_init();
	machine.tsc_step = 0;
	for (int i = 0; i < MACHINE_PINS; i++)
		machine_pin_masked[i] = true;
	quota_init_root(&machine_quota, MACHINE_KERNEL_QUOTA);
	machine_root = (struct task *)object_create(&task_ops, sizeof(*machine_root),
						    &machine_quota, NULL);
	if (!machine_root || !quota_init(&machine_root->quota, &machine_quota, quota))
		panic("no memory");
	list_init(&machine_root->threads);
	require(space_init(&machine_root->space, &machine_root->quota));
	require(cap_insert_root(&machine_root->space, L4_CAP_TASK, &machine_root->object,
				L4_RIGHTS_ALL));
	require(thread_create(machine_root, L4_CAP_THREAD, L4_CAP_TASK, 0x10000, 0));
	thread = task_find(machine_root, L4_CAP_THREAD, OBJECT_THREAD, 0, &error);
	thread->priority = priority;
	require(thread_start(thread, 0x1000, 0x2000, 0));
	sched_run();
	trap_leave();
}

/* What is left of deleting all is done in the reaper's time: nobody else is to run any more. */
void machine_stop_all(void)
{
	unmap_fpage(&machine_root->space, l4_fpage_cap(L4_CAP_TASK, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF, &host_work);
	stopping = true;
	if (!setjmp(stopped))
		for (;;) {
			trap_leave();
			thread_stop(cpu.current, -L4_ECANCELED);
		}
	stopping = false;
	assert_null(cpu.current);
	assert_int_equal(cpu.ready_words, 0);
	assert_null(cpu.timers.root);
	assert_int_equal(object_count(), 0);
	assert_int_equal(machine_quota.used, 0);
	assert_int_equal(memory_used, 0);
}
