/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance with several vCPUs, in Linux's place. It looks at what it was given,
 * starts all of them, and ends: after each start in another way and by another vCPU,
 * while the rest run. Memory that roottask leaves as it was counts the starts.
 */
#include <l4/calls.h>
#include <l4/instance.h>

#define SERIAL		0x3f8
#define STACK		4096
#define COUNT_MAGIC	0x76637075UL
#define DIES		(~0UL)		/* an end without a message */
#define LAST		(~0U)

asm(".section .text.start, \"ax\"\n"
    ".globl _start\n"
    "_start:\n"
    "	lea	stack + 4096(%rip), %rsp\n"
    "	call	vcpus_main\n"
    "	ud2\n"
    ".section .note.GNU-stack, \"\", @progbits\n"
    ".text");

void vcpus_main(const struct l4_instance *info);

char stack[L4_INSTANCE_CPUS][STACK] __attribute__((aligned(16)));

static const struct {
	l4_word_t how;
	unsigned int who;
} ends[] = {
	{ L4_END_REBOOT, 0 }, { L4_END_REBOOT, LAST }, { DIES, 1 }, { L4_END_PANIC, 1 },
	{ DIES, 0 }, { DIES, LAST }, { L4_END_POWEROFF, LAST },
};

static volatile unsigned int cpu_of[L4_INSTANCE_CPUS];	/* + 1; 0: it does not run yet */
static volatile unsigned int ender = LAST;
static l4_word_t end_how;

static void say(const char *text)
{
	for (; *text; text++)
		l4_port_out8(SERIAL, *text);
}

static void say_number(l4_word_t number)
{
	if (number > 9)
		say_number(number / 10);
	l4_port_out8(SERIAL, '0' + number % 10);
}

static void end(l4_word_t how)
{
	struct l4_msg msg = {
		.tag = l4_tag(2, 0, L4_PROTO_INSTANCE),
		.mr = { L4_INSTANCE_END, how },
	};

	if (how == DIES)
		asm volatile("xor %esp, %esp\n\tud2");
	l4_ipc_call(L4_INSTANCE_PARENT, &msg);
}

static void check(const char *what, long is, long wanted)
{
	if (is == wanted)
		return;
	say("vcpus: WRONG: ");
	say(what);
	say(is < 0 ? " -" : " ");
	say_number(is < 0 ? -is : is);
	say("\n");
	end(L4_END_POWEROFF);
}

/* The CPU that executes this, by its local APIC's number. */
static unsigned int this_cpu(void)
{
	unsigned int eax = 1, ebx, ecx = 0, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ebx >> 24;
}

static struct l4_utcb *utcb_of(unsigned int n)
{
	return (struct l4_utcb *)(L4_INSTANCE_UTCB + n * L4_INSTANCE_UTCB_STRIDE);
}

static void run(unsigned int n)
{
	cpu_of[n] = this_cpu() + 1;
	while (ender != n)
		asm volatile("pause" : : : "memory");
	end(end_how);
}

/* Each has its thread, with right X only, and its own UTCB: an irq object shows whose it is. */
static void start(unsigned int n, unsigned int count)
{
	l4_cap_t thread = L4_INSTANCE_THREAD_BASE + n, irq = L4_INSTANCE_IPI_BASE + n;

	check("an irq is there", l4_irq_raise(irq), -L4_ENOCAP);
	check("right W on a thread", l4_yield_to(thread), -L4_ERIGHTS);
	check("timeslice", l4_thread_control(thread, L4_THREAD_TIMESLICE, L4_TIMESLICE_MIN), 0);
	if (n)
		check("start", l4_thread_start(thread, (l4_word_t)run,
					       (l4_word_t)stack[n] + STACK - 8, n), 0);
	check("start twice", l4_thread_start(thread, (l4_word_t)run, 0, n), -L4_EBUSY);
	check("make an irq", l4_irq_create(irq, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	check("bind it", l4_irq_bind(irq, L4_IRQ_EDGE, thread, 0), 0);
	check("raise it", l4_irq_raise(irq), 0);
	for (unsigned int i = 0; i < count; i++)
		check("pending", utcb_of(i)->vcpu.pending, i <= n);
	while (n && !cpu_of[n])
		asm volatile("pause" : : : "memory");
}

/* How often it was started before: 0 the first time. */
static l4_word_t starts(const struct l4_instance *info)
{
	volatile l4_word_t *count = (l4_word_t *)((l4_word_t)info - L4_PAGE_SIZE);	/* nobody else's */

	if (count[0] != COUNT_MAGIC) {
		count[0] = COUNT_MAGIC;
		count[1] = 0;
	}
	return count[1]++;
}

void vcpus_main(const struct l4_instance *info)
{
	unsigned int count = info->cpu_count;
	l4_word_t number = starts(info);

	check("magic", info->magic, L4_INSTANCE_MAGIC);
	check("one vCPU too many", l4_yield_to(L4_INSTANCE_THREAD_BASE + count), -L4_ENOCAP);
	cpu_of[0] = this_cpu() + 1;
	for (unsigned int n = 0; n < count; n++)
		start(n, count);
	say("vcpus: start ");
	say_number(number);
	say(" on CPUs");
	for (unsigned int n = 0; n < count; n++) {
		say(" ");
		say_number(cpu_of[n] - 1);
	}
	say(", kernel memory ");
	say_number(info->kernel_quota);
	say(", in use ");
	say_number(l4_task_info(L4_INSTANCE_TASK, L4_INFO_QUOTA_USED));
	say("\n");
	/* The command line says which end to begin with. */
	number += info->cmdline[0] - '0';
	end_how = ends[number].how;
	ender = ends[number].who == LAST ? count - 1 : ends[number].who;
	run(0);
}
