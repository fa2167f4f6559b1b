/* SPDX-License-Identifier: GPL-2.0 */
/* A client of the edu driver: has the factorials of its arguments computed. */
#include <l4/parent.h>
#include <l4/server.h>

#include "factorial.h"

int main(int argc, char **argv)
{
	struct factorial_reply reply;
	long edu = l4_connect("edu");
	long error = edu < 0 ? edu : 0;

	for (int i = 0; i < argc && !error; i++) {
		struct factorial request = { l4_number(argv[i]) };

		error = factorial_call(edu, &request, &reply);
		if (!error)
			printf("%u! = %u, by %lu interrupts\n", request.of, reply.is, reply.interrupts);
	}
	if (error)
		printf("the device does not compute: %s\n", l4_error_text(error));
	return error;
}
