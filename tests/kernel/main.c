/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel-test server: takes roottask's place, runs all tests in their
 * order and ends QEMU with 33 if all passed. After a test kernel memory must be
 * what it was. Two things may be left by a first run, and by no second one: what the
 * test says that it keeps, and tables of the index of this task's mappings. Such
 * a table is made where two mappings are told apart, and goes with the last thing
 * in it only: one that belongs to a mapping of this server's holds it.
 */
#include "ktest.h"
#include "vcpu.h"

#define EXIT_PASSED	0x10
#define EXIT_FAILED	0x11
#define PORT_ORDER	16
#define INDEX_TABLE	576	/* bytes of kernel memory: struct map_table */
#define INDEX_TABLES	3	/* of capabilities, and on the way to a new address */

volatile long last_value, last_expected;
struct worker workers[WORKERS];

static const struct l4_kip *kip;
static unsigned int passed, failed;
static const char *kept;	/* what the running test says that it keeps */
static const char *only;	/* the cases to run; "": all */

l4_word_t microseconds(void)
{
	return l4_rdtsc() * 1000 / kip->tsc_khz;
}

long receive(l4_word_t timeout_us, struct l4_msg *msg)
{
	*msg = (struct l4_msg){ 0 };
	return l4_ipc(L4_CAP_NONE, L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(timeout_us)), msg);
}

long receive_nothing(l4_word_t timeout)
{
	struct l4_msg msg = { 0 };

	return l4_ipc(L4_CAP_NONE, L4_IPC_RECV | l4_recv_timeout(timeout), &msg);
}

long call(l4_cap_t gate, struct l4_msg *msg)
{
	l4_word_t timeout = l4_timeout_us(PATIENCE);

	return l4_ipc(gate, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL | l4_send_timeout(timeout) |
		      l4_recv_timeout(timeout), msg);
}

const char *await(l4_word_t label, struct l4_msg *msg)
{
	CHECK_EQ(receive(PATIENCE, msg), 0);
	if (msg->label == LABEL_FAULT && label != LABEL_FAULT)
		printf("# fault: tag 0x%lx, 0x%lx 0x%lx 0x%lx 0x%lx\n", msg->tag, msg->mr[0],
		       msg->mr[1], msg->mr[2], msg->mr[3]);
	CHECK_EQ(msg->label, label);
	return NULL;
}

void tell_main(l4_word_t value)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { value } };

	l4_ipc_send(SLOT_MAIN, &msg);
}

void finish(void)
{
	l4_sleep_forever();
}

const char *make_task(l4_cap_t slot, l4_word_t quota)
{
	l4_word_t gates = l4_fpage_cap(SLOT_MAIN, 1, L4_RIGHT_W | L4_RIGHT_R);

	CHECK_EQ(l4_task_create(slot, quota, 0), 0);
	CHECK(l4_map(slot, l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL), IMAGE_BASE) > 0);
	CHECK_EQ(l4_map(slot, gates, (l4_word_t)SLOT_MAIN << 12), 2);
	return NULL;
}

const char *make_worker(unsigned int n, l4_cap_t task, l4_word_t flags)
{
	l4_word_t utcb = WORKER_UTCB + n * L4_PAGE_SIZE;
	l4_cap_t thread = SLOT_THREAD(n);

	CHECK_EQ(l4_thread_create(thread, task, utcb, flags), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_PAGER, SLOT_MONITOR), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_HANDLER, SLOT_MONITOR), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_PRIORITY, WORKER_PRIORITY), 0);
	CHECK_EQ(l4_gate_create(SLOT_GATE(n), thread, LABEL_GATE(n)), 0);
	workers[n].utcb = (struct l4_utcb *)utcb;
	return NULL;
}

