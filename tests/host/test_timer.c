/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue of deadlines against a plain array: random adding, moving,
 * removing and running, with the order of expiry checked each time.
 */
#include "host.h"
#include "random.h"
#include "lib/timer.h"

#define TIMERS	200
#define STEPS	200000

static struct timer timers[TIMERS];
static bool expected[TIMERS];
static u64 last_expired;
static u64 time_now;

/* Not early, in order, once. */
static void expire(struct timer *timer)
{
	assert_true(expected[timer - timers]);
	assert_true(timer->deadline >= last_expired);
	assert_true(timer->deadline <= time_now);
	assert_false(timer->queued);
	last_expired = timer->deadline;
	expected[timer - timers] = false;
}

static void check_all_due(u64 now)
{
	for (int i = 0; i < TIMERS; i++)
		assert_true(!expected[i] || timers[i].deadline > now);
}

static void random_operations(void **state)
{
	struct timer_queue queue = { 0 };
	u64 now = 0;

	(void)state;
	host_seed();
	for (int i = 0; i < TIMERS; i++)
		timers[i].expire = expire;
	for (int step = 0; step < STEPS; step++) {
		int i = host_below(TIMERS);

		switch (host_below(4)) {
		case 0:
		case 1:
			timer_queue_add(&queue, &timers[i], now + host_below(1000));
			expected[i] = true;
			break;
		case 2:
			timer_queue_remove(&queue, &timers[i]);
			expected[i] = false;
			break;
		case 3:
			now += host_below(50);
			time_now = now;
			last_expired = 0;
			while (queue.root && queue.root->deadline <= now)
				timer_queue_run(&queue, now);
			check_all_due(now);
			break;
		}
	}
	last_expired = 0;
	time_now = ~0UL;
	while (queue.root)
		timer_queue_run(&queue, time_now);
	check_all_due(~0UL);
	assert_null(queue.root);
}

static void root_is_the_earliest(void **state)
{
	struct timer_queue queue = { 0 };
	struct timer a = { .expire = NULL }, b = { .expire = NULL };

	(void)state;
	timer_queue_add(&queue, &a, 10);
	timer_queue_add(&queue, &b, 5);
	assert_ptr_equal(queue.root, &b);
	timer_queue_add(&queue, &b, 20);
	assert_ptr_equal(queue.root, &a);
	timer_queue_remove(&queue, &a);
	timer_queue_remove(&queue, &a);
	assert_ptr_equal(queue.root, &b);
}

static unsigned int due;

static void count_due(struct timer *timer)
{
	(void)timer;
	due++;
}

/* Interrupts are off meanwhile: of many that are due some wait for the next time. */
static void few_at_once(void **state)
{
	static struct timer many[100];
	struct timer_queue queue = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		many[i].expire = count_due;
		timer_queue_add(&queue, &many[i], 5);
	}
	timer_queue_run(&queue, 5);
	assert_in_range(due, 1, 50);
	for (int i = 0; i < 100; i++)
		timer_queue_run(&queue, 5);
	assert_int_equal(due, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(root_is_the_earliest),
		cmocka_unit_test(few_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
