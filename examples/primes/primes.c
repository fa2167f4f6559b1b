/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that is spread over the CPUs: counts the primes below its argument, first
 * with one thread, then with one on each CPU. A thread takes the next numbers that
 * nobody has taken yet, so that a slow CPU gets fewer.
 */
#include <l4/server.h>
#include <l4/thread.h>

#define CPUS_MAX	64
#define PIECE		1000UL		/* numbers taken at a time */

static struct counter {
	struct l4_thread thread;
	l4_word_t pieces, primes;
} counters[CPUS_MAX];

static l4_word_t next, end;		/* next: the first number that nobody has taken */

static bool is_prime(l4_word_t number)
{
	for (l4_word_t i = 2; i * i <= number; i++)
		if (number % i == 0)
			return false;
	return number > 1;
}

static void count(void *argument)
{
	struct counter *counter = argument;

	for (;;) {
		l4_word_t first = __atomic_fetch_add(&next, PIECE, __ATOMIC_RELAXED);

		if (first >= end)
			return;
		for (l4_word_t n = first; n < first + PIECE && n < end; n++)
			counter->primes += is_prime(n);
		counter->pieces++;
	}
}

static long run(unsigned int cpu)
{
	struct counter *counter = &counters[cpu];
	long error = l4_thread_run(&counter->thread, count, counter, l4_environment->priority);

	return error ? error : l4_thread_move(&counter->thread, cpu);
}

static long count_with(unsigned int cpus)
{
	l4_word_t start = l4_rdtsc(), primes = 0;
	long error = 0;

	memset(counters, 0, sizeof(counters));
	next = 0;
	for (unsigned int cpu = 0; cpu < cpus && !error; cpu++)
		error = run(cpu);
	for (unsigned int cpu = 0; cpu < cpus && !error; cpu++) {
		error = l4_thread_join(&counters[cpu].thread);
		primes += counters[cpu].primes;
	}
	if (error)
		return error;
	printf("%lu primes below %lu; CPUs: %u, %lu ms\n", primes, end, cpus,
	       (l4_rdtsc() - start) / l4_kip()->tsc_khz);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		printf("CPU %u took %lu pieces\n", cpu, counters[cpu].pieces);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int cpus = l4_kip()->cpus;
	long error;

	end = argc ? l4_number(argv[0]) : 100000;
	error = count_with(1);
	if (!error && cpus > 1)
		error = count_with(cpus);
	if (error)
		printf("a thread cannot be had: %s\n", l4_error_text(error));
	return error != 0;
}
