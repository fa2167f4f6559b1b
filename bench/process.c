/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes made and ended. The program that is started does nothing, and is
 * static; fork_sh starts it through the shell.
 */
#include <sys/wait.h>

#include "bench.h"

#define NOTHING	"/bin/nothing"

static void wait_for(pid_t pid)
{
	int status;

	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, 0) == pid && !status);
}

static bool find_nothing(unsigned int unused)
{
	return !access(NOTHING, X_OK);
}

static void fork_exit_run(unsigned int calls)
{
	while (calls--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		wait_for(pid);
	}
}

static void fork_exec_run(unsigned int calls)
{
	while (calls--) {
		pid_t pid = fork();

		if (!pid) {
			execl(NOTHING, NOTHING, NULL);
			_exit(1);
		}
		wait_for(pid);
	}
}

static void vfork_exec_run(unsigned int calls)
{
	while (calls--) {
		pid_t pid = vfork();

		if (!pid) {
			execl(NOTHING, NOTHING, NULL);
			_exit(1);
		}
		wait_for(pid);
	}
}

static void fork_sh_run(unsigned int calls)
{
	while (calls--) {
		pid_t pid = fork();

		if (!pid) {
			execl("/bin/sh", "sh", "-c", NOTHING, NULL);
			_exit(1);
		}
		wait_for(pid);
	}
}

const struct op process_ops[] = {
	{ "fork_exit", 4, .run = fork_exit_run },
	{ "fork_exec", 4, 0, 0, find_nothing, fork_exec_run },
	{ "vfork_exec", 4, 0, 0, find_nothing, vfork_exec_run },
	{ "fork_sh", 2, 10, 0, find_nothing, fork_sh_run },
	{}
};
