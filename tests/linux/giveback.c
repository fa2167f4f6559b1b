/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads of one process give memory back at the same time. Each must then find
 * zeros in its own; what Linux takes away must be taken from the process before
 * somebody else gets it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#define THREADS	4
#define ROUNDS	8
#define SIZE	(8UL << 20)	/* several page tables: in between another thread can run */
#define PAGE	4096

static void *run(void *argument)
{
	uint64_t id = (uintptr_t)argument, wrong = 0;
	volatile uint64_t *words = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (words == MAP_FAILED)
		return (void *)1;
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		for (unsigned long at = 0; at < SIZE / sizeof(*words); at += PAGE / sizeof(*words))
			words[at] = id << 32 | round;
		if (madvise((void *)words, SIZE, MADV_DONTNEED))
			wrong++;
		for (unsigned long at = 0; at < SIZE / sizeof(*words); at += PAGE / sizeof(*words))
			wrong += words[at] != 0;
	}
	return (void *)(uintptr_t)wrong;
}

int main(void)
{
	pthread_t thread[THREADS];
	unsigned long wrong = 0;
	void *result;

	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, run, (void *)(i + 1)))
			return 1;
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &result);
		wrong += (uintptr_t)result;
	}
	printf("giveback: %lu wrong\n", wrong);
	return 0;
}
