/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hardware breakpoints and watchpoints as debuggers set them, and what DR6
 * says: each case in a child that is traced. Every line depends on the case
 * alone, so that the output of two kernels can be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXECUTE	0
#define WRITE	1
#define PORT	2
#define ACCESS	3

static volatile uint64_t data[8] __attribute__((aligned(64)));
static volatile unsigned int executed;

void here(void);
void there(void);

__attribute__((noinline)) void here(void)
{
	executed++;
}

__attribute__((noinline)) void there(void)
{
	executed += 2;
}

static unsigned long control(int n, unsigned long type, unsigned int length)
{
	static const unsigned char lengths[] = { [1] = 0, [2] = 1, [4] = 3, [8] = 2 };

	return 1UL << (2 * n) | (type | (unsigned long)lengths[length] << 2) << (16 + 4 * n);
}

static int poke(pid_t child, int n, unsigned long value)
{
	return ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg[n]), value) ? errno : 0;
}

static unsigned long peek(pid_t child, int n)
{
	return ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, u_debugreg[n]), 0);
}

/* A child that stops at once, and then does as it is told. */
static pid_t start(void (*run)(void))
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (!child) {
		alarm(20);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		run();
		_exit(7);
	}
	waitpid(child, &status, 0);
	return child;
}

/* Goes on to the next stop and says what it is. False at the end. */
static int go(pid_t child, int request, const char *name)
{
	siginfo_t info;
	int status;

	ptrace(request, child, 0, 0);
	if (waitpid(child, &status, 0) != child)
		return 0;
	if (WIFEXITED(status) || WIFSIGNALED(status)) {
		printf("%s: ended, status %#x\n", name, status);
		return 0;
	}
	ptrace(PTRACE_GETSIGINFO, child, 0, &info);
	printf("%s: signal %d code %d dr6 %#lx", name, WSTOPSIG(status), info.si_code,
	       peek(child, 6) & 0xffff);
	poke(child, 6, 0);
	return 1;
}

static unsigned long ip_of(pid_t child)
{
	return ptrace(PTRACE_PEEKUSER, child, offsetof(struct user, regs.rip), 0);
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void write_all(void)
{
	for (unsigned int i = 0; i < 8; i++)
		data[i] = i + 1;
	for (unsigned int i = 0; i < 16; i++)
		((volatile unsigned char *)data)[i] = 0;
}

static void watch_writes(void)
{
	for (unsigned int length = 1; length <= 8; length *= 2) {
		pid_t child = start(write_all);
		unsigned int stops = 0;
		char name[32];

		snprintf(name, sizeof(name), "write %u", length);
		printf("%s: set %d", name, poke(child, 0, (unsigned long)&data[1]));
		printf(" %d\n", poke(child, 7, control(0, WRITE, length)));
		while (go(child, PTRACE_CONT, name)) {
			printf(" value %#lx\n", ptrace(PTRACE_PEEKDATA, child, &data[1], 0));
			stops++;
		}
		printf("%s: %u stops\n", name, stops);
	}
}

static void read_and_write(void)
{
	(void)data[2];
	data[2] = 5;
	(void)data[3];
}

static void watch_accesses(void)
{
	pid_t child = start(read_and_write);

	poke(child, 3, (unsigned long)&data[2]);
	poke(child, 7, control(3, ACCESS, 8));
	while (go(child, PTRACE_CONT, "access"))
		printf("\n");
}

static void call_both(void)
{
	for (int i = 0; i < 2; i++) {
		here();
		there();
	}
}

static void break_at(void)
{
	pid_t child = start(call_both);

	poke(child, 0, (unsigned long)here);
	poke(child, 1, (unsigned long)there);
	poke(child, 2, (unsigned long)&executed);
	poke(child, 7, control(0, EXECUTE, 1) | control(1, EXECUTE, 1) | control(2, WRITE, 4));
	while (go(child, PTRACE_CONT, "execute"))
		printf(" at here %d there %d, executed %ld\n", ip_of(child) == (unsigned long)here,
		       ip_of(child) == (unsigned long)there,
		       ptrace(PTRACE_PEEKDATA, child, &executed, 0) & 0xff);
}

/* Taken back in the middle: no more stops. */
static void take_back(void)
{
	pid_t child = start(call_both);

	poke(child, 0, (unsigned long)here);
	poke(child, 7, control(0, EXECUTE, 1));
	if (go(child, PTRACE_CONT, "taken back"))
		printf(" dr0 %d dr7 %#lx\n", peek(child, 0) == (unsigned long)here, peek(child, 7));
	printf("taken back: %d\n", poke(child, 7, 0));
	while (go(child, PTRACE_CONT, "taken back"))
		printf("\n");
}

static void nothing(void)
{
}

static void refusals(void)
{
	static const struct {
		const char *name;
		int n;
		unsigned long value;
	} cases[] = {
		{ "kernel address", 0, 0xffffffff81000000 },
		{ "first above", 0, 0x7ffffffff000 },
		{ "last word", 0, 0x7fffffffeff8 },
		{ "not canonical", 0, 0x123456789abcdef0 },
		{ "dr4", 4, 0 }, { "dr5", 5, 1 }, { "dr6", 6, 0xf }, { "dr7 off", 7, 0 },
		{ "dr7 without addresses", 7, 1 | 1 << 16 },
		{ "general detect", 7, 1 << 13 }, { "a port", 7, 1 | 2 << 16 },
		{ "long instruction", 7, 1 | 4 << 16 }, { "reserved bits", 7, 0xdc00 },
		{ "exact bits", 7, 0x300 }, { "upper half of dr7", 7, 1UL << 32 },
	};
	pid_t child = start(nothing);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int error = poke(child, cases[i].n, cases[i].value);

		printf("refused: %s: error %d, then %#lx\n", cases[i].name, error,
		       peek(child, cases[i].n));
	}
	printf("refused: misaligned: %d", poke(child, 1, (unsigned long)data + 1));
	printf(" %d", poke(child, 7, control(1, WRITE, 4)));
	printf(" dr7 %#lx\n", peek(child, 7));
	printf("refused: dr0 and dr1: %#lx %d\n", peek(child, 0),
	       peek(child, 1) == (unsigned long)data + 1);
	printf("refused: between registers: %ld\n",
	       ptrace(PTRACE_POKEUSER, child, offsetof(struct user, u_debugreg[1]) + 4, 0));
	end(child);
}

