/* SPDX-License-Identifier: GPL-2.0 */
/* Prints without a pause: the kernel's console is in use all the time. */
#include <l4/server.h>

int main(int argc, char **argv)
{
	(void)argc, (void)argv;
	for (unsigned int line = 0;; line++)
		printf("line %u\n", line);
}
