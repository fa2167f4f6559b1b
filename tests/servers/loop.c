/* SPDX-License-Identifier: GPL-2.0 */
/* The server's loop and its messages, at their edges. One thread serves, one calls. */
#include <l4/message.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define PROTOCOL	(L4_PROTOCOL_OWN + 0x22)
#define PIECE		1001

/* A size that is no multiple of a word's, and more than the registers hold. */
struct loop_odd {
	char text[41];
};
struct loop_odd_reply {
	char text[43];
};
L4_OPERATION(loop_odd, PROTOCOL, 1);

struct loop_return {
	long what;
};
struct loop_return_reply { };
L4_OPERATION(loop_return, PROTOCOL, 2);

static bool failed;
static char *page;
static l4_cap_t token;			/* slot of a capability that nobody asked for */
static volatile unsigned int refusals;

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	if (found != expected)
		printf("FAIL %s: %ld, not %ld\n", name, found, expected);
}

static void fill(l4_word_t with)
{
	for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++)
		l4_utcb()->mr[i] = with;
}

static long serve_odd(struct l4_request *request, const struct loop_odd *in,
		      struct loop_odd_reply *reply)
{
	(void)request;
	memset(reply->text, in->text[0], sizeof(reply->text));
	fill(~0UL);
	return 0;
}

static long serve_return(struct l4_request *request, const struct loop_return *in,
			 struct loop_return_reply *reply)
{
	(void)request, (void)reply;
	return in->what;
}

static long give(struct l4_request *request, const l4_word_t *mr, l4_word_t *result)
{
	(void)mr;
	*result = PIECE;
	l4_reply_item(request, l4_fpage_mem((l4_word_t)page, L4_PAGE_SHIFT, L4_RIGHT_R), 0);
	if (token)
		l4_reply_cap(request, token, L4_RIGHTS_ALL);
	return 0;
}

static void refused(const struct l4_request *request, long error)
{
	(void)request, (void)error;
	refusals++;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(loop_odd, serve_odd),
	L4_HANDLER(loop_return, serve_return),
};

static void server(void *argument)
{
	(void)argument;
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .memory = give,
		.refused = refused,
	});
}

static void odd(l4_cap_t gate)
{
	struct l4_msg msg = { .tag = loop_odd_id | l4_tag(6, 0, 0) };
	struct loop_odd request;
	struct loop_odd_reply reply;

	memset(&request, 'r', sizeof(request));
	check("odd", loop_odd_call(gate, &request, &reply), 0);
	check("its last byte", reply.text[42], 'r');
	memset(msg.mr, 0, sizeof(msg.mr));
	fill(~0UL);
	check("odd by hand", l4_ipc_call(gate, &msg), 0);
	check("what follows it in its last word", l4_utcb()->mr[5] >> 24, 0);
	fill(~0UL);
	l4_message_put(&msg, &request, sizeof(request));
	check("what follows a request", l4_utcb()->mr[5] >> 8, 0);
	msg.mr[1] = ~0UL;
	l4_message_put(&msg, &request, 9);
	check("what follows a short one", msg.mr[1] >> 8, 0);
}

static long returned(l4_cap_t gate, long what)
{
	struct loop_return_reply reply;

	return loop_return_call(gate, &(struct loop_return){ what }, &reply);
}

static void results(l4_cap_t gate)
{
	check("success", returned(gate, 0), 0);
	check("an error", returned(gate, -L4_EBUSY), -L4_EBUSY);
	check("an error of its own", returned(gate, -0xffff), -0xffff);
	check("a positive result", returned(gate, 5), -L4_EINVAL);
	check("no error at all", returned(gate, -0x10000), -L4_EINVAL);
	check("the smallest of all", returned(gate, 1L << 63), -L4_EINVAL);
}

/* The piece arrives, and nothing else; a server that is disturbed later has refused nothing. */
static void memory(l4_cap_t gate, const struct l4_thread *thread)
{
	l4_word_t place = l4_pages_reserve(L4_PAGE_SHIFT);
	l4_cap_t slot = l4_slot_alloc();
	l4_word_t number = 0;

	l4_window(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL));
	l4_memory_request(gate, L4_PAGE_SHIFT, place, &number);
	check("nothing in the other window", l4_irq_raise(slot), -L4_ENOCAP);
	check("that is open again", l4_utcb()->window[L4_FPAGE_CAP],
	      l4_fpage_cap(slot, 0, L4_RIGHTS_ALL));
	refusals = 0;
	l4_utcb()->window[L4_FPAGE_CAP] = 0;
	token = 0;
	check("once more", l4_memory_request(gate, L4_PAGE_SHIFT, place, &number), 0);
	check("the piece", number, PIECE);
	check("its content", *(volatile char *)place, 'p');
	check("cancel", l4_thread_control(thread->cap, L4_THREAD_CANCEL, 0), 0);
	check("it goes on", returned(gate, 0), 0);
	check("nothing was refused", refusals, 0);
}

int main(int argc, char **argv)
{
	static struct l4_thread thread;
	l4_cap_t gate = l4_slot_alloc();

	(void)argc, (void)argv;
	page = l4_pages_alloc(L4_PAGE_SHIFT);
	page[0] = 'p';
	token = l4_slot_alloc();
	check("token", l4_irq_create(token, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	check("run", l4_thread_run(&thread, server, NULL, 100), 0);
	check("gate", l4_gate_create(gate, thread.cap, 0), 0);
	odd(gate);
	results(gate);
	memory(gate, &thread);
	printf(failed ? "some failed\n" : "all is well\n");
	return failed;
}
