/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The main thread: rounds of fuzzing tasks, and what must hold after each.
 * The kernel's command line says how much and which:
 *
 *	fuzz_calls=N fuzz_seed=S fuzz_late=US fuzz_period=US [fuzz_halt=1]
 *
 * The victim, which wakes after each period, may be so late and no more. With fuzz_halt everything stands still
 * after a failure, and the kernel's debugger can tell what was done last.
 * Under QEMU's -icount the same numbers are the same run, call by call, and CPUs take turns.
 *
 * With several CPUs (the kernel's cpus=N) threads do not stay where they are put:
 * they move each other. Each fourth round ends, for all, with its first thread.
 */
#include "fuzz.h"

#define EXIT_PASSED	0x10
#define EXIT_FAILED	0x11

#define POOL		0x10000000000UL
#define POOL_ORDER	26
#define REGION		(1UL << 23)	/* of the pool for each task: its data, then its scratch */
#define REGION_SCRATCH	(1UL << 22)
#define REGION_IMAGES	(1UL << 21)	/* from the data of one vCPU's image to that of the next one's */

#define VICTIM_PRIORITY	180
#define MAIN_PRIORITY	150
#define FUZZ_PRIORITY	50
#define QUOTA		0x80000UL
#define TICK_US		2000UL
#define STUCK_TICKS	3		/* without a call: the thread is started anew */
#define RESTARTS	40		/* then it is left as it is, for this round */
#define CALLS_PER_ROUND	300		/* and thread */

#define SLOT_TASK(n)	(64 + (n))
#define SLOT_THREAD(n)	(72 + (n))
#define SLOT_GATE(n)	(88 + (n))
#define SLOT_IRQ(n)	(104 + (n))
#define SLOT_FAULT(n)	(112 + (n))	/* gates to the main thread: label n */
#define VICTIM(cpu)	(FUZZ_TASKS + (cpu))	/* as a number of a task */
#define VICTIM_THREAD(cpu, n) (FUZZ_THREADS + 2 * (cpu) + (n))
#define SETTLE_US	500000UL	/* what is left to be freed elsewhere takes this at most */
#define SETTLE_TICK_US	200UL

struct fuzzer fuzzers[THREADS_PER_TASK];
struct victim victim;

extern char l4_image_data[] __attribute__((visibility("hidden")));
extern char l4_image_end[] __attribute__((visibility("hidden")));

static const struct l4_kip *kip;
static l4_word_t wanted = 200000, seed = 1, late_us = 10000, period_us = 1000, halt, total;
static struct { l4_word_t turns, since; } seen_victims[CPUS_MAX];
static unsigned int cpus;
static const char *failure;
static struct { l4_word_t calls; unsigned int ticks, restarts; bool over; } watch[FUZZ_THREADS];

static long system(l4_word_t what)
{
	return l4_system_control(L4_CAP_SYSTEM, what, 0);
}

static void fail(const char *what, long a, long b)
{
	if (!failure)
		printf("FAIL fuzz: %s (%ld, %ld)\n", what, a, b);
	failure = what;
}

/* What must not fail, in the main thread's own calls. */
static void must(long result, const char *what)
{
	if (result < 0)
		fail(what, result, total);
}

static l4_word_t number_after(const char *text, const char *name, l4_word_t value)
{
	for (; *text; text++) {
		if (strncmp(text, name, strlen(name)))
			continue;
		for (value = 0, text += strlen(name); *text >= '0' && *text <= '9'; text++)
			value = value * 10 + (*text - '0');
		break;
	}
	return value;
}

static unsigned int task_of(unsigned int thread)
{
	return thread / THREADS_PER_TASK;
}

static bool is_vcpu(unsigned int thread)
{
	return task_of(thread) == HOST && (thread % THREADS_PER_TASK == 0 || cpus > 1);
}

/* The second vCPU has an image of its own, for the assembler's variables. */
static unsigned int image_number(unsigned int thread)
{
	return is_vcpu(thread) ? thread % THREADS_PER_TASK : 0;
}

static l4_word_t image_of(unsigned int thread)
{
	return task_of(thread) == HOST ? HOST_IMAGE + image_number(thread) * HOST_IMAGES : IMAGE_BASE;
}

static l4_word_t region_of(unsigned int task)
{
	return POOL + task * REGION;
}

/* Of a copy of the data: where the main thread sees what it calls `object'. */
static void *copy_at(l4_word_t copy, const void *object)
{
	return (char *)copy + ((const char *)object - l4_image_data);
}

static struct fuzzer *fuzzer_of(unsigned int thread)
{
	return copy_at(region_of(task_of(thread)) + image_number(thread) * REGION_IMAGES,
		       &fuzzers[thread % THREADS_PER_TASK]);
}

static struct victim *victim_of(unsigned int cpu)
{
	return copy_at(region_of(VICTIM(cpu)), &victim);
}

static void map_range(unsigned int task, l4_word_t from, l4_word_t to, l4_word_t size, l4_word_t rights)
{
	for (l4_word_t done = 0; done < size; done += L4_PAGE_SIZE)
		must(l4_map(SLOT_TASK(task), l4_fpage_mem(from + done, L4_PAGE_SHIFT, rights), to + done),
		     "mapping a task's memory");
}

/* With a copy of the data of its own. */
static void map_image(unsigned int task, l4_word_t image, l4_word_t copy)
{
	l4_word_t text = (l4_word_t)l4_image_data - IMAGE_BASE, data = l4_image_end - l4_image_data;

	memcpy((void *)copy, l4_image_data, data);
	map_range(task, IMAGE_BASE, image, text, L4_RIGHT_R | L4_RIGHT_X);
	map_range(task, copy, image + text, data, L4_RIGHT_R | L4_RIGHT_W);
}

static void make_task(unsigned int task, l4_word_t image, l4_word_t scratch)
{
	must(l4_task_create(SLOT_TASK(task), QUOTA, 0), "making a task");
	map_image(task, image, region_of(task));
	must(l4_map(SLOT_TASK(task), l4_fpage_mem(region_of(task) + REGION_SCRATCH, SCRATCH_ORDER,
						  L4_RIGHT_R | L4_RIGHT_W), scratch),
	     "mapping a task's scratch memory");
}

static void put(unsigned int thread, unsigned int cpu)
{
	if (cpus > 1)
		must(l4_thread_control(SLOT_THREAD(thread), L4_THREAD_CPU, cpu), "a CPU");
}

static void make_thread(unsigned int thread, unsigned int task, l4_word_t utcb, l4_word_t flags,
			unsigned int priority)
{
	l4_cap_t slot = SLOT_THREAD(thread);

	must(l4_thread_create(slot, SLOT_TASK(task), utcb, flags), "making a thread");
	must(l4_gate_create(SLOT_FAULT(thread), L4_CAP_THREAD, thread), "making a gate");
	must(l4_gate_create(SLOT_GATE(thread), slot, thread), "making a gate");
	must(l4_thread_control(slot, L4_THREAD_PAGER, SLOT_FAULT(thread)), "a pager");
	must(l4_thread_control(slot, L4_THREAD_HANDLER, SLOT_FAULT(thread)), "a handler");
	must(l4_thread_control(slot, L4_THREAD_PRIORITY, priority), "a priority");
	must(l4_thread_control(slot, L4_THREAD_TIMESLICE, 500), "a timeslice");
}

/* Functions and data are elsewhere for a task that sees the image at `image'. */
static l4_word_t seen(l4_word_t image, const void *what)
{
	return (l4_word_t)what - IMAGE_BASE + image;
}

static bool start_fuzzer(unsigned int thread)
{
	struct fuzzer *self = &fuzzers[thread % THREADS_PER_TASK];
	l4_word_t image = image_of(thread);
	const void *entry = is_vcpu(thread) ? (void *)host : (void *)caller;

	return !l4_thread_start(SLOT_THREAD(thread), seen(image, entry), seen(image, self->stack + STACK_SIZE - 8), seen(image, self));
}

static void give(unsigned int task, l4_cap_t slot, l4_cap_t to)
{
	must(l4_map(SLOT_TASK(task), l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), (l4_word_t)to << 12),
	     "giving a capability");
}

