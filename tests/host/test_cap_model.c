/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capability tables and the life of objects beside a plain model: who has which
 * capability from whom, with which rights, and which objects live on for it.
 *
 *   cap[task][slot] -> object, rights, parent
 *
 * Random tasks make objects, map and grant capabilities to each other and take
 * them back; objects go with their last one, a task with its table, threads and
 * guests. Small quotas run out. After each operation all tables must be the
 * model's, objects count their capabilities rightly, and every byte of kernel
 * memory is on somebody's account.
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include "random.h"

#define TASKS		8	/* 0 is the root task */
#define SLOTS		48
#define FIRST_SLOT	496UL	/* so that they lie in two leaves of the tables */
#define OBJECTS		(TASKS * SLOTS + TASKS)
#define PLENTY		(40UL << 10)	/* with so many bytes nothing here runs out of memory */

struct m_object {
	struct object *k;		/* NULL: the entry is free */
	bool dead, ended;		/* not usable any more; shut down, and kept by references only */
	unsigned int caps;
	struct m_object *payer;		/* the task that made it */
	struct m_object *task;		/* of a thread where it is, of a guest its host; NULL: gone */
	struct m_object *thread;	/* of a gate: where it leads, NULL: nowhere */
	int space;			/* of an ordinary task: its number; of others NOWHERE */
	u64 type;
	bool guest;
};

#define NOWHERE (-1)

struct m_cap {
	struct m_object *object;
	struct m_cap *parent, *children, *next;
	u64 rights;
	int space, index;
};

static struct m_object object[OBJECTS];
static struct m_object *task[TASKS];
static struct m_cap *cap[TASKS][SLOTS];
static bool enough;			/* kernel memory; else ENOMEM may come */
static u64 refused;

static struct task *k_task(int t)
{
	return (struct task *)task[t]->k;
}

static u64 slot_of(int index)
{
	return FIRST_SLOT + index;
}

/* The model: capabilities */

static struct m_object *new_object(u64 type, int creator)
{
	struct m_object *o = object;

	while (o->k)
		o++;
	assert_true(o < object + OBJECTS);
	*o = (struct m_object){ .type = type, .payer = task[creator], .space = NOWHERE };
	return o;
}

static struct m_cap *add_cap(int t, int index, struct m_object *o, u64 rights, struct m_cap *parent)
{
	struct m_cap *c = calloc(1, sizeof(*c));

	*c = (struct m_cap){ .object = o, .rights = rights, .parent = parent, .space = t, .index = index };
	if (parent) {
		c->next = parent->children;
		parent->children = c;
	}
	o->caps++;
	assert_null(cap[t][index]);
	return cap[t][index] = c;
}

static void end_object(struct m_object *o);

static void remove_cap(struct m_cap *c, struct m_object **doomed)
{
	while (c->children)
		remove_cap(c->children, doomed);
	if (c->parent) {
		struct m_cap **at = &c->parent->children;

		while (*at != c)
			at = &(*at)->next;
		*at = c->next;
	}
	cap[c->space][c->index] = NULL;
	if (!--c->object->caps)
		*doomed = c->object;
	free(c);
}

/* With all that follows from it. */
static void drop_cap(struct m_cap *c)
{
	/* One tree of derivation names one object. */
	struct m_object *doomed = NULL;

	remove_cap(c, &doomed);
	if (doomed)
		end_object(doomed);
}

static void thread_dies(struct m_object *thread)
{
	thread->dead = true;
	for (int i = 0; i < OBJECTS; i++)
		if (object[i].k && object[i].thread == thread)
			object[i].thread = NULL;
}

static void end_object(struct m_object *o)
{
	o->dead = o->ended = true;
	if (o->type == OBJECT_THREAD)
		thread_dies(o);
	o->thread = NULL;
	if (o->type != OBJECT_TASK)
		return;
	for (int i = 0; i < OBJECTS; i++)
		if (object[i].k && object[i].type == OBJECT_THREAD && object[i].task == o)
			thread_dies(&object[i]);
	if (o->guest)
		o->task = NULL;
	if (o->space == NOWHERE)
		return;
	for (int i = 0; i < SLOTS; i++)
		if (cap[o->space][i])
			drop_cap(cap[o->space][i]);
	task[o->space] = NULL;
}

