/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance that calls a server (the keeper of life.c), in Linux's place. It connects
 * twice, tries what an instance cannot have, tells what the keeper knows of it, and
 * reboots; the third time it powers off.
 */
#include <l4/calls.h>
#include <l4/instance.h>
#include <l4/parent.h>

#define SERIAL		0x3f8
#define FIRST		L4_INSTANCE_SERVER_BASE
#define SECOND		(L4_INSTANCE_SERVER_BASE + 1)
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
	end(starts(info) < 2 ? L4_END_REBOOT : L4_END_POWEROFF);
}
