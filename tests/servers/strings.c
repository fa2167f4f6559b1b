/* SPDX-License-Identifier: GPL-2.0 */
/* Strings by libl4: a server in one thread turns them round, its client is the other. */
#include <l4/message.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define ORDER	20
#define SIZE	(1UL << ORDER)

struct turn { };
struct turn_reply {
	l4_word_t length;
};
L4_OPERATION(turn, L4_PROTOCOL_OWN, 1);

static bool failed;
static char *theirs, *answer, *mine, *back;

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	if (found != expected)
		printf("FAIL %s: %ld, not %ld\n", name, found, expected);
}

static long serve_turn(struct l4_request *request, const struct turn *in, struct turn_reply *reply)
{
	const void *text;
	const char *from;

	(void)in;
	reply->length = l4_request_string(request, &text);
	from = text;
	if (!reply->length)
		return -L4_EOVERFLOW;
	for (l4_word_t i = 0; i < reply->length; i++)
		answer[i] = from[reply->length - 1 - i];
	l4_reply_string(request, answer, reply->length);
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(turn, serve_turn),
};

static void server(void *argument)
{
	(void)argument;
	l4_accept_string(theirs, SIZE, l4_timeout_us(5000000));
	l4_serve(&(struct l4_server){ .handlers = handlers, .count = ARRAY_SIZE(handlers) });
}

static long turn(l4_cap_t gate, l4_word_t length, l4_word_t room, unsigned int *received)
{
	struct turn_reply reply = { 0 };
	struct l4_transfer transfer = {
		.send = 1,
		.item = { { l4_string(length), (l4_word_t)mine } },
		.buffer = { (l4_word_t)back, room },
	};
	const void *text;
	long error = turn_transfer(gate, &(struct turn){ }, &reply, &transfer);

	*received = l4_find_string(transfer.item, transfer.received, &text);
	if (*received)
		check("where it is", (long)text, (long)back);
	return error;
}

static bool is_turned(l4_word_t length)
{
	for (l4_word_t i = 0; i < length; i++) {
		if (back[i] != mine[length - 1 - i])
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static const l4_word_t lengths[] = { 1, 7, 8, 4095, 4096, 4097, 65536, SIZE - 1, SIZE };
	static struct l4_thread thread;
	l4_cap_t gate = l4_slot_alloc();
	unsigned int received;

	(void)argc, (void)argv;
	theirs = l4_pages_alloc(ORDER);
	answer = l4_pages_alloc(ORDER);
	mine = l4_pages_alloc(ORDER);
	back = l4_pages_alloc(ORDER);
	check("memory", theirs && answer && mine && back, true);
	for (l4_word_t i = 0; i < SIZE; i++)
		mine[i] = i * 7 + (i >> 9);
	check("run", l4_thread_run(&thread, server, NULL, 100), 0);
	check("gate", l4_gate_create(gate, thread.cap, 0), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		memset(back, 0, SIZE);
		check("turn", turn(gate, lengths[i], SIZE, &received), 0);
		check("length", received, lengths[i]);
		check("content", is_turned(lengths[i]), true);
	}
	check("too long for the server", turn(gate, SIZE + 1, SIZE, &received), -L4_EOVERFLOW);
	check("no answer", received, 0);
	check("too long for the client", turn(gate, 100, 99, &received), 0);
	check("no string in the answer", received, 0);
	check("once more", turn(gate, 100, 100, &received), 0);
	check("its length", received, 100);
	l4_thread_kill(&thread);
	check("dead", turn(gate, 100, 100, &received), -L4_EDEAD);
	printf(failed ? "some failed\n" : "all is well\n");
	return failed;
}