/* Which objects are still in memory: those that live, and what they refer to. */
static void forget_unreferenced(void)
{
	bool kept[OBJECTS] = { false }, changed = true;

	while (changed) {
		changed = false;
		for (int i = 0; i < OBJECTS; i++) {
			const struct m_object *o = &object[i], *refs[] = { o->payer, o->task };

			if (!o->k || (o->ended && !kept[i]))
				continue;
			kept[i] = true;
			for (unsigned int r = 0; r < ARRAY_SIZE(refs); r++) {
				if (refs[r] && !kept[refs[r] - object])
					kept[refs[r] - object] = changed = true;
			}
		}
	}
	for (int i = 0; i < OBJECTS; i++)
		if (object[i].k && !kept[i])
			object[i].k = NULL;
}

/* Checks */

static void check_tables(void)
{
	for (int t = 0; t < TASKS; t++) {
		const struct space *space;

		if (!task[t])
			continue;
		space = &k_task(t)->space;
		for (int i = 0; i < SLOTS; i++) {
			const struct m_cap *c = cap[t][i];
			u64 word = cap_word(space, slot_of(i));

			if (c ? word != ((u64)c->object->k | c->rights) : word != 0)
				fail_msg("step %lu: task %d slot %d: %lx", host_step, t, i, word);
		}
	}
}

static void check_parents(void)
{
	for (int t = 0; t < TASKS; t++) {
		for (int i = 0; task[t] && i < SLOTS; i++) {
			const struct map_node *node = mapdb_find(&k_task(t)->space, L4_FPAGE_CAP,
								 slot_of(i), slot_of(i));
			const struct m_cap *c = cap[t][i], *p = c ? c->parent : NULL;

			assert_int_equal(node != NULL, c != NULL);
			if (c)
				assert_ptr_equal(node->parent,
						 !p ? NULL : mapdb_find(&k_task(p->space)->space,
									L4_FPAGE_CAP, slot_of(p->index),
									slot_of(p->index)));
		}
	}
}

/*
 * What is charged to the first quota is all that is handed out, and what open
 * quotas have left of what was moved to them.
 */
static void check_accounts(void)
{
	u64 unused = 0;

	for (int t = 0; t < TASKS; t++) {
		const struct quota *quota = task[t] ? &k_task(t)->quota : NULL;

		if (!quota)
			continue;
		assert_true(quota->used <= quota->limit && !quota->closed);
		unused += quota->limit - quota->used;
	}
	assert_int_equal(machine_memory_used(), machine_quota.used - unused);
}

static void check_objects(void)
{
	u64 count = 0;

	forget_unreferenced();
	for (int i = 0; i < OBJECTS; i++) {
		const struct m_object *o = &object[i];

		if (!o->k)
			continue;
		count++;
		assert_int_equal(o->k->type, o->type);
		assert_int_equal(o->k->dead, o->dead);
		/* The root task and its thread have capabilities outside of our slots. */
		assert_int_equal(o->k->caps, o->caps);
		if (o->type == OBJECT_GATE)
			assert_ptr_equal(((struct gate *)o->k)->thread, o->thread ? o->thread->k : NULL);
	}
	assert_int_equal(object_count(), count);
}

static void check(void)
{
	assert_int_equal(machine_current()->unfinished, 0);
	check_tables();
	check_accounts();
	if (host_step % 16 == 0)
		check_objects();
	if (host_step % 32 == 0)
		check_parents();
}

/* Operations */

static int some_task(void)
{
	int t;

	do
		t = host_below(TASKS);
	while (!task[t]);
	return t;
}

static u64 memory_left(int t)
{
	return k_task(t)->quota.limit - k_task(t)->quota.used;
}

/* Has it gone well, as it should? For lack of memory it need not. */
static bool as_expected(long result, long expected)
{
	if (result == -L4_ENOMEM && !enough) {
		refused++;
		return false;
	}
	assert_int_equal(result, expected);
	return !result;
}

static long slot_error(int t, u64 slot)
{
	if (slot == L4_CAP_NONE || slot >= L4_CAP_SLOTS)
		return -L4_EINVAL;
	return slot - FIRST_SLOT < SLOTS && cap[t][slot - FIRST_SLOT] ? -L4_EEXIST : 0;
}

static long lookup(int t, int index, u64 type, u64 rights, struct m_object **found)
{
	const struct m_cap *c = cap[t][index];

	*found = NULL;
	if (!c || (c->object->type != type && type != OBJECT_NONE))
		return -L4_ENOCAP;
	if (rights & ~c->rights)
		return -L4_ERIGHTS;
	*found = c->object;
	return 0;
}

static u64 some_slot(void)
{
	return host_one_in(50) ? host_below(2) * L4_CAP_SLOTS : slot_of(host_below(SLOTS));
}

