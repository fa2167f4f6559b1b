/* SPDX-License-Identifier: GPL-2.0 */
/* Kills a server and starts it afresh, TIMES times, each after MILLISECONDS. */
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

int main(int argc, char **argv)
{
	long error = 0;

	if (argc != 3) {
		printf("arguments: SERVER TIMES MILLISECONDS\n");
		return 1;
	}
	for (l4_word_t i = 0; i < l4_number(argv[1]) && !error; i++) {
		l4_sleep_us(l4_number(argv[2]) * 1000);
		error = l4_restart(argv[0]);
	}
	if (error)
		printf("cannot restart %s: %s\n", argv[0], l4_error_text(error));
	else
		printf("%s restarted %s times\n", argv[0], argv[1]);
	return error;
}
