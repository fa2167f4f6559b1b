/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation of the benchmark, and what the files of operations share.
 *
 * Everything is counted in ticks of the TSC. Under QEMU's -icount shift=0 a
 * tick is a guest instruction, otherwise it is time; the program does not know
 * which. One operation runs at a time, so static state in a file is enough.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

struct op {
	const char *name;
	unsigned int calls;	/* in one round */
	unsigned int rounds;	/* 0: the usual number */
	unsigned int argument;	/* for setup: a number of descriptors, a size */
	bool (*setup)(unsigned int argument);	/* false: not possible here */
	void (*run)(unsigned int calls);
	void (*teardown)(void);
};

/* Tables of operations; the last entry has no name. */
extern const struct op call_ops[], poll_ops[], signal_ops[], ipc_ops[];
extern const struct op switch_ops[], process_ops[], memory_ops[], file_ops[];

/* For what must not fail once an operation's setup was possible. */
void check(bool condition, const char *what);

#define CHECK(condition)	check(condition, #condition)

/* A page of memory, and a file of this many bytes in /tmp. */
#define PAGE		4096
#define FILE_NAME	"/tmp/bench.file"
#define FILE_SIZE	(1 << 20)

/* What an operation has open; for FILE_NAME a setup, and an end for any. */
extern int bench_fd;
bool open_file(unsigned int unused);
void close_file(void);

/* crowd.c: how many at once, the caller's CPU from now on */
#define MEMBERS_MAX	64
void choose_cpu(unsigned int cpu);

/* Runs it in so many processes, or threads of one, at once; prints one line. */
void crowd_run(const struct op *op, unsigned int members, bool threads, unsigned int rounds);

/* delay.c: prints one line; the ops, up to a null, are the others' work */
void delay_run(const struct op *const *ops, unsigned int members);

/* A child that runs loop(argument) for ever, and its end. */
pid_t start_peer(void (*loop)(int), int argument);
void stop_peer(pid_t pid);

#endif
