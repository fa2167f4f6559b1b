/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs each case twice in a child: with the default actions, and with
 * handlers on an alternate stack that tell what the signal says. Every line
 * depends on the case alone, so that the output of two kernels can be
 * compared. Beside it a process computes all the time: nothing that a case
 * does may disturb it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "faults.h"

extern char __executable_start[], etext[], end[];

static const char *current_name;
static uintptr_t stack_top;

const uint64_t kernel_addresses[] = {
	0xffff800000000000,	/* the microkernel's physical map */
	0xffff804000000000,	/* its image */
	0xffff807ffffff000,
	0xffff888000000000,	/* Linux's direct map */
	0xffff888000100000,
	0xffffc90000000000,	/* vmalloc */
	0xffffffff81000000,	/* Linux's image */
	0xfffffffff8000000,	/* the server's UTCB */
	0xfffffffffffffff8,
};
const unsigned int kernel_address_count =
	sizeof(kernel_addresses) / sizeof(kernel_addresses[0]);

/* A TiB of random places, and some room for the stack above and mappings below. */
#define MMAP_LOWEST 0x7ef000000000

void result(const char *format, ...)
{
	char line[256];
	va_list args;
	int length = snprintf(line, sizeof(line), "%s: ", current_name);

	va_start(args, format);
	length += vsnprintf(line + length, sizeof(line) - length - 1, format, args);
	va_end(args);
	line[length++] = '\n';
	if (write(1, line, length) != length)
		_exit(99);
}

/* Names an address by what is there where the place itself is random. */
static const char *place(uint64_t address, char *text, size_t size)
{
	uint64_t start = (uintptr_t)__executable_start;

	if (address >= start && address < (uintptr_t)etext)
		snprintf(text, size, "text+%#lx", address - start);
	else if (address >= start && address < (uintptr_t)end)
		snprintf(text, size, "data");
	else if (address <= stack_top && address > stack_top - (16UL << 20))
		snprintf(text, size, "stack");
	else if (address >= MMAP_LOWEST && address < stack_top)
		snprintf(text, size, "mmap");
	else
		snprintf(text, size, "%#lx", address);
	return text;
}

static void handler(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	char address[32], ip[32];

	result("signal %d code %d address %s trap %lld error %#llx ip %s cs %#llx",
	       number, info->si_code,
	       info->si_code == SI_USER ? "none" :
	       place((uintptr_t)info->si_addr, address, sizeof(address)),
	       regs[REG_TRAPNO], regs[REG_ERR],
	       place(regs[REG_RIP], ip, sizeof(ip)),
	       regs[REG_CSGSFS] & 0xffff);
	_exit(0);
}

static void catch_all(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	static char alternate[65536];
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction action = {
		.sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK,
	};

	sigaltstack(&stack, NULL);
	for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static void run_case(const struct fault_case *this, bool caught)
{
	char name[64];
	int status;
	pid_t child;

	snprintf(name, sizeof(name), "%s%s", this->name, caught ? "" : " (default)");
	current_name = name;
	child = fork();
	if (!child) {
		alarm(20);
		if (caught)
			catch_all();
		this->run(this->argument);
		result("returned");
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		result("no child");
	else if (WIFSIGNALED(status))
		result("ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		result("exit status %d", WEXITSTATUS(status));
}

static void run_table(const struct fault_case *table)
{
	for (; table->name; table++) {
		run_case(table, false);
		run_case(table, true);
	}
}

/* The bystander: a checksum over its registers' and memory's work. */
static uint64_t compute(unsigned int rounds)
{
	static uint64_t memory[4096];
	uint64_t x = 88172645463325252;
	double sum = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memory[x % 4096] += x;
		sum += 1.0 / (1 + (x & 0xffff));
		x += (uint64_t)sum;
	}
	for (unsigned int i = 0; i < 4096; i++)
		x = x * 31 + memory[i];
	memset(memory, 0, sizeof(memory));
	return x;
}

static void bystander(int stop)
{
	uint64_t wanted = compute(100000);
	char byte;

	while (read(stop, &byte, 1) < 0) {
		if (compute(100000) != wanted)
			_exit(1);
	}
	_exit(0);
}

int main(void)
{
	int status, stop[2];
	pid_t child;

	stack_top = ((uintptr_t)&status | 0xffff) + 0x100000;
	if (pipe2(stop, O_NONBLOCK) < 0)
		return 1;
	child = fork();
	if (!child) {
		close(stop[1]);
		bystander(stop[0]);
	}
	close(stop[0]);
	run_table(instruction_cases);
	run_table(memory_cases);
	run_table(stack_cases);
	run_table(call_cases);
	close(stop[1]);
	waitpid(child, &status, 0);
	current_name = "bystander";
	result("status %d", status);
	return status != 0;
}
