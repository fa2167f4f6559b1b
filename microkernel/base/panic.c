/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's last words: for a person's mistake a sentence, for ours all that helps to find it. */
#include "base/panic.h"

#include <stdarg.h>

#include <l4/vcpu.h>

#include "base/debug.h"
#include "base/printk.h"
#include "lib/string.h"
#include "x86/cpu/cpu.h"
#include "x86/cpu/layout.h"
#include "x86/cpu/x86.h"

#define EXIT_FAILURE_CODE	0x20
#define BACKTRACE_DEPTH		16

static u16 exit_port;
static void (*stop_others)(void);

void machine_set_exit_port(u16 port)
{
	exit_port = port;
}

void machine_stop(u8 code)
{
	if (exit_port)
		outb(exit_port, code);
	printk("System halted.\n");
	halt_forever();
}

static bool is_frame(u64 address)
{
	return !(address & 7) && cpu_is_stack(address) && cpu_is_stack(address + 8);
}

static void backtrace(u64 fp)
{
	printk("backtrace:");
	for (int i = 0; i < BACKTRACE_DEPTH && is_frame(fp); i++) {
		const u64 *frame = (const u64 *)fp;

		printk(" %lx", frame[1]);
		if (frame[0] <= fp)
			break;
		fp = frame[0];
	}
	printk("\n(addr2line -fe microkernel.elf ADDRESS names the places)\n");
}

void panic_stops(void (*others)(void))
{
	stop_others = others;
}

/* What the others were about. */
static void print_others(void)
{
	for (unsigned int i = 0; i < cpu_count && cpu_count > 1; i++) {
		const struct l4_frame *frame = cpus[i]->stopped;

		if (cpus[i] == this_cpu())
			continue;
		printk("CPU %u: ", i);
		if (!frame) {
			printk("does not answer\n");
			continue;
		}
		printk("in %s, ip %016lx  sp %016lx\n", frame->cs & 3 ? "ring 3" : "the kernel", frame->ip,
		       frame->sp);
		if (!(frame->cs & 3))
			backtrace(frame->bp);
	}
}

static __noreturn void stop_after_panic(void)
{
	print_others();
	if (debug_hooks.panicked)
		debug_hooks.panicked();
	machine_stop(EXIT_FAILURE_CODE);
}

static void print_frame(const struct l4_frame *f)
{
	printk("ip %016lx  sp %016lx  flags %lx  cs %lx  error %lx\n", f->ip, f->sp, f->flags,
	       f->cs, f->orig_ax);
	printk("ax %016lx  bx %016lx  cx %016lx  dx %016lx\n", f->ax, f->bx, f->cx, f->dx);
	printk("si %016lx  di %016lx  bp %016lx  r8 %016lx\n", f->si, f->di, f->bp, f->r8);
	printk("r9 %016lx r10 %016lx r11 %016lx r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
	printk("r13 %016lx r14 %016lx r15 %016lx\n", f->r13, f->r14, f->r15);
	printk("cr2 %016lx cr3 %016lx\n", read_cr2(), read_cr3());
}

static void begin_panic(void)
{
	if (stop_others)
		stop_others();
	printk("\nkernel panic: ");
}

void panic_trap(u64 vector, const struct l4_frame *frame)
{
	begin_panic();
	printk("exception %lu in %s\n", vector, frame->cs & 3 ? "ring 3" : "the kernel");
	print_frame(frame);
	backtrace(frame->bp);
	stop_after_panic();
}

void panic(const char *format, ...)
{
	va_list args;

	begin_panic();
	va_start(args, format);
	vprintk(format, args);
	va_end(args);
	printk("\n");
	backtrace(read_frame_pointer());
	stop_after_panic();
}

void refuse(const char *format, ...)
{
	va_list args;

	printk("\nkernel: ");
	va_start(args, format);
	vprintk(format, args);
	va_end(args);
	printk(".\n");
	machine_stop(EXIT_FAILURE_CODE);
}