/* The stack looks as after a call from address 0: a worker that returns faults. */
const char *start_worker(unsigned int n, void (*entry)(struct worker *self))
{
	l4_word_t *top = (l4_word_t *)(workers[n].stack + STACK_SIZE) - 1;

	*top = 0;
	CHECK_EQ(l4_thread_start(SLOT_THREAD(n), (l4_word_t)entry, (l4_word_t)top,
				 (l4_word_t)&workers[n]), 0);
	return NULL;
}

const char *run_worker(unsigned int n, l4_cap_t task, void (*entry)(struct worker *self))
{
	TRY(make_worker(n, task, 0));
	return start_worker(n, entry);
}

static const char *begin(void)
{
	CHECK_EQ(l4_gate_create(SLOT_MAIN, L4_CAP_THREAD, LABEL_MAIN), 0);
	CHECK_EQ(l4_gate_create(SLOT_MONITOR, L4_CAP_THREAD, LABEL_FAULT), 0);
	return NULL;
}

/* Deletes all that the test made and takes back what it mapped elsewhere. */
static void clean_up(void)
{
	struct l4_utcb *utcb = l4_first_utcb();

	l4_unmap(l4_fpage_cap(SLOT_TEST, 8, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	l4_unmap(l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL), 0);
	for (unsigned int type = 0; type < ARRAY_SIZE(utcb->window); type++)
		utcb->window[type] = L4_FPAGE_NONE;
}

struct usage {
	long memory, objects, quota;
};

enum leaves {
	NOTHING_LEFT,
	KEPT,		/* once */
	LEAKED,
};

static struct usage measure(void)
{
	return (struct usage){
		l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_KMEM_FREE, 0),
		l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_OBJECTS, 0),
		l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED),
	};
}

void keeps(const char *what)
{
	kept = what;
}

/* The difference; a leak's is what is shown. */
static enum leaves compare(struct usage before, struct usage after)
{
	long bytes = before.memory - after.memory;

	if (!memcmp(&before, &after, sizeof(before)))
		return NOTHING_LEFT;
	last_value = -bytes;
	last_expected = after.objects - before.objects;
	if (kept)
		return KEPT;
	if (last_expected || after.quota - before.quota != bytes || bytes < 0 ||
	    bytes > INDEX_TABLES * INDEX_TABLE || bytes % INDEX_TABLE)
		return LEAKED;
	kept = "tables of the index of mappings";
	return KEPT;
}

static const char *run_once(const struct test *test, enum leaves *leaves)
{
	struct usage before = measure();
	const char *why = begin();

	kept = NULL;
	memset(workers, 0, sizeof(workers));
	if (!why)
		why = test->on_vcpu ? run_on_vcpu(test->run) : test->run();
	clean_up();
	if (!why)
		*leaves = compare(before, measure());
	return why;
}

bool run_test(const char *group, unsigned int number, const struct test *test)
{
	enum leaves leaves = NOTHING_LEFT;
	const char *why = run_once(test, &leaves);

	if (!why && leaves == KEPT) {
		printf("# %u keeps %s: %ld bytes\n", number, kept, -last_value);
		why = run_once(test, &leaves);
	}
	if (why)
		printf("FAIL %u %s: %s: %s (%ld, 0x%lx; expected %ld)\n", number, group, test->name,
		       why, last_value, last_value, last_expected);
	else if (leaves != NOTHING_LEFT)
		printf("FAIL %u %s: %s: kernel memory changes by %ld bytes, objects by %ld\n", number,
		       group, test->name, last_value, last_expected);
	else
		printf("ok %u %s: %s\n", number, group, test->name);
	if (why || leaves != NOTHING_LEFT) {
		failed++;
		return false;
	}
	passed++;
	if (test->covers)
		printf("# covers %u %s\n", number, test->covers);
	return true;
}

static bool get_resources(void)
{
	l4_word_t physical;
	l4_word_t window = l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL);
	l4_word_t ports = l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL);
	struct l4_utcb *utcb = l4_first_utcb();

	return !l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_IO, 0, PORT_ORDER, ports, NULL) &&
	       !l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_MEM, MEMORY_ORDER, 0, window,
				  &physical) &&
	       !l4_thread_control(L4_CAP_THREAD, L4_THREAD_PRIORITY, MAIN_PRIORITY);
}

