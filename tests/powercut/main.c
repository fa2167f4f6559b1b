// SPDX-License-Identifier: GPL-2.0
/* powercut load|verify DIRECTORY; see powercut.h and test.py. */

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "powercut.h"

static void wal_load(void)
{
	database_load("wal", "wal");
}

static void rollback_load(void)
{
	database_load("rollback", "delete");
}

static void load(void)
{
	static void (*const loads[])(void) = {
		files_load, log_load, noise_load, wal_load, rollback_load,
	};

	fflush(stdout);
	for (unsigned int i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		if (fork() == 0) {
			srandom(i + 1000 * getpid());
			loads[i]();
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		check(0, "a load has ended");
}

int main(int argc, char **argv)
{
	check(argc == 3 && chdir(argv[2]) == 0, "usage: powercut load|verify DIRECTORY");
	if (strcmp(argv[1], "load") == 0) {
		load();
		return 1;
	}
	files_verify();
	log_verify();
	database_verify("wal");
	database_verify("rollback");
	printf("verified\n");
	return 0;
}