static void give_capabilities(unsigned int task)
{
	unsigned int other = task == FIRST_OWNER ? SECOND_OWNER : FIRST_OWNER;

	give(task, SLOT_TASK(task), OWN_TASK);
	give(task, SLOT_TASK(other), OTHER_TASK);
	for (unsigned int i = 0; i < THREADS_PER_TASK; i++) {
		give(task, SLOT_THREAD(task * THREADS_PER_TASK + i), OWN_THREAD(i));
		give(task, SLOT_GATE(task * THREADS_PER_TASK + i), OWN_GATE(i));
		give(task, SLOT_THREAD(other * THREADS_PER_TASK + i), OTHER_THREAD(i));
		give(task, SLOT_GATE(other * THREADS_PER_TASK + i), OTHER_GATE(i));
	}
	must(l4_irq_create(SLOT_IRQ(task), L4_CAP_NONE, L4_IRQ_SOFT), "making an irq");
	give(task, SLOT_IRQ(task), SOME_IRQ);
	if (cpus > 1 && task != FIRST_OWNER)
		give(task, SLOT_IRQ(task - 1), OTHER_IRQ);
}

/* Each pair of tasks meets on one CPU, and on different ones, in its turn. */
static unsigned int home_of(unsigned int thread, l4_word_t round)
{
	return (thread + task_of(thread) * (round % 4) + round) % cpus;
}

