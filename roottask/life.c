/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who of the script lives. When the last that was not there only for others has
 * ended, so does the machine. That is looked at between two messages, not in the
 * middle of what ends one of them.
 */
#include "roottask.h"

static bool alive[SCRIPT_INSTANCES];
static l4_word_t lives[SCRIPT_INSTANCES];	/* how often it was started */
static bool some_failed;	/* one ended by a crash or a panic, or could not be started */
static bool some_halted;	/* and an instance by a halt, whose last words are to be left standing */

void life_begin(unsigned int number)
{
	alive[number] = true;
	lives[number]++;
}

void life_end(unsigned int number)
{
	alive[number] = false;
}

bool life_is_on(unsigned int number)
{
	return alive[number];
}

l4_word_t life_number(unsigned int number)
{
	return lives[number];
}

void life_failed(void)
{
	some_failed = true;
}

void life_halted(void)
{
	some_halted = true;
}

static bool is_used(const char *name)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script_names_have(&script.instance[i].use, name))
			return true;
	}
	return false;
}

void life_check(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (alive[i] && !(script.instance[i].is_server && is_used(script.instance[i].name)))
			return;
	}
	if (some_failed)
		l4_stop(kip, L4_STOP_FAILED);
	if (some_halted)
		l4_sleep_forever();
	power_off();
}
