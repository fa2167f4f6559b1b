/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel debugger: a prompt on the serial line, while everything else
 * stands still. With "kdb" on the kernel's command line it is entered by the
 * line's Break key, and by a panic. Linux owns the port: a break is what can be
 * noticed without taking characters from it. It is looked for when an interrupt
 * comes, before a thread sees that, and now and then. Whoever reads the line's
 * status takes the break away: the console keeps it for us, and ring 3 reads
 * the status through us.
 */
#include "kdb/kdb.h"

#include "base/console.h"
#include "base/debug.h"
#include "base/panic.h"
#include "lib/string.h"
#include "object/task.h"
#include "object/thread.h"
#include "x86/cpu/x86.h"
#include "x86/cpu/cpu.h"
#include "x86/device/clock.h"
#include "x86/device/stop.h"
#include "x86/mmu/useraccess.h"

#define POLL_US		100000
#define LINE_SIZE	64
#define BACKSPACE	8
#define DELETE		127
#define OPCODE_IN_AL_DX	0xec
#define RESET_PORT	0xcf9
#define RESET_NOW	6

static struct timer poll_timer;
static bool inside;
static void *recover[5];	/* where a panic inside goes on */

static void reboot(void)
{
	outb(RESET_PORT, RESET_NOW);
	halt_forever();
}

static void give_up(void)
{
	inside = false;
	panic("asked for");
}

/* Not by tail calls: what is behind a level needs its frame. */
static __noinline u64 use_stack(u64 depth)
{
	volatile u64 used[8] = { depth };

	return depth ? use_stack(depth - 1) + used[0] : 0;
}

static void overflow(void)
{
	inside = false;
	use_stack(KERNEL_STACK_SIZE);
}

static const struct command {
	char letter;
	const char *help;
	void (*run)(void);
} commands[] = {
	{ 't', "             tasks", kdb_tasks },
	{ 'p', "             threads: what each does, and with whom", kdb_threads },
	{ 'c', " TASK        capabilities", kdb_caps },
	{ 'm', " TASK ADDR   who got the page at ADDR from whom", kdb_mappings },
	{ 'w', " TASK ADDR   page tables on the way to ADDR", kdb_walk },
	{ 'u', "             CPUs: where each was", kdb_cpus },
	{ 'q', "             run queues", kdb_queues },
	{ 'i', "             who waits for whom", kdb_chains },
	{ 'l', "             the last system calls and exceptions", kdb_trace },
	{ 'k', "             kernel memory", kdb_memory },
	{ 'g', "             go on", NULL },
	{ 'b', "             reboot", reboot },
	{ 'x', "             panic", give_up },
	{ 's', "             panic, by using more stack than there is", overflow },
};

static void help(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		printk("  %c%s\n", commands[i].letter, commands[i].help);
	printk("TASK is a number from t, ADDR an address; all numbers are hexadecimal.\n");
}

static void read_line(char line[LINE_SIZE])
{
	unsigned int used = 0;
	u8 status;

	for (;;) {
		int c = console_getc();

		if (c == '\r' || c == '\n')
			break;
		if ((c == BACKSPACE || c == DELETE) && used) {
			used--;
			printk("\b \b");
		} else if (c >= ' ' && c < DELETE && used < LINE_SIZE - 1) {
			line[used++] = c;
			console_putc(c);
		} else {
			cpu_relax();
		}
	}
	line[used] = 0;
	/* One that was pressed at the prompt wanted what it had. */
	console_break(&status);
	printk("\n");
}

static u64 next_number(const char **at)
{
	u64 value = 0;

	while (**at == ' ')
		++*at;
	if ((*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	for (;; ++*at) {
		char c = **at | 0x20;

		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (c - 'a' + 10);
		else
			return value;
	}
}

static const struct command *find_command(char letter)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].letter == letter)
			return &commands[i];
	return NULL;
}

/* False: go on. */
static bool command(void)
{
	const struct command *found;
	char line[LINE_SIZE];
	const char *at = line + 1;

	printk("kdb> ");
	read_line(line);
	if (!line[0])
		return true;
	found = find_command(line[0]);
	if (!found) {
		help();
		return true;
	}
	if (!found->run)
		return false;
	kdb_arg[0] = next_number(&at);
	kdb_arg[1] = next_number(&at);
	found->run();
	return true;
}

static void enter(void)
{
	inside = true;
	stop_others();
	printk("\nkdb: h for help, g to go on\n");
	if (__builtin_setjmp(recover))
		printk("kdb: that was a mistake of mine, or the kernel's data is broken.\n");
	while (command())
		;
	stop_no_more();
	inside = false;
}

static void panicked(void)
{
	if (inside)
		__builtin_longjmp(recover, 1);
	enter();
}

/* Returns the line's status, without a break. */
static u8 look(void)
{
	u8 status;

	while (console_break(&status))
		enter();
	return status;
}

static void look_for_break(void)
{
	look();
}

static bool status_read(struct thread *thread)
{
	struct l4_frame *regs = &thread->regs;
	u8 code;

	if (thread->vcpu.user_mode || (u16)regs->dx != CONSOLE_STATUS ||
	    !space_allows_port(&thread->task->space, CONSOLE_STATUS) ||
	    !copy_from_user(&code, regs->ip, sizeof(code)) || code != OPCODE_IN_AL_DX)
		return false;
	regs->ax = (regs->ax & ~0xffUL) | look();
	regs->ip += sizeof(code);
	return true;
}

static void poll(struct timer *timer)
{
	look_for_break();
	clock_add(this_cpu(), timer, clock_after_us(POLL_US));
}

/* Replaces the one in debug.c. */
void debug_init(const char *cmdline)
{
	if (!strstr(cmdline, "kdb"))
		return;
	debug_hooks = (struct debug_hooks){ panicked, look_for_break, kdb_record, status_read,
					    CONSOLE_STATUS };
	poll_timer.expire = poll;
	clock_add(this_cpu(), &poll_timer, clock_after_us(POLL_US));
	printk("kernel: the debugger is on; the Break key enters it\n");
}