static void make_fuzzer(unsigned int thread, l4_word_t round)
{
	unsigned int task = task_of(thread), n = thread % THREADS_PER_TASK;
	l4_word_t utcb = task == HOST ? HOST_UTCB - n * L4_PAGE_SIZE : UTCB(n);
	struct fuzzer *self = fuzzer_of(thread);

	*self = (struct fuzzer){
		.seed = (seed * 1000003 + round) * FUZZ_THREADS + thread + 0x9e3779b97f4a7c15UL,
		.wanted = CALLS_PER_ROUND, .utcb = (struct l4_utcb *)utcb,
		.image = image_of(thread), .scratch = task == HOST ? HOST_SCRATCH : SCRATCH,
		.cpus = cpus,
	};
	/* The first numbers of like seeds are alike. */
	for (unsigned int i = 0; i < 16; i++)
		random_next(self);
	make_thread(thread, task, utcb, is_vcpu(thread) ? L4_THREAD_VCPU : 0, FUZZ_PRIORITY);
	put(thread, home_of(thread, round));
}

static void begin_round(l4_word_t round)
{
	memset(watch, 0, sizeof(watch));
	for (unsigned int task = 0; task < FUZZ_TASKS; task++)
		make_task(task, task == HOST ? HOST_IMAGE : IMAGE_BASE,
			  task == HOST ? HOST_SCRATCH : SCRATCH);
	if (cpus > 1)
		map_image(HOST, HOST_IMAGE + HOST_IMAGES, region_of(HOST) + REGION_IMAGES);
	for (unsigned int thread = 0; thread < FUZZ_THREADS; thread++)
		make_fuzzer(thread, round);
	for (unsigned int task = FIRST_OWNER; task < FUZZ_TASKS; task++)
		give_capabilities(task);
	for (unsigned int thread = 0; thread < FUZZ_THREADS; thread++)
		/* On another CPU one that runs already may have started it, elsewhere. */
		if (!start_fuzzer(thread) && cpus == 1)
			fail("starting a thread", thread, round);
}

static void start_anew(unsigned int thread, l4_word_t round)
{
	watch[thread].ticks = 0;
	watch[thread].restarts++;
	l4_thread_control(SLOT_THREAD(thread), L4_THREAD_STOP, 0);
	/* Another thread may have deleted its task, changed its priority, or started it elsewhere. */
	l4_thread_control(SLOT_THREAD(thread), L4_THREAD_PRIORITY, FUZZ_PRIORITY);
	put(thread, home_of(thread, round));
	if (!start_fuzzer(thread) || watch[thread].restarts == RESTARTS)
		watch[thread].over = true;
}

