/* SPDX-License-Identifier: GPL-2.0 */
/* The hello server: greets, and counts whom it greeted. docs/servers.md explains it. */
#include <l4/serve.h>
#include <l4/server.h>

#include "hello.h"

static l4_word_t greetings[L4_CLIENTS];

static long greet(struct l4_request *request, const struct hello_greet *in,
		  struct hello_greet_reply *reply)
{
	/* What came from a client may be anything: this text need not have an end. */
	if (!in->name[0] || l4_client(request->client) >= L4_CLIENTS)
		return -L4_EINVAL;
	snprintf(reply->text, sizeof(reply->text), "Hello, %.*s!", (int)sizeof(in->name), in->name);
	greetings[l4_client(request->client)]++;
	return 0;
}

static long count(struct l4_request *request, const struct hello_count *in,
		  struct hello_count_reply *reply)
{
	(void)in;
	if (l4_client(request->client) < L4_CLIENTS)
		reply->yours = greetings[l4_client(request->client)];
	for (unsigned int i = 0; i < L4_CLIENTS; i++)
		reply->all += greetings[i];
	return 0;
}

/* If one of that number comes again, it is another one, which has not been greeted yet. */
static void gone(unsigned int client)
{
	greetings[client] = 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(hello_greet, greet),
	L4_HANDLER(hello_count, count),
};

int main(int argc, char **argv)
{
	printf("ready, with %d arguments, the first of which is `%s'\n", argc, argc ? argv[0] : "");
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .gone = gone,
	});
}
