/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A memory server. It gets blocks from its source, the parent or another memory
 * server, and gives units of them to its clients:
 *
 *	region  | block                       | block ...
 *	        | unit | unit | unit | unit   | unit ...
 *
 * It can take a unit back from a client at any time, and the source can do the
 * same to it with a block. It learns of that when it clears a unit for the next
 * client (its region is guarded), or when mapping it in the reply fails.
 */
#include <l4/guard.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>

#include "memory.h"

#define BLOCKS_MAX	16
#define UNITS_MAX	256

enum state { NOT_HERE, FREE, GIVEN, KEPT };

struct unit {
	enum state state;
	l4_word_t client;
	l4_word_t number;		/* of this gift: never the same twice */
};

static struct unit units[UNITS_MAX];
static struct { bool here; l4_word_t number; } blocks[BLOCKS_MAX];
static unsigned int block_order, unit_order, block_count, unit_count, per_block;
static l4_word_t region, gifts;
static l4_cap_t source;
static bool closed;			/* who keeps memory gives no other instead */

static l4_word_t unit_page(unsigned int unit)
{
	return l4_fpage_mem(region + ((l4_word_t)unit << unit_order), unit_order, L4_RIGHTS_ALL);
}

static l4_word_t block_page(unsigned int block)
{
	return l4_fpage_mem(region + ((l4_word_t)block << block_order), block_order, L4_RIGHTS_ALL);
}

static void set_units(unsigned int block, enum state state)
{
	for (unsigned int i = 0; i < per_block; i++)
		units[block * per_block + i].state = state;
}

static bool get_block(void)
{
	for (unsigned int i = 0; i < block_count && !closed; i++) {
		if (blocks[i].here)
			continue;
		if (l4_memory_request(source, block_order, l4_fpage_base(block_page(i)),
				      &blocks[i].number))
			return false;
		blocks[i].here = true;
		set_units(i, FREE);
		return true;
	}
	return false;
}

/* Some of it is gone, so all of it: the source takes whole blocks. */
static void lose_block(unsigned int block)
{
	struct memory_return request = { blocks[block].number };
	struct memory_return_reply reply;

	l4_unmap(block_page(block), L4_UNMAP_SELF);
	set_units(block, NOT_HERE);
	blocks[block].here = false;
	memory_return_call(source, &request, &reply);
}

/* A unit that is here, and clear. */
static int find_unit(void)
{
	for (;;) {
		for (unsigned int i = 0; i < unit_count; i++) {
			if (units[i].state != FREE)
				continue;
			memset((void *)l4_fpage_base(unit_page(i)), 0, 1UL << unit_order);
			if (!l4_guard_lost())
				return i;
			lose_block(i / per_block);
		}
		if (!get_block())
			return -1;
	}
}

static long give(struct l4_request *request, const l4_word_t *mr, l4_word_t *result)
{
	int unit;

	if (mr[0] != L4_SIGMA0_MEM || mr[1] != unit_order)
		return -L4_EINVAL;
	unit = find_unit();
	if (unit < 0)
		return -L4_ENOMEM;
	units[unit] = (struct unit){ GIVEN, request->client, gifts++ };
	*result = units[unit].number;
	l4_reply_item(request, unit_page(unit), 0);
	return 0;
}

static void take_back(unsigned int unit, enum state state)
{
	l4_unmap(unit_page(unit), 0);
	units[unit].state = state;
}

/*
 * It went while the reply was on its way, or the client's quota is spent; the client
 * asks again. Some pages of it may have arrived.
 */
static void refused(const struct l4_request *request, long error)
{
	(void)error;
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].state == GIVEN && unit_page(i) == request->reply_item[0].what)
			take_back(i, FREE);
	}
}

/* Also from those to whom it has passed it on. */
static void gone(unsigned int client)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].state == GIVEN && l4_client(units[i].client) == client)
			take_back(i, FREE);
	}
}

static long serve_return(struct l4_request *request, const struct memory_return *in,
			 struct memory_return_reply *reply)
{
	(void)reply;
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].state == GIVEN && units[i].client == request->client &&
		    units[i].number == in->number) {
			take_back(i, FREE);
			return 0;
		}
	}
	return -L4_ENOCAP;
}

static long serve_take(struct l4_request *request, const struct memory_take *in,
		       struct memory_take_reply *reply)
{
	(void)request;
	closed |= in->keep;
	for (unsigned int i = 0; i < unit_count && reply->taken < in->count; i++) {
		if (units[i].state != GIVEN && !(units[i].state == FREE && in->keep))
			continue;
		take_back(i, in->keep ? KEPT : FREE);
		reply->taken++;
	}
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(memory_return, serve_return),
	L4_HANDLER(memory_take, serve_take),
};

static long set_up(char **argv)
{
	long gate = strcmp(argv[0], "parent") ? l4_connect(argv[0]) : L4_CAP_PARENT;
	unsigned int order;

	block_order = l4_number(argv[1]);
	block_count = l4_number(argv[2]);
	unit_order = l4_number(argv[3]);
	if (gate < 0)
		return gate;
	if (unit_order < L4_PAGE_SHIFT || unit_order > block_order || !block_count ||
	    block_count > BLOCKS_MAX || block_count << (block_order - unit_order) > UNITS_MAX)
		return -L4_EINVAL;
	source = gate;
	per_block = 1U << (block_order - unit_order);
	unit_count = block_count * per_block;
	order = l4_pages_order((l4_word_t)block_count << block_order);
	region = l4_pages_reserve(order);
	return region ? l4_guard(region, 1UL << order) : -L4_ENOMEM;
}

int main(int argc, char **argv)
{
	long error = argc == 4 ? set_up(argv) : -L4_EINVAL;

	if (error) {
		printf("arguments: SOURCE BLOCK-ORDER BLOCKS UNIT-ORDER: %s\n", l4_error_text(error));
		return 1;
	}
	l4_serve(&(struct l4_server){
		.handlers = handlers,
		.count = ARRAY_SIZE(handlers),
		.memory = give,
		.refused = refused,
		.gone = gone,
	});
}
