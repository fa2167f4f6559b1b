/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel tests' frame: checks, workers (threads in this task or in tasks
 * of their own) and memory. A test returns NULL or why it failed; whatever it
 * made in the slots from SLOT_TEST on is deleted after it, and then free kernel
 * memory and the number of objects must be what they were before.
 *
 * Tasks of workers get this server's whole image mapped at its own address, so
 * that code and variables are shared between all; only UTCBs, capabilities and
 * what a test maps differ.
 */
#ifndef KTEST_H
#define KTEST_H

#include <l4/server.h>

#define STRING_OF(x)	#x
#define STRING(x)	STRING_OF(x)

/* Fail the test unless the condition holds, or both numbers are the same. */
#define CHECK(condition) do { \
	if (!(condition)) \
		return __FILE__ ":" STRING(__LINE__) ": " #condition; \
} while (0)

#define CHECK_EQ(value, expected) do { \
	last_value = (long)(value); \
	last_expected = (long)(expected); \
	if (last_value != last_expected) \
		return __FILE__ ":" STRING(__LINE__) ": " #value " is not " #expected; \
} while (0)

#define TRY(test) do { \
	const char *why = (test); \
	if (why) \
		return why; \
} while (0)

extern volatile long last_value, last_expected;

struct test {
	const char *name;		/* without a colon */
	const char *(*run)(void);
	bool on_vcpu;			/* run() runs on a vCPU; see vcpu.h */
	const char *covers;		/* calls and errors it is a case of: "map ENOMEM, map EFAULT" */
};

/*
 * A file's tests. A test's number is `first' plus its place: new ones are
 * added at the end, so that a number means the same for ever.
 */
struct group {
	const char *name;
	unsigned int first;
	const struct test *tests;
};

extern const struct test labels_tests[], root_tests[], ipc_tests[], ipc_closed_tests[], map_tests[], fault_tests[], irq_tests[], thread_tests[],
	quota_tests[], vcpu_tests[], guest_tests[], fuzz_tests[], thread_regs_tests[],
	sched_tests[], time_tests[], fast_tests[], ipc_string_tests[], steps_tests[], status_tests[], isolation_tests[],
	debug_tests[], latency_tests[], fault_stack_tests[], cpus_tests[], cpus_guest_tests[], generation_tests[];

/* Runs a test and counts it. True if it passed. */
bool run_test(const char *group, unsigned int number, const struct test *test);

/*
 * The running test leaves that behind for others, or for its next run: which alone is
 * why its first run may leave more kernel memory in use than there was.
 */
void keeps(const char *what);

/* console.c's, which is run alone. */
extern const struct test blocked_console;

/* Is it on the kernel's command line. */
bool has_argument(const char *word);

/* The first address above all memory that is a multiple of 1 << order. */
l4_word_t beyond_memory(unsigned int order);

/* Is this case to run, of those that the command line names. */
bool is_chosen(const char *group, unsigned int number);

/* The CPU that this runs on. */
l4_word_t here(void);

/* All of calls.c: one call per case, with its arguments and its result. */
void run_call_cases(void);

/* All of races.c: a thread in each state, and what can happen to it; on one CPU, and on several. */
void run_race_cases(void);
void run_race_cases_apart(void);

/* The same of races_irq.c, for interrupts. */
void run_irq_race_cases(void);

/* races.c's: a case for each pair of a state and an event, which it sets before. where: the end of its name. */
struct pairs {
	unsigned int *state, *event;
	unsigned int states, events, per_state;
	const char *const *state_names, *const *event_names;
	const char *(*run)(void);
};

void run_pairs(const struct pairs *pairs, const char *where, const char *group, unsigned int first);

/* races.c's: for a while; until it is so, not for ever. */
const char *let_them_run(void);
const char *wait_until(bool (*is_so)(void));

/* A worker has come to a system call and not returned: one that it waits in, if it waits in its first. */
bool is_in_call(unsigned int n);

/* All of items.c: where an item arrives. */
void run_item_cases(void);

/* Slots; a worker's task has the gates in the same ones. */
#define SLOT_TEST	256		/* first of 256 that are cleared after each test */
#define SLOT_MAIN	256		/* gate to the main thread, label LABEL_MAIN */
#define SLOT_MONITOR	257		/* the same with LABEL_FAULT: workers' pager and handler */
#define SLOT_THREAD(n)	(260 + (n))
#define SLOT_GATE(n)	(280 + (n))	/* to worker n, label 0x100 + n */
#define SLOT_TASK(n)	(300 + (n))
#define SLOT_FREE	320		/* for the test itself */

#define LABEL_MAIN	0x10UL
#define LABEL_FAULT	0x11UL
#define LABEL_GATE(n)	(0x100UL + (n))

#define WORKERS		8
#define STACK_SIZE	8192
#define WORKER_UTCB	0x00007fff20000000UL
#define MAIN_PRIORITY	100
#define WORKER_PRIORITY	90

struct worker {
	struct l4_utcb *utcb;
	volatile l4_word_t arg[4];
	volatile l4_word_t result[8];
	char stack[STACK_SIZE] __attribute__((aligned(16)));
};

extern struct worker workers[WORKERS];

/* Where this server's image is, and 4 MiB of memory to map around. */
#define IMAGE_BASE	0x700000000000UL
#define IMAGE_ORDER	24
#define MEMORY_BASE	0x20000000000UL
#define MEMORY_ORDER	22
#define MEMORY_PAGE(n)	(MEMORY_BASE + (n) * L4_PAGE_SIZE)

#define MS		1000UL		/* in microseconds */
#define PATIENCE	(10000 * MS)	/* what should come at once may take so long on a busy host */

/*
 * A task with the image and the gates in it; a thread for worker n in a task
 * (L4_CAP_TASK: this one) with the monitor as its pager and handler; its start.
 */
const char *make_task(l4_cap_t slot, l4_word_t quota);
const char *make_worker(unsigned int n, l4_cap_t task, l4_word_t flags);
const char *start_worker(unsigned int n, void (*entry)(struct worker *self));
const char *run_worker(unsigned int n, l4_cap_t task, void (*entry)(struct worker *self));

/* The main thread waits for a message of that label. */
const char *await(l4_word_t label, struct l4_msg *msg);

/* What workers do: tell the main thread, be done, or count without end. */
void tell_main(l4_word_t value);
void finish(void) __attribute__((noreturn));

static inline void count_for_ever(struct worker *self)
{
	for (;;)
		self->result[0]++;
}

/* cpus.c's: how many; one that the main thread does not keep from running its workers. */
unsigned int cpus(void);
unsigned int other(unsigned int n);

/* Makes the worker, whose home that CPU is; it has counted on in its result[0], if its home is other(n). */
const char *run_on(unsigned int n, unsigned int cpu, void (*entry)(struct worker *self));
bool counts(unsigned int n);

long receive(l4_word_t timeout_us, struct l4_msg *msg);
long receive_nothing(l4_word_t timeout);	/* from anyone, but nobody sends */
long call(l4_cap_t gate, struct l4_msg *msg);
l4_word_t microseconds(void);

#endif
