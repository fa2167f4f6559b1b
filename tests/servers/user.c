/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance that calls a server (the keeper of life.c), in Linux's place. It connects
 * twice, tries what an instance cannot have, tells what the keeper knows of it, lets a
 * thread call in its place, and reboots; the third time it powers off.
 */
#include <l4/calls.h>
#include <l4/instance.h>
#include <l4/parent.h>

#define SERIAL		0x3f8
#define FIRST		L4_INSTANCE_SERVER_BASE
#define SECOND		(L4_INSTANCE_SERVER_BASE + 1)
#define THREAD		L4_INSTANCE_CALLER_BASE
#define GO		(L4_INSTANCE_CALLER_BASE + 1)
#define SELF		(L4_INSTANCE_SERVER_BASE + 3)
#define CALL_ID		L4_OPERATION_ID(L4_PROTOCOL_OWN + 0x21, 1)	/* life.c's life_call */

asm(".section .text.start, \"ax\"\n"
    ".globl _start\n"
    "_start:\n"
    "	lea	stack + 4096(%rip), %rsp\n"
    "	call	user_main\n"
    "	ud2\n"
    ".section .note.GNU-stack, \"\", @progbits\n"
    ".text");

void user_main(const struct l4_instance *info);

char stack[4096] __attribute__((aligned(16)));
static char thread_stack[1024] __attribute__((aligned(16)));

static struct l4_utcb *const utcb = (struct l4_utcb *)L4_INSTANCE_UTCB;

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

	l4_ipc_call(L4_INSTANCE_PARENT, &msg);
}

static void check(const char *what, long is, long wanted)
{
	if (is == wanted)
		return;
	say("user: WRONG: ");
	say(what);
	say(is < 0 ? " -" : " ");
	say_number(is < 0 ? -is : is);
	say("\n");
	end(L4_END_POWEROFF);
}

static long ask(l4_word_t id, const char *name)
{
	struct l4_msg msg = { .tag = id | l4_tag(4, 0, 0) };
	long error;

	for (unsigned int i = 0; name[i]; i++)
		((char *)msg.mr)[i] = name[i];
	error = l4_ipc_call(L4_INSTANCE_PARENT, &msg);
	return error ? error : l4_tag_error(msg.tag);
}

static long connect(l4_cap_t slot, const char *name)
{
	long error;

	utcb->window[L4_FPAGE_CAP] = l4_fpage_cap(slot, 0, L4_RIGHTS_ALL);
	error = ask(parent_connect_id, name);
	utcb->window[L4_FPAGE_CAP] = L4_FPAGE_NONE;
	return error;
}

static long call(l4_cap_t keeper, struct l4_msg *msg)
{
	long error;

	*msg = (struct l4_msg){ .tag = CALL_ID };
	error = l4_ipc_call(keeper, msg);
	return error ? error : l4_tag_error(msg->tag);
}

static l4_cap_t thread_calls;
static long thread_error;
static l4_word_t thread_count;

/* As Linux's callers do. */
static void thread_loop(void)
{
	struct l4_msg msg;

	for (;;) {
		msg = (struct l4_msg){ 0 };
		if (l4_ipc_recv_from(GO, &msg))
			continue;
		l4_irq_ack(GO);
		thread_error = call(thread_calls, &msg);
		thread_count = msg.mr[0];
		l4_irq_raise(L4_INSTANCE_ANSWER);
	}
}