/* What it has to say is not seen before somebody reads the console. */
static void run_blocked_console(void)
{
	enum leaves leaves = LEAKED;
	const char *why = run_once(&blocked_console, &leaves);

	if (!why && leaves != LEAKED)
		l4_stop(kip, EXIT_PASSED);
	printf("FAIL %s: %s (%ld; expected %ld)\n", blocked_console.name, why ? why : "it leaks",
	       last_value, last_expected);
	l4_stop(kip, EXIT_FAILED);
}

bool has_argument(const char *word)
{
	const char *text = kip->cmdline;
	size_t length = strlen(word);

	for (; *text; text++)
		if (!strncmp(text, word, length) && (!text[length] || text[length] == ' '))
			return true;
	return false;
}

l4_word_t beyond_memory(unsigned int order)
{
	return l4_round_up(kip->memory_end, 1UL << order);
}

/* What stands after "case=" on the kernel's command line, a number or a group; "": all cases. */
static const char *case_to_run(const char *text)
{
	while (*text && strncmp(text, "case=", 5))
		text++;
	return *text ? text + 5 : text;
}

static unsigned int number_of(const char *text)
{
	unsigned int number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (*text - '0');
	return number;
}

bool is_chosen(const char *group, unsigned int number)
{
	size_t length = strlen(group);

	return !*only || (number && number_of(only) == number) ||
	       (!strncmp(only, group, length) && (!only[length] || only[length] == ' '));
}

int main(int, char **)
{
	static const struct group groups[] = {
		{ "root", 1, root_tests }, { "ipc", 100, ipc_tests }, { "map", 200, map_tests },
		{ "fault", 300, fault_tests }, { "irq", 400, irq_tests },
		{ "thread", 500, thread_tests }, { "quota", 600, quota_tests },
		{ "vcpu", 700, vcpu_tests }, { "guest", 800, guest_tests },
		{ "fuzz", 900, fuzz_tests }, { "ipc_closed", 140, ipc_closed_tests },
		{ "thread_regs", 520, thread_regs_tests },
		{ "sched", 540, sched_tests }, { "fast", 170, fast_tests },
		{ "ipc_string", 1500, ipc_string_tests },
		{ "steps", 1600, steps_tests }, { "status", 250, status_tests },
		{ "isolation", 1000, isolation_tests },
		{ "debug", 720, debug_tests }, { "latency", 1700, latency_tests },
		{ "fault_stack", 780, fault_stack_tests }, { "cpus", 1800, cpus_tests },
		{ "cpus", 1850, cpus_guest_tests },
		{ "generation", 840, generation_tests }, { "time", 560, time_tests },
		{ "labels", 1750, labels_tests },
	};

	kip = l4_kip();
	only = case_to_run(kip->cmdline);
	if (!get_resources()) {
		printf("FAIL start: sigma0 does not give memory and ports\n0 passed, 1 failed\n");
		l4_stop(kip, EXIT_FAILED);
	}
	if (has_argument("blocked_console"))
		run_blocked_console();
	for (unsigned int group = 0; group < ARRAY_SIZE(groups); group++) {
		const struct test *tests = groups[group].tests;

		for (unsigned int i = 0; tests[i].name; i++)
			if (is_chosen(groups[group].name, groups[group].first + i))
				run_test(groups[group].name, groups[group].first + i, &tests[i]);
	}
	run_race_cases();
	run_race_cases_apart();
	run_irq_race_cases();
	if (is_chosen("items", 0))
		run_item_cases();
	if (is_chosen("calls", 0))
		run_call_cases();
	printf("%u passed, %u failed\n", passed, failed);
	l4_stop(kip, failed ? EXIT_FAILED : EXIT_PASSED);
}