static void kernel_writes(void)
{
	int ends[2];

	if (pipe(ends) || write(ends[1], "12345678", 8) != 8 || read(ends[0], (void *)&data[1], 8) != 8)
		_exit(9);
	data[1] = 1;
}

/* What the kernel writes for the process stops nobody. */
static void watch_the_kernel(void)
{
	pid_t child = start(kernel_writes);

	poke(child, 0, (unsigned long)&data[1]);
	poke(child, 7, control(0, WRITE, 8));
	while (go(child, PTRACE_CONT, "kernel writes"))
		printf(" value %#lx\n", ptrace(PTRACE_PEEKDATA, child, &data[1], 0));
}

static void fork_and_write(void)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		data[1] = 3;
		_exit(3);
	}
	waitpid(child, &status, 0);
	data[1] = WEXITSTATUS(status);
}

static void *write_in_a_thread(void *unused)
{
	data[1] = 4;
	return unused;
}

static void thread_and_write(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, write_in_a_thread, NULL);
	pthread_join(thread, NULL);
	data[1] = 5;
}

/* Breakpoints are a thread's own: not its children's, and not other threads'. */
static void watch_one(void (*run)(void), const char *name)
{
	pid_t child = start(run);

	poke(child, 0, (unsigned long)&data[1]);
	poke(child, 7, control(0, WRITE, 8));
	while (go(child, PTRACE_CONT, name))
		printf(" value %#lx\n", ptrace(PTRACE_PEEKDATA, child, &data[1], 0));
}

static void exec_oneself(void)
{
	execl("/proc/self/exe", "debug", "write", NULL);
}

static void lost_by_exec(void)
{
	pid_t child = start(exec_oneself);

	poke(child, 0, (unsigned long)&data[1]);
	poke(child, 7, control(0, WRITE, 8));
	while (go(child, PTRACE_CONT, "exec"))
		printf(" dr0 %#lx dr7 %#lx\n", peek(child, 0), peek(child, 7));
}

static void two_steps(void)
{
	asm volatile("nop; nop");
}

static void reasons(void)
{
	pid_t child = start(two_steps);

	for (int i = 0; i < 3; i++)
		if (go(child, PTRACE_SINGLESTEP, "step"))
			printf("\n");
	end(child);
	child = start(call_both);
	poke(child, 0, (unsigned long)here);
	poke(child, 7, control(0, EXECUTE, 1));
	for (int i = 0; i < 4; i++)
		if (go(child, i == 1 ? PTRACE_SINGLESTEP : PTRACE_CONT, "step from a breakpoint"))
			printf(" at here %d\n", ip_of(child) == (unsigned long)here);
	end(child);
}

#define SYSTEM_FLAGS	0x1b3000UL	/* IOPL, VM, VIF, VIP; without IF */

/* A debugger gives nobody the system's flags, and takes nobody interrupts. */
static void system_flags(void)
{
	size_t at = offsetof(struct user, regs.eflags);
	pid_t child = start(two_steps);

	printf("flags: set %ld", ptrace(PTRACE_POKEUSER, child, at, SYSTEM_FLAGS));
	printf(" found %#lx\n", ptrace(PTRACE_PEEKUSER, child, at, 0) & (SYSTEM_FLAGS | 0x200));
	if (go(child, PTRACE_CONT, "flags")) {
		printf("\n");
		end(child);
	}
}

/* Without a debugger. */
static void handler(int number, siginfo_t *info, void *context)
{
	static unsigned int count;

	(void)context;
	printf("own: signal %d code %d\n", number, info->si_code);
	if (++count == 20)
		exit(1);
}

static void own_trap(void)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGTRAP, &action, NULL);
	asm volatile("pushf; orl $0x100, (%rsp); popf; nop; pushf; andl $~0x100, (%rsp); popf");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		write_all();
		return 0;
	}
	watch_writes();
	watch_accesses();
	break_at();
	take_back();
	refusals();
	watch_the_kernel();
	watch_one(fork_and_write, "fork");
	watch_one(thread_and_write, "thread");
	lost_by_exec();
	reasons();
	system_flags();
	own_trap();
	return 0;
}