/* It must be the object that the call has made. */
static void made(struct m_object *o, int t, u64 slot)
{
	o->k = cap_object(cap_word(&k_task(t)->space, slot));
	assert_non_null(o->k);
	add_cap(t, slot - FIRST_SLOT, o, L4_RIGHTS_ALL, NULL);
}

static void do_task(int t)
{
	u64 slot = some_slot(), quota = host_below(200) << 10, flags = 0;
	long expected = slot_error(t, slot);
	struct m_object *o;
	int number = 0;

	while (number < TASKS && task[number])
		number++;
	if (host_one_in(3)) {
		flags = L4_TASK_GUEST;
		quota = 0;
	} else if (number == TASKS) {
		return;
	}
	if (host_one_in(30)) {
		quota ^= 4096;
		flags ^= L4_TASK_GUEST;
	}
	if (flags && quota)
		expected = -L4_EINVAL;
	else if (!expected && !flags && quota < L4_TASK_QUOTA_MIN)
		expected = -L4_EINVAL;
	enough = memory_left(t) >= quota + PLENTY;
	if (!as_expected(task_create(k_task(t), slot, quota, flags), expected))
		return;
	o = new_object(OBJECT_TASK, t);
	o->guest = flags;
	o->task = flags ? task[t] : NULL;
	o->space = flags ? NOWHERE : number;
	if (!flags)
		task[number] = o;
	made(o, t, slot);
}

static void do_thread(int t)
{
	u64 slot = some_slot(), at = (1 + host_below(1UL << 20)) << PAGE_SHIFT;
	int index = host_below(SLOTS);
	struct m_object *where, *o;
	long expected = lookup(t, index, OBJECT_TASK, L4_RIGHT_X, &where), result;

	if (!expected && where->guest)
		expected = -L4_EINVAL;
	if (!expected)
		expected = slot_error(t, slot);
	enough = memory_left(t) >= PLENTY && (!where || where->guest || memory_left(where->space) >= PLENTY);
	result = thread_create(k_task(t), slot, slot_of(index), at, 0);
	if (result == -L4_EBUSY && where)
		return;
	if (!as_expected(result, expected))
		return;
	o = new_object(OBJECT_THREAD, t);
	o->task = where;
	made(o, t, slot);
}

static void do_gate(int t)
{
	u64 slot = some_slot();
	int index = host_below(SLOTS);
	struct m_object *thread, *o;
	long expected = lookup(t, index, OBJECT_THREAD, L4_RIGHT_X, &thread);

	if (!expected && thread->dead)
		expected = -L4_EDEAD;
	if (!expected)
		expected = slot_error(t, slot);
	enough = memory_left(t) >= PLENTY;
	if (!as_expected(gate_create(k_task(t), slot, slot_of(index), 0), expected))
		return;
	o = new_object(OBJECT_GATE, t);
	o->thread = thread;
	made(o, t, slot);
}

static void do_irq(int t)
{
	u64 slot = some_slot();

	enough = memory_left(t) >= PLENTY;
	if (as_expected(irq_create(k_task(t), slot, L4_CAP_NONE, L4_IRQ_SOFT), slot_error(t, slot)))
		made(new_object(OBJECT_IRQ, t), t, slot);
}

/* A thread does not keep the gate to its pager in memory. */
static void do_pager(int t)
{
	int index = host_below(SLOTS), of = host_below(SLOTS);
	struct m_object *thread, *pager;
	long expected;

	if (lookup(t, of, OBJECT_THREAD, 0, &thread) || thread->dead || thread->task != task[t])
		return;
	expected = lookup(t, index, OBJECT_GATE, L4_RIGHT_W, &pager);
	assert_int_equal(thread_control((struct thread *)thread->k, (struct thread *)thread->k,
					L4_THREAD_PAGER, slot_of(index)), expected);
}

static void map_one(int s, int from, int t, int to, u64 rights, bool grant)
{
	struct m_cap *c = cap[s][from];

	if (!grant) {
		add_cap(t, to, c->object, c->rights & rights, c);
		return;
	}
	cap[s][from] = NULL;
	cap[t][to] = c;
	c->space = t;
	c->index = to;
	c->rights &= rights;
}

static bool goes_along(const struct m_cap *c, bool grant)
{
	/* A task's first capability stays where it is. */
	return c && (c->rights & L4_RIGHT_R) &&
	       !(grant && !c->parent && c->object->type == OBJECT_TASK);
}

