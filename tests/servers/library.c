/* SPDX-License-Identifier: GPL-2.0 */
/* libl4 itself: slots, pages, threads, time, and what a parent refuses. */
#include <l4/guard.h>
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define THREADS	8
#define TURNS	1000

static bool failed;
static volatile l4_word_t turns[THREADS];

static void check(const char *name, long found, long expected)
{
	failed |= found != expected;
	if (found != expected)
		printf("FAIL %s: %ld, not %ld\n", name, found, expected);
}

static void slots(void)
{
	static l4_cap_t taken[L4_SLOTS];
	l4_word_t sum = 0;
	unsigned int count = 0;
	long slot;

	while ((slot = l4_slot_alloc()) >= 0)
		taken[count++] = slot;
	check("all slots", count, L4_SLOTS);
	check("no slot left", slot, -L4_ENOMEM);
	for (unsigned int i = 0; i < count; i++) {
		sum += taken[i];
		l4_slot_free(taken[i]);
	}
	check("each of them once", sum, L4_SLOTS * (2 * L4_SLOTS_FIRST + L4_SLOTS - 1) / 2);
	l4_slot_free(0);
	l4_slot_free(L4_SLOTS_FIRST + L4_SLOTS);
}

static void pages(void)
{
	char *first = l4_pages_alloc(13), *second = l4_pages_alloc(13);

	check("aligned", (l4_word_t)first & 0x1fff, 0);
	check("two", first != second, true);
	first[0x1fff] = second[0] = 1;
	l4_pages_free(first, 13);
	check("the same again", (long)l4_pages_alloc(13), (long)first);
	check("and clear", first[0x1fff], 0);
	check("order too small", (long)l4_pages_alloc(11), 0);
	check("order too large", (long)l4_pages_alloc(60), 0);
	check("more than there is", (long)l4_pages_alloc(27), 0);
	check("still there", second[0], 1);
	check("order of 0", l4_pages_order(0), 12);
	check("order of 4096", l4_pages_order(4096), 12);
	check("order of 4097", l4_pages_order(4097), 13);
}

static void turn(void *argument)
{
	l4_word_t n = (l4_word_t)argument;

	for (unsigned int i = 0; i < TURNS; i++) {
		turns[n]++;
		if (i % 100 == 0)
			l4_yield();
	}
}

static void sleeper(void *argument)
{
	(void)argument;
	l4_sleep_forever();
}

static void threads(void)
{
	static struct l4_thread thread[THREADS];

	for (unsigned int round = 0; round < 3; round++) {
		for (l4_word_t i = 0; i < THREADS; i++)
			check("run", l4_thread_run(&thread[i], turn, (void *)i, 100), 0);
		for (l4_word_t i = 0; i < THREADS; i++) {
			check("join", l4_thread_join(&thread[i]), 0);
			check("turns", turns[i], (round + 1) * TURNS);
		}
	}
	check("a priority above one's own", l4_thread_run(&thread[0], turn, NULL, 255), -L4_ERIGHTS);
	check("run to be killed", l4_thread_run(&thread[0], sleeper, NULL, 50), 0);
	l4_thread_kill(&thread[0]);
	check("killed", thread[0].cap, 0);
}

static void time(void)
{
	l4_word_t start = l4_rdtsc(), us;

	check("sleep", l4_sleep_us(20000), 0);
	us = (l4_rdtsc() - start) * 1000 / l4_kip()->tsc_khz;
	check("not too short", us >= 20000, true);
	check("not too long", us < 2000000, true);
}

static long ask(l4_word_t what, l4_word_t a, l4_word_t b)
{
	return l4_sigma0_request(l4_utcb(), L4_CAP_PARENT, what, a, b, L4_FPAGE_NONE, NULL);
}

/* What no function of libl4 would ask for. */
static void parent_refuses(void)
{
	struct parent_print print = { .length = L4_PARENT_TEXT + 1 };
	struct parent_print_reply printed;

	memset(print.text, 'x', sizeof(print.text));
	check("text that is too long", parent_print_call(L4_CAP_PARENT, &print, &printed), -L4_EINVAL);
	check("a block below a page", ask(L4_SIGMA0_MEM, 11, 0), -L4_EINVAL);
	check("a block above all", ask(L4_SIGMA0_MEM, 41, 0), -L4_EINVAL);
	check("a block of 2 to the 76th", ask(L4_SIGMA0_MEM, 76, 0), -L4_EINVAL);
	check("a block above its memory", ask(L4_SIGMA0_MEM, 28, 0), -L4_ENOMEM);
	check("a block above the highest address", ask(L4_SIGMA0_MEM, 40, 0), -L4_ENOMEM);
	check("all of its memory", ask(L4_SIGMA0_MEM, 27, 0), -L4_ENOMEM);
	check("ports that are not aligned", ask(L4_SIGMA0_IO, 0x301, 1), -L4_EINVAL);
	check("too many ports", ask(L4_SIGMA0_IO, 0, 17), -L4_EINVAL);
	check("2 to the 67th ports", ask(L4_SIGMA0_IO, 0x300, 67), -L4_EINVAL);
	check("no port", ask(L4_SIGMA0_IO, 0x10300, 3), -L4_EINVAL);
	check("device memory that is not aligned", ask(L4_SIGMA0_DEVICE, 0xfed00800, 12), -L4_EINVAL);
	check("device memory below a page", ask(L4_SIGMA0_DEVICE, 0xfed00000, 11), -L4_EINVAL);
	check("2 to the 76th of it", ask(L4_SIGMA0_DEVICE, 0xfed00000, 76), -L4_EINVAL);
	check("memory by its address", ask(L4_SIGMA0_MEM_AT, 0x100000, 12), -L4_EINVAL);
	check("an interrupt 64 above one that is granted", l4_irq(64 + 5), -L4_ERIGHTS);
}

