/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioperm and iopl: who gets a port, what IN and OUT and their string forms then
 * do, what a child and a new program have of it. The ports are those of the PCI
 * bus, whose first device both kernels find. Each case is a child; the lines of
 * two kernels can be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "child.h"

#define SELECT	0xcf8
#define DATA	0xcfc
#define ENABLE	0x80000000u
#define DEBUG	0x80	/* takes what is written, and does nothing */

static void fault(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf(" signal %d code %d trap %lld error %lld\n", number, info->si_code,
	       regs[REG_TRAPNO], regs[REG_ERR]);
	fflush(stdout);
	_exit(5);
}

static void show(const char *what, int result)
{
	printf(" %s %d", what, result ? errno : 0);
}

static void arguments(void)
{
	show("none", ioperm(0, 0, 1));
	show("last", ioperm(65535, 1, 1));
	show("too many", ioperm(65535, 2, 1));
	show("behind", ioperm(65536, 1, 1));
	show("round", ioperm(1, -1UL, 1));
	show("off", ioperm(0, 65536, 0));
	show("level 4", iopl(4));
	show("level 1", iopl(1));
	show("level 0", iopl(0));
}

static void nobody(void)
{
	if (ioperm(DATA, 4, 1) || setuid(65534))
		return;
	show("on", ioperm(DEBUG, 1, 1));
	show("off", ioperm(DATA, 1, 0));
	show("level 3", iopl(3));
	show("level 0", iopl(0));
	inb(DATA + 1);
	printf(" still readable");
}

static void without(void)
{
	inb(DEBUG);
}

static void sizes(void)
{
	unsigned long wide = -1, half = -1;

	if (ioperm(SELECT, 8, 1))
		return;
	outl(ENABLE, SELECT);
	printf(" %#x %#x %#x %#x", inl(DATA), inw(DATA), inw(DATA + 2), inb(DATA + 3));
	asm volatile("inl %w1, %k0" : "+a"(wide) : "d"(DATA));
	asm volatile("inw %w1, %w0" : "+a"(half) : "d"(DATA));
	printf(" whole registers %#lx %#lx", wide, half);
}

static void too_wide(void)
{
	if (ioperm(DATA, 1, 1))
		return;
	inb(DATA);
	printf(" a byte can be read,");
	fflush(stdout);
	inw(DATA);
}

/* A string instruction's registers, before and after. */
struct string {
	unsigned long pointer, count;
};

static void strings_in(void)
{
	static unsigned int words[8];
	struct string s = { (unsigned long)words, 3 };

	if (ioperm(SELECT, 8, 1))
		return;
	outl(ENABLE, SELECT);
	asm volatile("rep insl" : "+D"(s.pointer), "+c"(s.count) : "d"(DATA) : "memory");
	printf(" %#x %#x %#x %#x, %ld on, %lu left;", words[0], words[1], words[2], words[3],
	       s.pointer - (unsigned long)words, s.count);
	s.pointer = (unsigned long)&words[5] + 2;
	s.count = 2;
	asm volatile("std; rep insw; cld" : "+D"(s.pointer), "+c"(s.count) : "d"(DATA) : "memory");
	printf(" %#x %#x %#x, %ld back, %lu left;", words[4], words[5], words[6],
	       s.pointer - (unsigned long)&words[5], s.count);
	s.count = 7;
	s.pointer = (unsigned long)&words[7];
	asm volatile("insb" : "+D"(s.pointer), "+c"(s.count) : "d"(DATA + 1) : "memory");
	printf(" %#x, %ld on, %lu left;", words[7], s.pointer - (unsigned long)&words[7], s.count);
	s = (struct string){ 1UL << 40 | (unsigned long)words, 1UL << 40 | 2 };
	asm volatile("addr32 rep insb" : "+D"(s.pointer), "+c"(s.count) : "d"(DATA + 2) : "memory");
	printf(" %#x, %#lx on, %#lx left;", words[0], s.pointer - (unsigned long)words, s.count);
	s.count = 0;
	asm volatile("rep insb" : "+D"(s.pointer), "+c"(s.count) : "d"(DATA) : "memory");
	printf(" %#x, %#lx on", words[0], s.pointer - (unsigned long)words);
}

