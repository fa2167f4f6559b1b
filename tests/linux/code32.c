/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 32-bit code in a 64-bit process: a far jump goes there, and nobody asks the
 * kernel. System calls, faults, signals and a debugger meet it. Each case is a
 * child; the lines of two kernels can be compared.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "child.h"

#define CODE32		0x23
#define SIGNALS		10

unsigned int run32(const void *entry, unsigned int argument);
extern const char code32_syscall[], code32_sysenter[], code32_int80[], code32_int3[], code32_ud2[],
	code32_hlt[], code32_divide[], code32_write[], code32_stack[], code32_wait[],
	code32_float[], code32_steps[], code32_ports[];

static const char *entry;
static unsigned int skipped;	/* bytes, of an instruction that does not go on by itself */
static volatile unsigned int word, signals, steps;

static unsigned int address_of(const volatile void *p)
{
	return (unsigned long)p;
}

static void fault(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf(" signal %d code %d trap %lld error %#llx address %#lx cs %#llx at %lld ax %#llx;",
	       number, info->si_code, regs[REG_TRAPNO], regs[REG_ERR],
	       number == SIGSEGV ? (unsigned long)info->si_addr : 0, regs[REG_CSGSFS] & 0xffff,
	       regs[REG_RIP] - (greg_t)entry, regs[REG_RAX]);
	regs[REG_RIP] += skipped;
	if (!skipped)
		regs[REG_RDI] = address_of(&word);
}

static void run_piece(const char *piece, unsigned int argument)
{
	entry = piece;
	printf(" %#x", run32(piece, argument));
}

static void faulting(int number, const char *piece, unsigned int length)
{
	skipped = length;
	catch(number);
	run_piece(piece, 0);
}

static void no_calls(void)
{
	run_piece(code32_syscall, 0);
}

static void no_sysenter(void)
{
	faulting(SIGSEGV, code32_sysenter, 2);
}

static void no_int80(void)
{
	faulting(SIGSEGV, code32_int80, 2);
}

static void undefined(void)
{
	faulting(SIGILL, code32_ud2, 2);
}

static void privileged(void)
{
	faulting(SIGSEGV, code32_hlt, 1);
}

static void division(void)
{
	faulting(SIGFPE, code32_divide, 2);
}

static void breakpoint(void)
{
	catch(SIGTRAP);
	run_piece(code32_int3, 0);
}

static void bad_address(void)
{
	faulting(SIGSEGV, code32_write, 0);
}

static void new_page(void)
{
	char *page = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	for (unsigned int i = 0; i < 16; i++)
		run_piece(code32_write, address_of(page + i * 4096));
}

static void stack(void)
{
	run_piece(code32_stack, 0);
}

static void tick(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number;
	(void)info;
	if ((regs[REG_CSGSFS] & 0xffff) == CODE32 && ++signals == SIGNALS)
		word = 1;
}

static void ticking(const char *piece)
{
	struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO };
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };

	sigaction(SIGVTALRM, &action, NULL);
	setitimer(ITIMER_VIRTUAL, &often, NULL);
	run_piece(piece, address_of(&word));
	setitimer(ITIMER_VIRTUAL, &never, NULL);
	printf(" after %d signals", SIGNALS);
}

static void timer(void)
{
	ticking(code32_wait);
}

static void floating(void)
{
	ticking(code32_float);
}

static void ports(void)
{
	static unsigned int words[4];

	if (ioperm(0xcf8, 8, 1))
		return;
	outl(0x80000000, 0xcf8);
	run_piece(code32_ports, address_of(words));
	printf(" %#x %#x %#x %#x", words[0], words[1], words[2], words[3]);
}

static void stepped(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	steps += (((ucontext_t *)context)->uc_mcontext.gregs[REG_CSGSFS] & 0xffff) == CODE32;
}

static void single_steps(void)
{
	struct sigaction action = { .sa_sigaction = stepped, .sa_flags = SA_SIGINFO };

	sigaction(SIGTRAP, &action, NULL);
	run_piece(code32_steps, 0);
	printf(" after %u steps", steps);
}

static void show_stop(pid_t child)
{
	struct user_regs_struct regs;
	int status;

	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_GETREGS, child, NULL, &regs)) {
		printf(" status %#x", status);
		return;
	}
	printf(" signal %d cs %#llx ss %#llx at %lld ax %lld;", WSTOPSIG(status), regs.cs, regs.ss,
	       regs.rip - (unsigned long)code32_int3, regs.rax);
}

static void debugger(void)
{
	struct user_regs_struct regs;
	pid_t child = fork();
	int status = 0;

	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		_exit(run32(code32_int3, 0));
	}
	show_stop(child);
	ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
	show_stop(child);
	ptrace(PTRACE_GETREGS, child, NULL, &regs);
	regs.rax = 42;
	ptrace(PTRACE_SETREGS, child, NULL, &regs);
	ptrace(PTRACE_CONT, child, NULL, NULL);
	waitpid(child, &status, 0);
	printf(" status %#x", status);
}

int main(void)
{
	run("SYSCALL", no_calls);
	run("SYSENTER", no_sysenter);
	run("INT 80", no_int80);
	run("undefined", undefined);
	run("privileged", privileged);
	run("division", division);
	run("breakpoint", breakpoint);
	run("bad address", bad_address);
	run("new pages", new_page);
	run("stack", stack);
	run("timer", timer);
	run("floating point", floating);
	run("ports", ports);
	run("single steps", single_steps);
	run("debugger", debugger);
	return 0;
}
