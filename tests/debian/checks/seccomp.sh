# SPDX-License-Identifier: GPL-2.0
# seccomp: a filter gives an error, kills, or traps; strict mode.
cat >a.c <<'file'
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void filter(unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		perror("filter");
}

static void trapped(int number, siginfo_t *info, void *context)
{
	printf("signal %d of call %d\n", number, info->si_syscall);
}

static void run(int how)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };
	int result;

	switch (how) {
	case 0:
		filter(SECCOMP_RET_ERRNO | EXDEV);
		break;
	case 1:
		filter(SECCOMP_RET_KILL_PROCESS);
		break;
	case 2:
		sigaction(SIGSYS, &action, NULL);
		filter(SECCOMP_RET_TRAP);
		break;
	case 3:
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	}
	errno = 0;
	result = syscall(SYS_mkdir, "made", 0755);
	printf("%s: %s\n", result ? "not made" : "made", strerror(errno));
	fflush(stdout);
}

int main(void)
{
	for (int how = 0; how < 5; how++) {
		int status;

		fflush(stdout);
		if (fork() == 0) {
			run(how);
			_exit(how);
		}
		wait(&status);
		printf("%d: %s %d\n", how, WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
}
file
gcc -O2 -Wall -o a a.c && ./a
grep -c '^Seccomp:' /proc/self/status
#= not made: Invalid cross-device link
#= 0: status 0
#= 1: signal 31
#= signal 31 of call 83
#= not made: Success
#= 2: status 2
#= 3: signal 9
#= made: Success
#= 4: status 4
#= 1
