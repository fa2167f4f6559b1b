/* SPDX-License-Identifier: GPL-2.0 */
/* Makes and deletes tasks, threads, gates and interrupts, by the root task's capabilities; see ipc_model.h. */
#include "ipc_model.h"

#include <string.h>

static void give(u64 slot, u64 rights, int to)
{
	if (to && task[to])
		assert_int_equal(map_fpage(&task[0]->space, l4_fpage_cap(slot, 0, rights),
					   &task[to]->space, slot, &host_work), 1);
}

static void give_memory(int to)
{
	for (u64 page = MEMORY; page < MEMORY + MEMORY_SIZE; page += PAGE_SIZE)
		if (memory_is_there(page))
			assert_int_equal(map_fpage(&task[0]->space,
						   l4_fpage_mem(page + to * MEMORY_SIZE, 12, L4_RIGHTS_ALL),
						   &task[to]->space, page, &host_work), 1);
}

static void take(u64 slot)
{
	assert_int_equal(unmap_fpage(&task[0]->space, l4_fpage_cap(slot, 0, L4_RIGHTS_ALL),
				     L4_UNMAP_SELF, &host_work), 0);
	machine_reap();
}

static void make_thread(int i)
{
	struct m_thread *t = &thread[i];
	int where = host_below(TASKS), error;

	if (!task[where])
		where = 0;
	model_thread_init(t, where, i && host_one_in(5));
	assert_int_equal(thread_create(task[0], THREAD_SLOT + i, where ? TASK_SLOT + where :
				       L4_CAP_TASK, 0x100000 + i * PAGE_SIZE,
				       t->vcpu ? L4_THREAD_VCPU : 0), 0);
	t->k = task_find(task[0], THREAD_SLOT + i, OBJECT_THREAD, 0, &error);
	/* Short turns, so that all have theirs while time passes here. */
	assert_int_equal(thread_control(t->k, t->k, L4_THREAD_TIMESLICE, 1000), 0);
	t->timeslice = clock_tsc_khz();
	for (int to = 1; to < TASKS; to++)
		give(THREAD_SLOT + i, L4_RIGHTS_ALL, to);
}

static void forget_received(int g, int from)
{
	for (int t = 0; t < TASKS; t++)
		for (int i = 0; i < WINDOW; i++)
			if (received[t][i].gate != NOBODY && (g == NOBODY || received[t][i].gate == g) &&
			    (from == NOBODY || received[t][i].from == from || t == from))
				received[t][i].gate = NOBODY;
}

static void make_gate(int i)
{
	struct m_gate *g = &gate[i];
	int t = host_below(THREADS), error;

	if (host_below(3))
		t = t / 3 * 3 + 1;
	if (!lives(t))
		return;
	*g = (struct m_gate){ .exists = true, .thread = t, .label = host_random(),
			      .rights = { L4_RIGHTS_ALL } };
	assert_int_equal(gate_create(task[0], GATE_SLOT + i, THREAD_SLOT + t, g->label), 0);
	g->k = task_find(task[0], GATE_SLOT + i, OBJECT_GATE, 0, &error);
	for (int to = 1; to < TASKS; to++) {
		if (!task[to])
			continue;
		g->rights[to] = host_one_in(6) ? 1 + host_below(7) : L4_RIGHT_W | L4_RIGHT_R;
		give(GATE_SLOT + i, g->rights[to], to);
	}
}

static void drop_gate(int i)
{
	take(GATE_SLOT + i);
	gate[i] = (struct m_gate){ .thread = NOBODY };
	forget_received(i, NOBODY);
	for (int t = 0; t < THREADS; t++) {
		if (thread[t].pager == i)
			thread[t].pager = GATE_GONE;
		if (thread[t].handler == i)
			thread[t].handler = GATE_GONE;
	}
}

static void make_irq(int i)
{
	struct m_irq *q = &irq[i];
	int error;

	*q = (struct m_irq){ .exists = true, .thread = NOBODY };
	assert_int_equal(irq_create(task[0], IRQ_SLOT + i, L4_CAP_SYSTEM, pin_of[i]), 0);
	q->k = task_find(task[0], IRQ_SLOT + i, OBJECT_IRQ, 0, &error);
	for (int to = 1; to < TASKS; to++)
		give(IRQ_SLOT + i, L4_RIGHTS_ALL, to);
}

static void drop_irq(int i)
{
	take(IRQ_SLOT + i);
	model_irq_unbind(&irq[i]);
	irq[i].exists = false;
	model_partner_gone(i, NOBODY);
}

static void drop_thread(int i)
{
	take(THREAD_SLOT + i);
	if (!thread[i].dead)
		model_thread_dies(&thread[i]);
	thread[i].k = NULL;
}

