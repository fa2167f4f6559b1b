/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads on all CPUs at once, each of which knows where it is: by getcpu, by the
 * vDSO, and by its own storage, which no other thread's CPU may touch. They wander
 * from CPU to CPU, and GS base, which the kernel uses for itself, stays their own. Before
 * that one of them takes its vector registers along, from each CPU to the next.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS	16
#define MOVES	200

static atomic_ulong seen;
static int cpu_of[CPU_SETSIZE];		/* those that there are now */
static long cpus;

static uint64_t gs_word(void)
{
	uint64_t word;

	asm volatile("movq %%gs:0, %0" : "=r" (word));
	return word;
}

static unsigned int go_to(int cpu)
{
	unsigned int by_call = ~0U, wrong;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	wrong = sched_setaffinity(0, sizeof(set), &set) != 0;
	syscall(SYS_getcpu, &by_call, NULL, NULL);
	seen |= 1UL << by_call;
	return wrong + (by_call != (unsigned int)cpu) + (sched_getcpu() != cpu);
}

static void *wander(void *argument)
{
	uint64_t own = (uintptr_t)argument;
	uintptr_t wrong = 0;

	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &own))
		return (void *)1;
	for (unsigned int i = 0; i < MOVES; i++) {
		wrong += go_to(cpu_of[(own + i) % cpus]);
		wrong += gs_word() != own;
		if (i % 3 == 0)
			sched_yield();
		wrong += gs_word() != own;
	}
	return (void *)wrong;
}

/* Goes to a CPU with this value in a vector register; the one that it has there. */
static uint64_t carry(uint64_t value, int cpu)
{
	long number = SYS_sched_setaffinity;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	asm volatile("movq %[value], %%xmm7; syscall; movq %%xmm7, %[value]"
		     : [value] "+r" (value), "+a" (number)
		     : "D" (0), "S" (sizeof(set)), "d" (&set)
		     : "rcx", "r11", "memory", "xmm7");
	return number < 0 ? ~0UL : value;
}

/* To and fro, while nobody else needs these registers: each CPU may still have those of the time before. */
static unsigned int carry_around(void)
{
	unsigned int wrong = 0;
	uint64_t value = 1;

	for (unsigned int i = 0; i < MOVES; i++) {
		for (int stop = 0; stop < 2; stop++, value++)
			wrong += carry(value, cpu_of[stop ? 0 : i % cpus]) != value;
	}
	return wrong;
}

int main(void)
{
	pthread_t thread[THREADS];
	unsigned long wrong = 0;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 2;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpu_of[cpus++] = cpu;
	wrong += carry_around();
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, wander, (void *)(i + 1)))
			return 2;
	for (unsigned int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(thread[i], &result);
		wrong += (uintptr_t)result;
	}
	printf("places: %ld CPUs, seen %lx, %lu wrong\n", cpus, seen, wrong);
	return wrong != 0;
}
