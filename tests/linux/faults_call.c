/* SPDX-License-Identifier: GPL-2.0 */
/* System calls with numbers and pointers that nobody should pass. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"

#define SYSCALL_MAX	0x1000	/* above any number that Linux has */

static long system_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t r10 asm("r10") = 0;
	long value;

	asm volatile("syscall" : "=a" (value)
		     : "a" (number), "D" (a), "S" (b), "d" (c), "r" (r10)
		     : "rcx", "r11", "memory");
	return value;
}

static void call_number(uint64_t number)
{
	long value = system_call(number, 0, 0, 0);

	if (value == getpid())
		result("getpid");
	else
		result("value %ld", value);
}

/* Numbers at random that are no system call: all must say so. */
static void random_numbers(uint64_t seed)
{
	unsigned int wrong = 0;
	uint64_t x = seed;

	for (unsigned int i = 0; i < 2000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if ((uint32_t)x < SYSCALL_MAX || ((uint32_t)x & 0x40000000))
			continue;
		wrong += system_call(x, x, x, x) != -ENOSYS;
	}
	result("%u calls were not refused", wrong);
}

/* SYSCALL keeps all registers but rax, rcx and r11. */
static void registers(uint64_t value)
{
	uint64_t sum;

	asm volatile("movq %1, %%rbx; leaq 1(%1), %%r12; leaq 2(%1), %%r13; leaq 3(%1), %%r14;"
		     "leaq 4(%1), %%r15; leaq 5(%1), %%r8; leaq 6(%1), %%r9; leaq 7(%1), %%r10;"
		     "leaq 8(%1), %%rdi; leaq 9(%1), %%rsi; leaq 10(%1), %%rdx; movl $39, %%eax;"
		     "syscall; xorl %%eax, %%eax; addq %%rbx, %%rax; addq %%r12, %%rax;"
		     "addq %%r13, %%rax; addq %%r14, %%rax; addq %%r15, %%rax; addq %%r8, %%rax;"
		     "addq %%r9, %%rax; addq %%r10, %%rax; addq %%rdi, %%rax; addq %%rsi, %%rax;"
		     "addq %%rdx, %%rax"
		     : "=&a" (sum) : "r" (value)
		     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
		       "r13", "r14", "r15", "memory", "cc");
	result("sum %lu", sum);
}

/* One call with each address that user mode has no business with. */
static void pointers(uint64_t which)
{
	int pipes[2], zero = open("/dev/zero", O_RDONLY);
	struct timespec now;

	if (pipe(pipes) < 0 || zero < 0 || clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return;
	for (unsigned int i = 0; i < kernel_address_count; i++) {
		uint64_t address = kernel_addresses[i];
		long value = 0;

		switch (which) {
		case SYS_write:
			value = system_call(which, pipes[1], address, 8);
			break;
		case SYS_read:
			value = system_call(which, zero, address, 8);
			break;
		case SYS_open:
		case SYS_uname:
		case SYS_stat:
			value = system_call(which, address, address, 0);
			break;
		case SYS_execve:
			value = system_call(which, (uintptr_t)"/bin/true", address, 0);
			break;
		case SYS_futex:
			value = system_call(which, address, 0, 1);
			break;
		case SYS_rt_sigaction:
			value = system_call(which, 10, address, 0);
			break;
		case SYS_mprotect:
		case SYS_munmap:
		case SYS_madvise:
		case SYS_msync:
			value = system_call(which, address & -4096UL, 4096, 4);
			break;
		case SYS_arch_prctl:
			value = system_call(which, 0x1002, address, 0);
			break;
		case SYS_mincore:
			value = system_call(which, address & -4096UL, 4096, (uintptr_t)&now);
			break;
		}
		result("%#lx: %ld", address, value);
	}
}

/* A buffer that begins in user space and ends beyond it. */
static void across_border(uint64_t address)
{
	int pipes[2];

	if (pipe(pipes) < 0)
		return;
	result("write %ld", system_call(SYS_write, pipes[1], address, 64));
	result("uname %ld", system_call(SYS_uname, address, 0, 0));
}

static void map_fixed(uint64_t address)
{
	void *page = mmap((void *)address, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	result("errno %d", page == MAP_FAILED ? errno : 0);
}

/* A copy that faults half-way must tell how far it came. */
static void partial_copy(uint64_t length)
{
	int pipes[2];
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pipe2(pipes, O_NONBLOCK) < 0 || write(pipes[1], pages, 8192) != 8192)
		return;
	munmap(pages + 4096, 4096);
	result("write %ld", (long)write(pipes[1], pages + 4096 - length, 2 * length));
	result("read %ld", (long)read(pipes[0], pages + 4096 - length / 2, length));
}

#define POINTERS(name) { "pointers of " #name, pointers, SYS_##name }

const struct fault_case call_cases[] = {
	{ "system call -1", call_number, -1UL },
	{ "system call -4096", call_number, -4096UL },
	{ "system call 9999", call_number, 9999 },
	{ "system call 0x7fffffff", call_number, 0x7fffffff },
	{ "system call 0x80000000", call_number, 0x80000000 },
	{ "system call 0x40000027", call_number, 0x40000027 },
	{ "system call 2^32", call_number, (1UL << 32) + SYS_getpid },
	{ "system call 2^63", call_number, (1UL << 63) + SYS_getpid },
	{ "random system calls", random_numbers, 88172645463325252 },
	{ "registers", registers, 1000 },
	POINTERS(write), POINTERS(read), POINTERS(open), POINTERS(uname),
	POINTERS(stat), POINTERS(execve), POINTERS(futex), POINTERS(rt_sigaction),
	POINTERS(mprotect), POINTERS(munmap), POINTERS(madvise), POINTERS(msync),
	POINTERS(arch_prctl), POINTERS(mincore),
	{ "border of user space", across_border, 0x7fffffffeff0 },
	{ "last page of user space", across_border, 0x7fffffffe000 },
	{ "map at end", map_fixed, 0x7ffffffff000 },
	{ "map at 0x800000000000", map_fixed, 0x800000000000 },
	{ "map in Linux", map_fixed, 0xffffffff81000000 },
	{ "map at microkernel", map_fixed, 0xffff804000000000 },
	{ "partial copy", partial_copy, 100 },
	{ "partial copy large", partial_copy, 2000 },
	{ 0 },
};
