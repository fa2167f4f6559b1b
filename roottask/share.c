/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has what of ports and device memory, after the script is read: what the
 * machine's devices say goes to whose they are, and what is left to who has all
 * of it. Nobody's ranges overlap another's before, nor after that. Pure logic,
 * tested on the host.
 */
#include <l4/regions.h>

#include "share.h"

#define IRQS_ALL	((1UL << L4_INSTANCE_IRQS) - 2)	/* bit 0: the PC's own timer, which to drivers is none */

_Static_assert(sizeof(struct script_ranges) / sizeof(struct script_range) <= REGIONS_MAX, "ranges fit regions");

static struct script_ranges *ranges_of(struct script_instance *one, bool is_port)
{
	return is_port ? &one->ports : &one->devices;
}

static void put(struct script_ranges *ranges, const struct regions *set)
{
	ranges->count = set->count;
	for (unsigned int i = 0; i < set->count; i++)
		ranges->range[i] = (struct script_range){ set->interval[i].start, set->interval[i].end - 1 };
}

static void add(struct regions *set, const struct script_ranges *ranges)
{
	for (unsigned int i = 0; i < ranges->count; i++)
		regions_add(set, ranges->range[i].first, ranges->range[i].last + 1);
}

void share_give(struct script *script, unsigned int number, bool is_port, l4_word_t first, l4_word_t last)
{
	static struct regions set;

	for (unsigned int i = 0; i < script->count; i++) {
		struct script_ranges *ranges = ranges_of(&script->instance[i], is_port);

		set.count = 0;
		add(&set, ranges);
		if (i == number)
			regions_add(&set, first, last + 1);
		else
			regions_remove(&set, first, last + 1);
		put(ranges, &set);
	}
}

static void give_rest(struct script *script, unsigned int number, bool is_port)
{
	static struct regions rest;

	rest.count = 0;
	regions_add(&rest, 0, (is_port ? SCRIPT_PORT_MAX : SCRIPT_DEVICE_MAX) + 1);
	for (unsigned int i = 0; i < script->count; i++) {
		const struct script_ranges *of = ranges_of(&script->instance[i], is_port);

		for (unsigned int j = 0; j < of->count && i != number; j++)
			regions_remove(&rest, of->range[j].first, of->range[j].last + 1);
	}
	put(ranges_of(&script->instance[number], is_port), &rest);
}

void share_rest(struct script *script)
{
	for (unsigned int i = 0; i < script->count; i++) {
		struct script_instance *one = &script->instance[i];

		if (one->ports.all)
			give_rest(script, i, true);
		if (one->devices.all)
			give_rest(script, i, false);
		if (one->irqs_all) {
			one->irqs = IRQS_ALL;
			for (unsigned int j = 0; j < script->count; j++)
				one->irqs &= j == i ? ~0UL : ~script->instance[j].irqs;
		}
	}
}