/* True if it has nothing more to do. */
static bool look_at(unsigned int thread, l4_word_t round)
{
	l4_word_t calls = fuzzer_of(thread)->calls;

	if (calls >= CALLS_PER_ROUND)
		watch[thread].over = true;
	if (watch[thread].over)
		return true;
	if (calls != watch[thread].calls)
		watch[thread].ticks = 0;
	else if (++watch[thread].ticks == STUCK_TICKS * cpus)
		start_anew(thread, round);
	watch[thread].calls = calls;
	return false;
}

/* Messages are faults: who sent one is where it makes no more calls. */
static void run_round(l4_word_t round)
{
	unsigned int wait_for = cpus == 1 || round % 4 ? FUZZ_THREADS : 1, over = 0;

	while (over < wait_for) {
		l4_word_t end = l4_rdtsc() + TICK_US * kip->tsc_khz / 1000;
		struct l4_msg msg;

		do {
			msg = (struct l4_msg){ 0 };
			if (!l4_ipc(L4_CAP_NONE, L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(TICK_US)),
				    &msg) && msg.label < FUZZ_THREADS && !watch[msg.label].over)
				start_anew(msg.label, round);
		} while (l4_rdtsc() < end);
		over = 0;
		for (unsigned int thread = 0; thread < FUZZ_THREADS; thread++)
			over += look_at(thread, round);
	}
}

static void check_results(l4_word_t round)
{
	for (unsigned int thread = 0; thread < FUZZ_THREADS; thread++) {
		const struct fuzzer *self = fuzzer_of(thread);

		total += l4_min(self->calls, CALLS_PER_ROUND);
		if (self->bad_result >= 0)
			continue;
		printf("# call %lu(0x%lx, 0x%lx, 0x%lx, 0x%lx) of thread %u\n", self->bad_number,
		       self->bad_arg[0], self->bad_arg[1], self->bad_arg[2], self->bad_arg[3], thread);
		fail("a result that is no error of the ABI", self->bad_result, round);
	}
}

static void delete(l4_cap_t slot)
{
	must(l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), "deleting an object");
}

/* What a task had made or got goes with it. */
static void end_round(l4_word_t round)
{
	check_results(round);
	for (unsigned int task = 0; task < FUZZ_TASKS; task++) {
		delete(SLOT_TASK((task + round) % FUZZ_TASKS));
		delete(SLOT_IRQ(task));
	}
	for (unsigned int thread = 0; thread < FUZZ_THREADS; thread++) {
		delete(SLOT_THREAD(thread));
		delete(SLOT_GATE(thread));
		delete(SLOT_FAULT(thread));
	}
}

static void make_victim(unsigned int cpu)
{
	unsigned int task = VICTIM(cpu);
	struct victim *copy = victim_of(cpu);

	make_task(task, IMAGE_BASE, SCRATCH);
	copy->khz = kip->tsc_khz;
	copy->halt_after = halt ? late_us * kip->tsc_khz / 1000 : ~0UL;
	copy->period_us = period_us;
	copy->cpu = cpu;
	copy->cpus = cpus;
	for (unsigned int i = 0; i < 2; i++) {
		make_thread(VICTIM_THREAD(cpu, i), task, UTCB(i), 0, VICTIM_PRIORITY);
		put(VICTIM_THREAD(cpu, i), i ? VICTIM_ECHO_CPU(cpu, cpus) : cpu);
	}
	give(task, SLOT_TASK(task), VICTIM_TASK);
	give(task, SLOT_GATE(VICTIM_THREAD(cpu, 1)), VICTIM_GATE);
	for (unsigned int i = 0; i < 2; i++)
		must(l4_thread_start(SLOT_THREAD(VICTIM_THREAD(cpu, i)),
				     (l4_word_t)(i ? victim_echo : victim_main),
				     (l4_word_t)victim.stack[i] + STACK_SIZE - 8, (l4_word_t)&victim),
		     "starting the victim");
}