static void make_task(int i)
{
	int error;

	assert_int_equal(task_create(task[0], TASK_SLOT + i, 2 << 20, 0), 0);
	task[i] = task_find(task[0], TASK_SLOT + i, OBJECT_TASK, 0, &error);
	give_memory(i);
	for (int t = 0; t < THREADS; t++)
		if (thread[t].k)
			give(THREAD_SLOT + t, L4_RIGHTS_ALL, i);
	for (int g = 0; g < GATES; g++) {
		if (!gate[g].exists)
			continue;
		gate[g].rights[i] = L4_RIGHT_W | L4_RIGHT_R;
		give(GATE_SLOT + g, gate[g].rights[i], i);
	}
	for (int q = 0; q < IRQS; q++)
		if (irq[q].exists)
			give(IRQ_SLOT + q, L4_RIGHTS_ALL, i);
}

static void drop_task(int i)
{
	take(TASK_SLOT + i);
	task[i] = NULL;
	for (int t = 0; t < THREADS; t++)
		if (lives(t) && thread[t].task == i)
			model_thread_dies(&thread[t]);
	for (int g = 0; g < GATES; g++)
		gate[g].rights[i] = 0;
	forget_received(NOBODY, i);
}

void world_change(void)
{
	int i;

	switch (host_below(8)) {
	case 0:
		i = 1 + host_below(TASKS - 1);
		if (!task[i])
			make_task(i);
		else if (host_one_in(8))
			drop_task(i);
		break;
	case 1:
	case 2:
		i = host_below(IRQS);
		if (!irq[i].exists)
			make_irq(i);
		else if (host_one_in(3))
			drop_irq(i);
		break;
	case 3:
	case 4:
		i = host_below(GATES);
		if (gate[i].exists && gate[i].thread != NOBODY && !host_one_in(4))
			break;
		if (gate[i].exists)
			drop_gate(i);
		make_gate(i);
		break;
	default:
		i = 1 + host_below(THREADS - 1);
		if (thread[i].k && !thread[i].dead && !host_one_in(4))
			break;
		if (thread[i].k)
			drop_thread(i);
		/* The page of its UTCB is free when it is shut down. */
		machine_leave();
		make_thread(i);
		break;
	}
	machine_leave();
}

void world_begin(void)
{
	static const struct object_ops system_ops = { .type = OBJECT_SYSTEM };
	struct object *system;
	int error;

	machine_start(64 << 20, 255);
	memset(thread, 0, sizeof(thread));
	memset(gate, 0, sizeof(gate));
	memset(irq, 0, sizeof(irq));
	memset(task, 0, sizeof(task));
	task[0] = machine_root;
	donee = NOBODY;
	for (int t = 0; t < TASKS; t++)
		for (int i = 0; i < WINDOW; i++)
			received[t][i].gate = NOBODY;
	for (int g = 0; g < GATES; g++)
		gate[g].thread = NOBODY;
	system = object_create(&system_ops, sizeof(*system), &machine_quota, NULL);
	assert_int_equal(cap_insert_root(&task[0]->space, L4_CAP_SYSTEM, system, L4_RIGHTS_ALL), 0);
	memset(phys_to_virt(MACHINE_USER_RAM), 0, TASKS * MEMORY_SIZE);
	for (u64 at = 0; at < TASKS * MEMORY_SIZE; at += PAGE_SIZE) {
		if (memory_is_there(MEMORY + at) || at >= MEMORY_SIZE)
			assert_int_equal(map_root(&task[0]->space, L4_FPAGE_MEM, MEMORY + at,
						  MACHINE_USER_RAM + at, PAGE_SIZE, L4_RIGHTS_ALL), 0);
		for (u64 i = 0; at < MEMORY_SIZE && memory_is_there(MEMORY + at) && i < PAGE_SIZE; i++)
			for (int t = 0; t < TASKS; t++)
				*model_memory(t, MEMORY + at + i) = 0;
	}
	/* The root thread is the one that the machine has started. */
	model_thread_init(&thread[0], 0, false);
	thread[0].k = machine_current();
	thread[0].state = THREAD_READY;
	thread[0].priority = 255;
	thread[0].can_continue = true;
	thread[0].regs = thread[0].k->regs;
	assert_int_equal(map_fpage(&task[0]->space, l4_fpage_cap(L4_CAP_THREAD, 0, L4_RIGHTS_ALL),
				   &task[0]->space, THREAD_SLOT, &host_work), 1);
	assert_ptr_equal(task_find(task[0], THREAD_SLOT, OBJECT_THREAD, 0, &error), thread[0].k);
	for (int i = 1; i < TASKS; i++)
		make_task(i);
	for (int i = 1; i < THREADS; i++) {
		make_thread(i);
		thread[i].priority = thread[i].k->priority = 64;
	}
	for (int i = 0; i < GATES; i++)
		make_gate(i);
	for (int i = 0; i < IRQS; i++)
		make_irq(i);
	machine_leave();
}
