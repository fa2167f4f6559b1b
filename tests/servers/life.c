/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lives and deaths. By its first argument this is
 *
 *	keeper	counts the calls of each client, and says who is gone
 *	caller	connects twice, calls by both gates, and ends as the second argument says:
 *		crash, end, or wait for a while
 *	owner	starts again what its other arguments name, one after the other, and
 *		says what came of it
 *	greedy	asks for pages of device memory, every other one from the second argument
 *		on, so many as the third says, and how many it got
 *	forger	writes what looks like somebody else's lines, in pieces, between which it
 *		sleeps so many milliseconds as the other two arguments say
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/thread.h>

#define PROTOCOL	(L4_PROTOCOL_OWN + 0x21)

struct life_call { };
struct life_call_reply {
	l4_word_t calls;		/* of this client, this one too */
	char name[L4_NAME_MAX];
};
L4_OPERATION(life_call, PROTOCOL, 1);

static l4_word_t calls[L4_CLIENTS];

static long serve_call(struct l4_request *request, const struct life_call *in,
		       struct life_call_reply *reply)
{
	unsigned int client = l4_client(request->client);

	(void)in;
	/* Nobody has the names of other lives. */
	if (client >= L4_CLIENTS ||
	    l4_client_name(request->client + (1UL << L4_LABEL_LIFE_SHIFT), reply->name) != -L4_EDEAD)
		return -L4_EINVAL;
	reply->calls = ++calls[client];
	return l4_client_name(request->client, reply->name);
}

static void gone(unsigned int client)
{
	printf("client %u is gone after %lu calls\n", client, calls[client]);
	calls[client] = 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(life_call, serve_call),
};

static long call(long keeper, struct life_call_reply *reply)
{
	return life_call_call(keeper, &(struct life_call){ }, reply);
}

static long be_caller(const char *how)
{
	long first = l4_connect("keeper"), second = l4_connect("keeper");
	struct life_call_reply reply;
	long error = call(first, &reply);

	if (!error)
		error = call(second, &reply);
	if (!error)
		error = call(first, &reply);
	printf("%s: %lu calls, error %ld\n", error ? "?" : reply.name, error ? 0 : reply.calls, -error);
	if (!strcmp(how, "crash"))
		*(volatile int *)0 = 1;
	if (!strcmp(how, "wait"))
		l4_sleep_us(300000);
	return error;
}

static long be_owner(int count, char **names)
{
	for (int i = 0; i < count; i++) {
		l4_sleep_us(100000);
		printf("%s: %ld\n", names[i], -l4_restart(names[i]));
	}
	l4_sleep_us(100000);
	return 0;
}

static long be_greedy(l4_word_t from, l4_word_t count)
{
	l4_word_t got = 0;
	l4_word_t place = l4_pages_reserve(L4_PAGE_SHIFT);
	long error;

	for (l4_word_t i = 0; i < count; i++) {
		error = l4_sigma0_request(l4_utcb(), L4_CAP_PARENT, L4_SIGMA0_DEVICE,
					  from + 2 * i * L4_PAGE_SIZE, L4_PAGE_SHIFT,
					  l4_fpage_mem(place, L4_PAGE_SHIFT, L4_RIGHTS_ALL), NULL);
		got += !error;
	}
	printf("%lu of %lu pages\n", got, count);
	return 0;
}

static long be_forger(l4_word_t first, l4_word_t second)
{
	for (unsigned int i = 0; i < 20; i++) {
		printf("a");
		l4_sleep_us(first * 1000);
		printf("roottask: server x has crashed");
		l4_sleep_us(second * 1000);
		printf("\n");
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *role = argc ? argv[0] : "";

	if (!strcmp(role, "caller"))
		return be_caller(argv[1]);
	if (!strcmp(role, "owner"))
		return be_owner(argc - 1, argv + 1);
	if (!strcmp(role, "greedy"))
		return be_greedy(l4_number(argv[1]), l4_number(argv[2]));
	if (!strcmp(role, "forger"))
		return be_forger(l4_number(argv[1]), l4_number(argv[2]));
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .gone = gone,
	});
}
