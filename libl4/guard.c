/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guard is a thread that is the first thread's pager. Where a guarded range
 * has no memory (any more) it maps a scratch page, of zeroes, and remembers that.
 * Other faults are mistakes of the server, which then ends; so it does where there is no
 * quota of kernel memory left for that page.
 */
#include <l4/guard.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

struct range {
	l4_word_t start;
	l4_word_t size;
};

static char scratch[L4_PAGE_SIZE] __attribute__((aligned(L4_PAGE_SIZE)));
static struct range ranges[L4_GUARD_RANGES];
static unsigned int count;
static volatile bool lost;

static struct l4_thread guard_thread;

static bool is_guarded(l4_word_t address)
{
	for (unsigned int i = 0; i < count; i++) {
		if (address - ranges[i].start < ranges[i].size)
			return true;
	}
	return false;
}

static long fault(struct l4_request *request, l4_word_t address, l4_word_t rights)
{
	if (!is_guarded(address)) {
		printf("there is no memory at 0x%lx (rights %lu)\n", address, rights);
		l4_end(-L4_EFAULT);
	}
	lost = true;
	l4_reply_item(request, l4_fpage_mem((l4_word_t)scratch, L4_PAGE_SHIFT,
					    L4_RIGHT_R | L4_RIGHT_W),
		      address & ~(L4_PAGE_SIZE - 1));
	return 0;
}

static long exception(l4_word_t client, struct l4_exception *exception)
{
	(void)client;
	printf("exception %lu (error code 0x%lx, ip 0x%lx, sp 0x%lx)\n", exception->mr[0],
	       exception->mr[1], exception->mr[2], exception->mr[3]);
	l4_end(-L4_EFAULT);
}

/* The first thread would fault there for ever. */
static void refused(const struct l4_request *request, long error)
{
	(void)request;
	printf("a page that is gone cannot be replaced: %s\n", l4_error_text(error));
	l4_end(error);
}

static void guard(void *argument)
{
	(void)argument;
	l4_serve(&(struct l4_server){ .fault = fault, .exception = exception, .refused = refused });
}

static long start(void)
{
	long gate = l4_slot_alloc();
	long error;

	if (gate < 0)
		return gate;
	error = l4_thread_run(&guard_thread, guard, NULL, l4_environment->priority);
	if (!error)
		error = l4_gate_create(gate, guard_thread.cap, 0);
	if (!error)
		error = l4_thread_control(L4_CAP_THREAD, L4_THREAD_PAGER, gate);
	if (!error)
		error = l4_thread_control(L4_CAP_THREAD, L4_THREAD_HANDLER, gate);
	return error;
}

long l4_guard(l4_word_t address, l4_word_t size)
{
	long error = guard_thread.cap ? 0 : start();

	if (error)
		return error;
	if (count == L4_GUARD_RANGES)
		return -L4_ENOMEM;
	ranges[count] = (struct range){ address, size };
	count++;
	return 0;
}

bool l4_guard_lost(void)
{
	if (!lost)
		return false;
	l4_unmap(l4_fpage_mem((l4_word_t)scratch, L4_PAGE_SHIFT, L4_RIGHTS_ALL), 0);
	memset(scratch, 0, sizeof(scratch));
	lost = false;
	return true;
}