static void send_main(void *gate)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, L4_PROTOCOL_OWN), .mr = { 4711 } };

	l4_ipc_send(*(l4_cap_t *)gate, &msg);
}

/* Who sends to a thread that sleeps waits, and is heard after it. */
static void sleep_is_closed(void)
{
	static struct l4_thread thread;
	l4_cap_t gate = l4_slot_alloc();
	struct l4_msg msg = { 0 };

	check("gate", l4_gate_create(gate, L4_CAP_THREAD, 1), 0);
	check("sender", l4_thread_run(&thread, send_main, &gate, 100), 0);
	check("sleep", l4_ipc_sleep(l4_timeout_us(20000)), -L4_ETIMEDOUT);
	check("message", l4_ipc(L4_CAP_NONE, L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(1000000)),
				&msg), 0);
	check("its word", msg.mr[0], 4711);
	check("sender's end", l4_thread_join(&thread), 0);
	l4_slot_free(gate);
}

static void parent(void)
{
	size_t size = 0;
	volatile unsigned int *hpet;
	const char *module;

	check("a server that is not granted", l4_connect("other"), -L4_ERIGHTS);
	check("a server without a name", l4_connect(""), -L4_ERIGHTS);
	check("a very long name", l4_connect("0123456789012345678901234567890123456789"), -L4_ERIGHTS);
	check("an interrupt that is not granted", l4_irq(3), -L4_ERIGHTS);
	check("no interrupt", l4_irq(99), -L4_ERIGHTS);
	check("an interrupt", l4_irq(5) > 0, true);
	check("the same again", l4_irq(5), -L4_EBUSY);
	check("ports", l4_ports_request(0x300, 0x305), 0);
	check("more ports than granted", l4_ports_request(0x300, 0x308), -L4_ERIGHTS);
	check("ports backwards", l4_ports_request(5, 4), -L4_EINVAL);
	check("device memory that is not granted", (long)l4_device_request(0xfec00000, 12), 0);
	check("ACPI's tables", ask(L4_SIGMA0_DEVICE, l4_kip()->acpi_rsdt & ~0xfffUL, 12), -L4_ERIGHTS);
	check("another server's", (long)l4_device_request(0xfeb00000, 12), 0);
	check("its error", ask(L4_SIGMA0_DEVICE, 0xfeb00000, 12), -L4_ERIGHTS);
	hpet = l4_device_request(0xfed00000, 12);
	check("device memory", hpet && *hpet >> 16 == 0x8086, true);
	check("restart of what is not granted", l4_restart("other"), -L4_ERIGHTS);
	check("restart of oneself", l4_restart("test"), -L4_ERIGHTS);
	check("a module that is not granted", (long)l4_module("roottask", &size), 0);
	module = l4_module("boot.cfg", &size);
	check("a module", module && !strncmp(module, "server ", 7), true);
	check("its size", module && !module[size] && module[size - 1] == '}', true);
}

/* One of 17 MiB, marked at its beginning and its end. */
static void large_module(void)
{
	size_t size = 0;
	const char *module = l4_module("large", &size);

	check("the large module", size, 17 << 20);
	check("its beginning", module && module[0] == 'b', true);
	check("its end", module && module[(17 << 20) - 1] == 'e', true);
}

static void guard(void)
{
	char *buffer = l4_pages_alloc(L4_PAGE_SHIFT);
	l4_word_t place = l4_pages_reserve(13);
	volatile char *window = (volatile char *)place;

	check("guard", l4_guard(place, 0x2000), 0);
	check("nothing lost", l4_guard_lost(), false);
	l4_map(L4_CAP_TASK, l4_fpage_mem((l4_word_t)buffer, 12, L4_RIGHT_R | L4_RIGHT_W), place);
	window[0] = 1;
	check("written", buffer[0], 1);
	check("nothing lost yet", l4_guard_lost(), false);
	l4_unmap(l4_fpage_mem((l4_word_t)buffer, 12, L4_RIGHTS_ALL), 0);
	window[0] = 2;
	check("lost", l4_guard_lost(), true);
	check("not written", buffer[0], 1);
	check("zeroes", window[0] || window[0x1000], 0);
	check("both lost", l4_guard_lost(), true);
	check("once", l4_guard_lost(), false);
}

int main(int argc, char **argv)
{
	check("arguments", argc, 3);
	check("the second", argc == 3 ? strcmp(argv[1], "b") : -1, 0);
	check("the name", strcmp(l4_environment->name, "test"), 0);
	time();
	slots();
	pages();
	threads();
	sleep_is_closed();
	parent_refuses();
	parent();
	guard();
	large_module();
	printf(failed ? "some failed\n" : "all is well\n");
	return failed;
}