static void do_map(int s)
{
	unsigned int order = host_below(2) ? 0 : host_below(5), size = 1U << order, in_the_way = 0;
	int from = host_below(SLOTS / size) * size, to = host_below(SLOTS / size) * size, t = some_task();
	bool grant = host_one_in(4);
	u64 rights = host_one_in(3) ? host_below(8) : L4_RIGHTS_ALL;
	u64 fpage = l4_fpage_cap(slot_of(from), order, rights) | (grant ? L4_FPAGE_GRANT : 0);
	long count = 0, expected, result;

	for (unsigned int i = 0; i < size; i++) {
		in_the_way += cap[t][to + i] != NULL;
		count += goes_along(cap[s][from + i], grant);
	}
	expected = in_the_way ? -L4_EEXIST : count ? count : -L4_EFAULT;
	if (size > 1 && host_one_in(50)) {
		expected = -L4_EINVAL;
		to++;
	}
	enough = memory_left(t) >= PLENTY;
	result = map_fpage(&k_task(s)->space, fpage, &k_task(t)->space, slot_of(to), &host_work);
	as_expected(result, expected);
	if (result < 0 && result != -L4_ENOMEM)
		return;
	/* Without memory the first few have arrived. */
	for (unsigned int i = 0; i < size; i++) {
		if (!goes_along(cap[s][from + i], grant))
			continue;
		if (!cap_word(&k_task(t)->space, slot_of(to + i)))
			break;
		map_one(s, from + i, t, to + i, rights, grant);
	}
}

static void do_unmap(int s)
{
	unsigned int order = host_below(2) ? 0 : host_below(5), size = 1U << order;
	int from = host_below(SLOTS / size) * size;
	u64 rights = host_one_in(20) ? 0 : 1 + host_below(7);
	bool self = host_below(2);
	int error = unmap_fpage(&k_task(s)->space, l4_fpage_cap(slot_of(from), order, rights),
				self ? L4_UNMAP_SELF : 0, &host_work);

	assert_int_equal(error, 0);
	machine_reap();
	for (unsigned int i = from; rights && task[s] && i < from + size; i++) {
		struct m_cap *c = cap[s][i];

		if (c && self)
			drop_cap(c);
		else
			while (c && cap[s][i] == c && c->children)
				drop_cap(c->children);
	}
}

static void do_lookup(int t)
{
	int index = host_below(SLOTS), error = 0;
	u64 type = host_below(OBJECT_IRQ + 1), rights = host_below(8);
	struct m_object *o;
	long expected = lookup(t, index, type, rights, &o);
	struct object *k = cap_lookup(&k_task(t)->space, slot_of(index), type, rights, &error);

	assert_int_equal(error, expected);
	assert_ptr_equal(k, o ? o->k : NULL);
	error = 0;
	k = task_find(k_task(t), slot_of(index), type, rights, &error);
	assert_int_equal(error, !expected && o->dead ? -L4_EDEAD : expected);
	assert_ptr_equal(k, o && !o->dead ? o->k : NULL);
}

static void (*const doings[])(int t) = {
	do_task, do_thread, do_thread, do_gate, do_gate, do_irq, do_pager, do_map, do_map, do_map, do_map,
	do_map, do_unmap, do_unmap, do_lookup, do_lookup,
};

/* The capabilities that the root task has of itself and its thread lie outside of our slots. */
static void begin(void)
{
	struct m_object *thread;

	machine_start(4 << 20, 1);
	memset(object, 0, sizeof(object));
	memset(task, 0, sizeof(task));
	memset(cap, 0, sizeof(cap));
	object[0] = (struct m_object){ .type = OBJECT_TASK, .k = &machine_root->object, .caps = 1 };
	task[0] = &object[0];
	thread = new_object(OBJECT_THREAD, 0);
	thread->k = &machine_current()->object;
	thread->caps = 1;
	thread->task = &object[0];
}

static void end(void)
{
	for (int t = 0; t < TASKS; t++)
		for (int i = 0; i < SLOTS; i++)
			if (cap[t][i])
				drop_cap(cap[t][i]);
	machine_stop_all();
}

static void agrees_with_the_model(void **state)
{
	u64 steps = host_steps(3000000);

	(void)state;
	host_seed();
	for (host_step = 0; host_step < steps;) {
		u64 until = host_step + 50000;

		begin();
		for (; host_step < until && host_step < steps; host_step++) {
			doings[host_below(ARRAY_SIZE(doings))](some_task());
			check();
		}
		check_objects();
		check_parents();
		end();
	}
	host_operations(steps);
	print_message("without memory: %lu\n", refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_the_model) };

	return cmocka_run_group_tests_name("cap_model", tests, NULL, NULL);
}
