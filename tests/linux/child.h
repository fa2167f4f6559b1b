/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A case in a child of its own, which may end by a signal; its line begins with
 * the case's name.
 */
#ifndef CHILD_H
#define CHILD_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program's: tells of a signal, and ends the child. */
static void fault(int number, siginfo_t *info, void *context);

static inline void catch(int number)
{
	struct sigaction action = { .sa_sigaction = fault, .sa_flags = SA_SIGINFO };

	sigaction(number, &action, NULL);
}

static inline void run(const char *name, void (*fn)(void))
{
	int status = 0;
	pid_t child;

	printf("%s:", name);
	fflush(stdout);
	child = fork();
	if (!child) {
		alarm(20);
		catch(SIGSEGV);
		fn();
		printf("\n");
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf(" ended by signal %d\n", WTERMSIG(status));
	printf("%s: status %d\n", name, WEXITSTATUS(status));
}

#endif
