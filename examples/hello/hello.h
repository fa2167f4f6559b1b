/* SPDX-License-Identifier: GPL-2.0 */
/* What the hello server does, for its clients. */
#ifndef HELLO_H
#define HELLO_H

#include <l4/message.h>

#define HELLO_PROTOCOL	L4_PROTOCOL_OWN

/* A greeting for somebody. -L4_EINVAL: nobody */
struct hello_greet {
	char name[32];
};
struct hello_greet_reply {
	char text[64];
};
L4_OPERATION(hello_greet, HELLO_PROTOCOL, 1);

/* How many greetings has this client had, and how many were there in all? */
struct hello_count { };
struct hello_count_reply {
	l4_word_t yours, all;
};
L4_OPERATION(hello_count, HELLO_PROTOCOL, 2);

#endif