static void strings_out(void)
{
	static const unsigned int selects[] = { ENABLE | 8, ENABLE };
	static const char bytes[3000];
	struct string s = { (unsigned long)selects, 1 };

	if (ioperm(SELECT, 8, 1) || ioperm(DEBUG, 1, 1))
		return;
	asm volatile("outsl" : "+S"(s.pointer) : "d"(SELECT) : "memory");
	printf(" %#x, %ld on;", inl(DATA) >> 24, s.pointer - (unsigned long)selects);
	asm volatile("rep outsl" : "+S"(s.pointer), "+c"(s.count) : "d"(SELECT) : "memory");
	printf(" %#x, %ld on, %lu left;", inl(DATA), s.pointer - (unsigned long)selects, s.count);
	s = (struct string){ (unsigned long)bytes, sizeof(bytes) };
	asm volatile("rep outsb" : "+S"(s.pointer), "+c"(s.count) : "d"(DEBUG) : "memory");
	printf(" %ld on, %lu left", s.pointer - (unsigned long)bytes, s.count);
}

static unsigned long nowhere;

static void string_fault(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf(" signal %d code %d trap %lld error %lld at %ld; si %lld di %lld, %lld left\n",
	       number, info->si_code, regs[REG_TRAPNO], regs[REG_ERR],
	       (unsigned long)info->si_addr - nowhere, regs[REG_RSI] - (greg_t)nowhere,
	       regs[REG_RDI] - (greg_t)nowhere, regs[REG_RCX]);
	fflush(stdout);
	_exit(5);
}

/* A page, and behind it one of these rights. */
static int string_to(int rights)
{
	struct sigaction action = { .sa_sigaction = string_fault, .sa_flags = SA_SIGINFO };
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	nowhere = (unsigned long)page + 4096;
	sigaction(SIGSEGV, &action, NULL);
	return ioperm(SELECT, 8, 1) || mprotect(page + 4096, 4096, rights);
}

static void string_in_nowhere(void)
{
	if (!string_to(PROT_NONE))
		asm volatile("rep insl" : : "D"(nowhere - 10), "S"(nowhere), "c"(5), "d"(DATA) : "memory");
}

static void string_in_constant(void)
{
	if (!string_to(PROT_READ) && !*(volatile char *)nowhere)
		asm volatile("rep insb" : : "D"(nowhere - 3), "S"(nowhere), "c"(5), "d"(DATA) : "memory");
}

static void string_out_nowhere(void)
{
	if (!string_to(PROT_NONE) && !munmap((void *)nowhere, 4096))
		asm volatile("rep outsw" : : "S"(nowhere - 3), "D"(nowhere), "c"(5), "d"(DATA) : "memory");
}

static void string_too_wide(void)
{
	static unsigned int words[2];

	if (!ioperm(DATA, 3, 1))
		asm volatile("rep insl" : : "D"(words), "c"(2), "d"(DATA) : "memory");
}

static void next_to_it(void)
{
	if (!ioperm(DATA, 4, 1))
		inb(DATA + 4);
}

static void taken_back(void)
{
	if (ioperm(DEBUG, 1, 1))
		return;
	outb(0, DEBUG);
	show("off", ioperm(DEBUG, 1, 0));
	fflush(stdout);
	outb(0, DEBUG);
}

static void all_ports(void)
{
	unsigned long flags;

	show("level 3", iopl(3));
	outl(ENABLE, SELECT);
	printf(" %#x", inl(DATA));
	asm volatile("outb %%al, $0x80; cli; pushf; sti; pop %0" : "=r"(flags) : "a"(0));
	printf(" interrupts %ld", flags >> 9 & 1);
	show("level 0", iopl(0));
	fflush(stdout);
	inl(DATA);
}

static void halt(void)
{
	show("level 3", iopl(3));
	fflush(stdout);
	asm volatile("hlt");
}

static void children(void)
{
	int status = -1;
	pid_t child;

	if (ioperm(DEBUG, 1, 1))
		return;
	fflush(stdout);
	child = fork();
	if (!child) {
		outb(0, DEBUG);
		_exit(ioperm(DEBUG, 1, 0));
	}
	waitpid(child, &status, 0);
	printf(" child %#x", status);
	outb(0, DEBUG);
	printf(" parent still has it");
}

static void new_program(void)
{
	if (ioperm(SELECT, 8, 1))
		return;
	fflush(stdout);
	execl("/proc/self/exe", "ports", "new", NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		sizes();
		printf("\n");
		return 0;
	}
	(void)argv;
	run("arguments", arguments);
	run("nobody", nobody);
	run("without", without);
	run("sizes", sizes);
	run("too wide", too_wide);
	run("next to it", next_to_it);
	run("strings in", strings_in);
	run("strings out", strings_out);
	run("string in, no page", string_in_nowhere);
	run("string in, constant page", string_in_constant);
	run("string out, no page", string_out_nowhere);
	run("string, too wide", string_too_wide);
	run("taken back", taken_back);
	run("all ports", all_ports);
	run("halt", halt);
	run("children", children);
	run("new program", new_program);
	return 0;
}
