/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One CPU uses a page while another takes it away: race ROUNDS. When the call
 * that takes it has returned, nobody may see the page as it was before.
 *
 * `phase' is odd while the changer is at work. While it is even and stays the same
 * what the page must be is known; the user tries it between two looks at it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE	4096
#define PATIENCE	10000

static atomic_ulong phase, tried;	/* tried: the last phase that the user was in */
static atomic_bool over;
static _Atomic(volatile unsigned long *) page;
static unsigned long rounds;
static __thread sigjmp_buf faulted;

struct race {
	const char *name;
	void (*begin)(void);
	void (*change)(unsigned long round);	/* round n ends with phase 2n */
	bool (*stale)(unsigned long round);	/* is it, in the phase after round n? */
};

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		perror("race: sched_setaffinity");
		exit(2);
	}
}

static void *map_at(void *address, int protection, int flags, int file)
{
	void *result = mmap(address, PAGE, protection, flags | MAP_PRIVATE, file, 0);

	if (result == MAP_FAILED) {
		perror("race: mmap");
		exit(2);
	}
	return result;
}

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(faulted, 1);
}

/* Can it be read; and then what is there? */
static bool can_read(unsigned long *value)
{
	if (sigsetjmp(faulted, 1))
		return false;
	*value = *page;
	return true;
}

static bool can_write(void)
{
	if (sigsetjmp(faulted, 1))
		return false;
	*page = 1;
	return true;
}

static void begin_anonymous(void)
{
	page = map_at(NULL, PROT_READ | PROT_WRITE, MAP_ANONYMOUS, -1);
	*page = 1;
}

/* Every other round it is there. */
static void change_unmap(unsigned long round)
{
	if (round % 2)
		munmap((void *)page, PAGE);
	else
		*(volatile unsigned long *)map_at((void *)page, PROT_READ | PROT_WRITE,
						  MAP_ANONYMOUS | MAP_FIXED, -1) = round;
}

static bool stale_unmap(unsigned long round)
{
	unsigned long value;

	return can_read(&value) && (round % 2 || value != round);
}

static void change_protect(unsigned long round)
{
	mprotect((void *)page, PAGE, round % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
}

static bool stale_protect(unsigned long round)
{
	return can_write() && round % 2;
}

/* Another page takes its place. */
static int files[2];

static void begin_replace(void)
{
	for (unsigned long i = 0; i < 2; i++) {
		files[i] = memfd_create("race", 0);
		if (files[i] < 0 || write(files[i], &i, sizeof(i)) != sizeof(i) ||
		    ftruncate(files[i], PAGE)) {
			perror("race: memfd_create");
			exit(2);
		}
	}
	page = map_at(NULL, PROT_READ, 0, files[0]);
}

static void change_replace(unsigned long round)
{
	map_at((void *)page, PROT_READ, MAP_FIXED, files[round % 2]);
}

static bool stale_replace(unsigned long round)
{
	unsigned long value;

	return !can_read(&value) || value != round % 2;
}

/* It is given back, and is zero: nobody but the changer writes. */
static void change_discard(unsigned long round)
{
	if (round % 2)
		madvise((void *)page, PAGE, MADV_DONTNEED);
	else
		*page = round;
}

static bool stale_discard(unsigned long round)
{
	unsigned long value;

	return !can_read(&value) || value != (round % 2 ? 0 : round);
}

/* What it was moved from is gone at once. */
static void *spare;

static void begin_move(void)
{
	begin_anonymous();
	spare = map_at(NULL, PROT_NONE, MAP_ANONYMOUS, -1);
}

static void change_move(unsigned long round)
{
	void *from = round % 2 ? (void *)page : spare, *to = round % 2 ? spare : (void *)page;

	if (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		abort();
}

static bool stale_move(unsigned long round)
{
	unsigned long value;

	return can_read(&value) && round % 2;
}

static const struct race races[] = {
	{ "unmap", begin_anonymous, change_unmap, stale_unmap },
	{ "protect", begin_anonymous, change_protect, stale_protect },
	{ "replace", begin_replace, change_replace, stale_replace },
	{ "discard", begin_anonymous, change_discard, stale_discard },
	{ "move", begin_move, change_move, stale_move },
};

static void *changer(void *argument)
{
	const struct race *race = argument;

	stay_on(1);
	for (unsigned long round = 1; round <= rounds; round++) {
		phase++;
		race->change(round);
		phase++;
		/* Half of the rounds last until the user has been there; the others surprise it. */
		for (unsigned int i = 0; round & 2 && tried != phase && i < PATIENCE; i++)
			__builtin_ia32_pause();
	}
	over = true;
	return NULL;
}

static unsigned int run(const struct race *race)
{
	unsigned long tries = 0, stale = 0;
	pthread_t thread;

	phase = tried = 0;
	over = false;
	race->begin();
	if (pthread_create(&thread, NULL, changer, (void *)race))
		exit(2);
	while (!over) {
		unsigned long before = phase;
		bool wrong;

		if (before % 2 || !before)
			continue;
		wrong = race->stale(before / 2);
		if (phase != before)
			continue;
		tried = before;
		tries++;
		stale += wrong;
	}
	pthread_join(thread, NULL);
	printf("race: %s: %s, %lu stale\n", race->name, tries > rounds / 100 ? "tried" : "hardly tried",
	       stale);
	return stale || tries <= rounds / 100;
}

/* A child's memory is what it was when it was born, whatever the other thread writes meanwhile. */
static void *writer(void *argument)
{
	(void)argument;
	stay_on(1);
	while (!over)
		++*page;
	return NULL;
}

static unsigned int run_fork(unsigned long forks)
{
	unsigned long wrong = 0;
	pthread_t thread;

	over = false;
	begin_anonymous();
	if (pthread_create(&thread, NULL, writer, NULL))
		exit(2);
	for (unsigned long i = 0; i < forks; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			unsigned long value = *page;

			for (volatile unsigned int j = 0; j < 2000; j++)
				if (*page != value)
					_exit(1);
			_exit(0);
		}
		wrong += child < 0 || waitpid(child, &status, 0) != child || status;
	}
	over = true;
	pthread_join(thread, NULL);
	printf("race: fork: tried, %lu stale\n", wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_fault, .sa_flags = SA_NODEFER };
	unsigned int failed = 0;

	rounds = argc > 1 ? strtoul(argv[1], NULL, 0) : 10000;
	setvbuf(stdout, NULL, _IOLBF, 0);
	stay_on(0);
	sigaction(SIGSEGV, &action, NULL);
	for (unsigned int i = 0; i < sizeof(races) / sizeof(races[0]); i++)
		failed += run(&races[i]);
	failed += run_fork(rounds / 20);
	return failed != 0;
}
