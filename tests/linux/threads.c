/* SPDX-License-Identifier: GPL-2.0 */
/* A thousand threads, each with its own storage behind FS, and one lock. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>

#define THREADS	1000
#define TURNS	20

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static __thread uint64_t own[8];
static __thread struct { uint64_t id; } other;
static unsigned int counter;

static uint64_t fs_base(void)
{
	uint64_t base;

	/* The first word of the thread's block points to itself. */
	asm volatile("movq %%fs:0, %0" : "=r" (base));
	return base;
}

static void *run(void *argument)
{
	uint64_t id = (uintptr_t)argument, base = fs_base(), wrong = 0;

	other.id = id;
	for (unsigned int i = 0; i < 8; i++)
		own[i] = id * 8 + i;
	pthread_barrier_wait(&barrier);
	for (unsigned int turn = 0; turn < TURNS; turn++) {
		pthread_mutex_lock(&lock);
		counter++;
		pthread_mutex_unlock(&lock);
		if (turn % 5 == 0)
			sched_yield();
		wrong += fs_base() != base || other.id != id;
		for (unsigned int i = 0; i < 8; i++)
			wrong += own[i] != id * 8 + i;
	}
	return (void *)(uintptr_t)wrong;
}

int main(void)
{
	static pthread_t thread[THREADS];
	unsigned int started = 0, wrong = 0;
	pthread_attr_t attributes;
	void *result;

	pthread_barrier_init(&barrier, NULL, THREADS);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	for (uintptr_t i = 0; i < THREADS; i++)
		started += !pthread_create(&thread[i], &attributes, run, (void *)i);
	printf("threads: %u started\n", started);
	if (started != THREADS)
		return 1;
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &result);
		wrong += result != NULL;
	}
	printf("threads: counter %u, %u wrong\n", counter, wrong);
	return 0;
}
