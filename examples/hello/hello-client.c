/* SPDX-License-Identifier: GPL-2.0 */
/* A client of the hello server: has everybody greeted that its arguments name. */
#include <l4/parent.h>
#include <l4/server.h>

#include "hello.h"

static long greet(l4_cap_t hello, const char *name)
{
	struct hello_greet request = { 0 };
	struct hello_greet_reply reply;
	long error;

	snprintf(request.name, sizeof(request.name), "%s", name);
	error = hello_greet_call(hello, &request, &reply);
	if (error)
		printf("no greeting for `%s': %s\n", name, l4_error_text(error));
	else
		printf("%s\n", reply.text);
	return error;
}

int main(int argc, char **argv)
{
	struct hello_count request;
	struct hello_count_reply reply;
	long hello = l4_connect("hello");
	long error;

	if (hello < 0) {
		printf("cannot reach the server hello: %s\n", l4_error_text(hello));
		return 1;
	}
	for (int i = 0; i < argc; i++)
		greet(hello, argv[i]);
	error = hello_count_call(hello, &request, &reply);
	if (error)
		return error;
	printf("%lu greetings\n", reply.yours);
	return 0;
}