static void make_thread(l4_word_t priority)
{
	check("make a thread", l4_thread_create(THREAD, L4_INSTANCE_TASK, L4_INSTANCE_CALLER_UTCB, 0), 0);
	check("too high a priority", l4_thread_control(THREAD, L4_THREAD_PRIORITY, priority + 1), -L4_ERIGHTS);
	check("its priority", l4_thread_control(THREAD, L4_THREAD_PRIORITY, priority), 0);
	check("what wakes it", l4_irq_create(GO, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	check("bound to it", l4_irq_bind(GO, 0, THREAD, 0), 0);
	check("what it raises", l4_irq_create(L4_INSTANCE_ANSWER, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	check("bound to the vCPU", l4_irq_bind(L4_INSTANCE_ANSWER, 0, L4_INSTANCE_THREAD_BASE,
					       L4_INSTANCE_PENDING_OWN), 0);
	check("start it", l4_thread_start(THREAD, (l4_word_t)thread_loop,
					  (l4_word_t)thread_stack + sizeof(thread_stack) - 8, 0), 0);
}

/* What the thread's call has come to. */
static long answer(void)
{
	l4_vcpu_control(L4_VCPU_WAIT, 0, 0);
	utcb->vcpu.irq_pending = 0;
	check("pending", __atomic_exchange_n(&utcb->vcpu.pending, 0, __ATOMIC_SEQ_CST) ==
	      1UL << L4_INSTANCE_PENDING_OWN, 1);
	l4_irq_ack(L4_INSTANCE_ANSWER);
	return thread_error;
}

static long let_call(l4_cap_t gate)
{
	thread_calls = gate;
	return l4_irq_raise(GO);
}

/* A thread calls; the second time one that does not listen, until it is cancelled. */
static void call_by_thread(l4_word_t priority)
{
	long error;

	make_thread(priority);
	check("let it call", let_call(FIRST), 0);
	check("its answer", answer(), 0);
	check("a third call", thread_count, 3);
	check("a gate to the vCPU", l4_gate_create(SELF, L4_INSTANCE_THREAD_BASE, 0), 0);
	check("cancel what waits for work", l4_thread_control(THREAD, L4_THREAD_CANCEL, 0), 0);
	check("let it call who does not listen", let_call(SELF), 0);
	do {
		l4_yield_to(THREAD);
		error = l4_thread_control(THREAD, L4_THREAD_CANCEL, 0);
	} while (error == -L4_EBUSY);
	check("cancel", error, 0);
	check("its end", answer(), -L4_ECANCELED);
	check("let it call again", let_call(SECOND), 0);
	check("its answer after that", answer(), 0);
	check("a fourth call", thread_count, 4);
}

/* Memory that roottask leaves as it was counts the starts. */
static l4_word_t starts(const struct l4_instance *info)
{
	volatile l4_word_t *count = (l4_word_t *)((l4_word_t)info - L4_PAGE_SIZE);

	if (count[0] != CALL_ID) {
		count[0] = CALL_ID;
		count[1] = 0;
	}
	return count[1]++;
}

void user_main(const struct l4_instance *info)
{
	struct l4_msg msg;

	check("its priority", info->priority, 77);
	check("connect", connect(FIRST, "keeper"), 0);
	check("connect again", connect(SECOND, "keeper"), 0);
	check("one that is not granted", connect(SECOND + 1, "other"), -L4_ERIGHTS);
	check("itself", connect(SECOND + 1, "user"), -L4_ERIGHTS);
	check("no name", connect(SECOND + 1, ""), -L4_ERIGHTS);
	check("a line on the console", ask(parent_print_id, "x"), -L4_ENOSYS);
	check("another one's end", ask(parent_restart_id, "keeper"), -L4_ENOSYS);
	check("a module", ask(parent_module_size_id, "boot.cfg"), -L4_ENOSYS);
	check("to be told", ask(parent_watch_id, ""), -L4_ENOSYS);
	check("another right", l4_map(L4_INSTANCE_TASK, l4_fpage_cap(FIRST, 0, L4_RIGHTS_ALL),
				      (l4_word_t)(SECOND + 1) << 12) < 0, 1);
	check("call", call(FIRST, &msg), 0);
	check("call by the other one", call(SECOND, &msg), 0);
	/* Words 1 to 4 are its name. */
	check("the name's end", utcb->mr[4], 0);
	say("user: ");
	say((const char *)&msg.mr[1]);
	say(": ");
	say_number(msg.mr[0]);
	say(" calls\n");
	call_by_thread(info->priority);
	end(starts(info) < 2 ? L4_END_REBOOT : L4_END_POWEROFF);
}