/* With several CPUs one that waits for a call from elsewhere to end can miss a round that is short. */
static bool stands_still(unsigned int cpu, l4_word_t turns)
{
	l4_word_t now = l4_rdtsc();

	if (turns != seen_victims[cpu].turns) {
		seen_victims[cpu].turns = turns;
		seen_victims[cpu].since = now;
		return false;
	}
	return cpus == 1 || now - seen_victims[cpu].since > late_us * kip->tsc_khz / 1000;
}

static void check_victim(unsigned int cpu)
{
	struct victim *copy = victim_of(cpu);

	if (copy->wrong)
		fail(copy->what, copy->wrong, copy->turns);
	if (stands_still(cpu, copy->turns))
		fail("the victim does not run", copy->turns, total);
	if (copy->latest > late_us * kip->tsc_khz / 1000)
		fail("the victim ran late", copy->latest, total);
}

static void tell_of_victim(unsigned int cpu)
{
	struct victim *copy = victim_of(cpu);

	printf("# the victim: %lu turns, at the latest %lu ns late\n", copy->turns,
	       copy->latest * 1000000 / kip->tsc_khz);
}

/*
 * What others had begun to delete ends in their time, on their CPUs, where victims map
 * and unmap a page meanwhile: until there is so much, not for ever. The most there was.
 */
static long settle(l4_word_t what, long value)
{
	l4_word_t end = l4_rdtsc() + SETTLE_US * kip->tsc_khz / 1000;
	long most = system(what), now = most;

	while (cpus > 1 && now != value && l4_rdtsc() < end) {
		l4_ipc_sleep(l4_timeout_us(SETTLE_TICK_US));
		now = system(what);
		most = now > most ? now : most;
	}
	return now == value ? now : most;
}

static void run_rounds(void)
{
	long memory = 0, objects = system(L4_SYSTEM_OBJECTS), found;

	for (l4_word_t round = 0; total < wanted && !failure; round++) {
		begin_round(round);
		run_round(round);
		end_round(round);
		for (unsigned int cpu = 0; cpu < cpus; cpu++)
			check_victim(cpu);
		found = settle(L4_SYSTEM_OBJECTS, objects);
		if (found != objects)
			fail("objects are left", found - objects, round);
		/* The first round leaves tables behind that the others find. */
		found = settle(L4_SYSTEM_KMEM_FREE, memory);
		if (round == 0)
			memory = found;
		if (found != memory)
			fail("kernel memory is lost", memory - found, round);
		if (round % 64 == 0)
			printf("# round %lu, %lu calls\n", round, total);
	}
}

static bool get_memory(void)
{
	l4_word_t physical, window = l4_fpage_mem(POOL, POOL_ORDER, L4_RIGHTS_ALL);
	struct l4_utcb *utcb = l4_first_utcb();

	return !l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_IO, 0, 16,
				  l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL), NULL) &&
	       !l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_MEM, POOL_ORDER, 0, window,
				  &physical);
}

int main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	kip = (const struct l4_kip *)L4_KIP_ADDRESS;
	wanted = number_after(kip->cmdline, "fuzz_calls=", wanted);
	seed = number_after(kip->cmdline, "fuzz_seed=", seed);
	late_us = number_after(kip->cmdline, "fuzz_late=", late_us);
	period_us = number_after(kip->cmdline, "fuzz_period=", period_us);
	halt = number_after(kip->cmdline, "fuzz_halt=", 0);
	cpus = kip->cpus;
	printf("# fuzz_calls=%lu fuzz_seed=%lu\n", wanted, seed);
	if (cpus > CPUS_MAX || !get_memory()) {
		printf("FAIL fuzz: too many CPUs, or sigma0 does not give memory and ports\n");
		l4_stop(kip, EXIT_FAILED);
	}
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		make_victim(cpu);
	must(l4_thread_control(L4_CAP_THREAD, L4_THREAD_PRIORITY, MAIN_PRIORITY), "a priority");
	run_rounds();
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		tell_of_victim(cpu);
	if (!failure)
		printf("ok fuzz: %lu calls\n", total);
	if (failure && halt)
		l4_sleep_forever();
	l4_stop(kip, failure ? EXIT_FAILED : EXIT_PASSED);
}
