/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ioperm and iopl: who gets a port, what IN and OUT then do, what a child and
 * a new program have of it. The ports are those of the PCI bus, whose first
 * device both kernels find. Each case is a child; the lines of two kernels can
 * be compared.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
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
	run("taken back", taken_back);
	run("all ports", all_ports);
	run("halt", halt);
	run("children", children);
	run("new program", new_program);
	return 0;
}
