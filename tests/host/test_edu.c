/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver of examples/pci against a device that interrupts too late: what belongs
 * to a request that was given up must not end the next one.
 */
#include "driver.h"
#include "../../examples/pci/edu-driver.c"

static unsigned int registers[64];
static unsigned int steps;

/* It is late by one interrupt: the first that comes was for the request before. */
static void device_step(void)
{
	if (steps++) {
		registers[EDU_STATUS] &= ~STATUS_BUSY;
		registers[EDU_FACTORIAL] = 120;
		registers[EDU_IRQ_STATUS] = IRQ_FACTORIAL;
	} else {
		registers[EDU_STATUS] |= STATUS_BUSY;
		registers[EDU_IRQ_STATUS] = 0;
	}
	irq_pending = true;
}

static long ask_edu(unsigned int of, unsigned int *is)
{
	struct l4_request request = { 0 };
	struct factorial_reply reply = { 0 };
	long error;

	edu = registers;
	error = serve_factorial(&request, &(struct factorial){ of }, &reply);
	*is = reply.is;
	return error;
}

static void edu_waits_for_its_own_interrupt(void **state)
{
	unsigned int is;

	(void)state;
	steps = 0;
	assert_int_equal(ask_edu(5, &is), 0);
	assert_int_equal(is, 120);
	assert_int_equal(steps, 2);
}

static void edu_forgets_what_came_before(void **state)
{
	unsigned int is;

	(void)state;
	steps = 1;
	irq_pending = true;
	registers[EDU_FACTORIAL] = 6;
	assert_int_equal(ask_edu(5, &is), 0);
	assert_int_equal(is, 120);
}

static void edu_is_not_disturbed_at_work(void **state)
{
	unsigned int is;

	(void)state;
	registers[EDU_STATUS] = STATUS_BUSY;
	registers[EDU_FACTORIAL] = 7;
	assert_int_equal(ask_edu(5, &is), -L4_EBUSY);
	assert_int_equal(registers[EDU_FACTORIAL], 7);
	registers[EDU_STATUS] = 0;
}

#undef main
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edu_waits_for_its_own_interrupt),
		cmocka_unit_test(edu_forgets_what_came_before),
		cmocka_unit_test(edu_is_not_disturbed_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
