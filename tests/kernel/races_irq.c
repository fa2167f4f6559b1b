/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interrupt is in each of the states that it can be in, and then it, or its handler,
 * goes, moves, or is stopped: a case for each pair. A model tells what each operation
 * returns, and which handler gets a message. With several CPUs all that once more, with
 * both handlers, and who does it, on different ones.
 */
#include "ktest.h"

#define FIRST		1220
#define FIRST_APART	4360
#define PER_STATE	10
#define SLOT_IRQ	SLOT_FREE
#define LABEL		0x77

/* Of the interrupt, with worker 0 as its handler; worker 1 is another one. */
enum state { UNBOUND, IDLE, SERVED, AGAIN, QUEUED, STATES };

enum event { RAISE, ACK, UNBIND, MOVE_IRQ, IRQ, HANDLER, TASK, STOP, CONTINUE, MOVE_HANDLER, EVENTS };

static const char *const state_names[STATES] = {
	"an unbound irq", "an irq whose handler waits", "an irq that is served", "an irq that came again",
	"an irq whose handler is busy",
};

static const char *const event_names[EVENTS] = {
	"it is raised", "it is acknowledged", "it is unbound", "it moves", "it is deleted",
	"its handler is deleted", "its handler's task is deleted", "its handler is stopped",
	"its handler is stopped and goes on", "its handler moves",
};

/* Who does it is on CPU 0; LAST is the last one. */
#define LAST	~0U

static const struct placement {
	const char *name;
	unsigned int cpu[2];	/* of both handlers */
} placements[] = {
	{ "", { 0, 0 } },
	{ ", both handlers elsewhere", { 1, LAST } },
	{ ", the other handler elsewhere", { 0, LAST } },
	{ ", its handler elsewhere", { 1, 0 } },
};

static enum state state;
static enum event event;
static const struct placement *placement;

static struct {
	bool exists, bound, in_service, pending, queued;
	bool receives;		/* the first handler */
	unsigned int handler;
	l4_word_t got[2];
	unsigned int home[2], got_on[2];	/* of both handlers; where the last message came */
} model;

static void handle(struct worker *self)
{
	while (self->arg[0])
		;
	for (;;) {
		struct l4_msg msg = { 0 };

		if (l4_ipc_recv(&msg) || l4_tag_proto(msg.tag) != L4_PROTO_IRQ || msg.label != LABEL)
			continue;
		self->result[1] = here();
		self->result[0]++;
	}
}

static void receive_one(unsigned int n)
{
	model.got[n]++;
	model.got_on[n] = model.home[n];
}

static void deliver(void)
{
	model.in_service = true;
	model.pending = false;
	if (model.handler == 0 && !model.receives)
		model.queued = true;
	else
		receive_one(model.handler);
}

static void unbind(void)
{
	model.bound = model.in_service = model.pending = model.queued = false;
}

static bool all_is_delivered(void)
{
	return workers[0].result[0] == model.got[0] && workers[1].result[0] == model.got[1];
}

static long control(l4_word_t op, l4_cap_t thread)
{
	return op == L4_IRQ_BIND ? l4_irq_bind(SLOT_IRQ, 0, thread, LABEL) :
				   l4_syscall4(L4_CALL_IRQ_CONTROL, SLOT_IRQ, op, thread, 0);
}

/* What the model says of it has come true. */
static const char *operate(l4_word_t op, unsigned int handler)
{
	long result = !model.exists ? -L4_ENOCAP :
		      op == L4_IRQ_BIND && model.bound ? -L4_EBUSY :
		      op == L4_IRQ_MOVE && !model.bound ? -L4_EINVAL : 0;

	CHECK_EQ(control(op, SLOT_THREAD(handler)), result);
	if (result)
		return NULL;
	switch (op) {
	case L4_IRQ_RAISE:
		if (model.bound && !model.in_service)
			deliver();
		else
			model.pending = true;
		break;
	case L4_IRQ_ACK:
		if (model.in_service && model.pending)
			deliver();
		else
			model.in_service = false;
		break;
	case L4_IRQ_UNBIND:
		unbind();
		break;
	case L4_IRQ_MOVE:
		model.handler = handler;
		if (model.queued)
			receive_one(handler);
		model.queued = false;
		break;
	default:
		model.bound = true;
		model.handler = handler;
		if (model.pending)
			deliver();
	}
	return wait_until(all_is_delivered);
}

static bool first_is_ready(void)
{
	return state == QUEUED || is_in_call(0);
}

static bool second_is_ready(void)
{
	return is_in_call(1);
}

static const char *put(unsigned int n, unsigned int cpu)
{
	model.home[n] = cpu == LAST ? l4_kip()->cpus - 1 : cpu;
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_CPU, model.home[n]), 0);
	return NULL;
}

static const char *set_up(void)
{
	memset(&model, 0, sizeof(model));
	model.exists = true;
	model.receives = state != QUEUED;
	workers[0].arg[0] = state == QUEUED;
	for (unsigned int n = 0; n < 2; n++) {
		TRY(make_task(SLOT_TASK(n), 0x40000));
		TRY(make_worker(n, SLOT_TASK(n), 0));
		TRY(put(n, placement->cpu[n]));
		TRY(start_worker(n, handle));
	}
	CHECK_EQ(l4_irq_create(SLOT_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	TRY(wait_until(first_is_ready));
	TRY(wait_until(second_is_ready));
	if (state != UNBOUND)
		TRY(operate(L4_IRQ_BIND, 0));
	if (state > IDLE)
		TRY(operate(L4_IRQ_RAISE, 0));
	return state == AGAIN ? operate(L4_IRQ_RAISE, 0) : NULL;
}

static const char *delete(l4_cap_t slot)
{
	CHECK_EQ(l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	if (slot == SLOT_IRQ)
		model.exists = false;
	unbind();
	return NULL;
}

static const char *stop(void)
{
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	if (event == CONTINUE)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	else
		model.receives = false;
	return NULL;
}

static const char *happen(void)
{
	static const unsigned char ops[] = {
		[RAISE] = L4_IRQ_RAISE, [ACK] = L4_IRQ_ACK, [UNBIND] = L4_IRQ_UNBIND, [MOVE_IRQ] = L4_IRQ_MOVE,
	};

	switch (event) {
	case IRQ:
		return delete(SLOT_IRQ);
	case HANDLER:
		return delete(SLOT_THREAD(0));
	case TASK:
		return delete(SLOT_TASK(0));
	case STOP: case CONTINUE:
		return stop();
	case MOVE_HANDLER:
		return put(0, (model.home[0] + 1) % l4_kip()->cpus);
	default:
		return operate(ops[event], 1);
	}
}

/* A handler that was busy is so no longer. */
static const char *let_it_receive(void)
{
	workers[0].arg[0] = 0;
	if (state != QUEUED || event == HANDLER || event == TASK || event == STOP)
		return NULL;
	model.receives = true;
	if (model.queued)
		receive_one(0);
	model.queued = false;
	return wait_until(all_is_delivered);
}

/* It goes on as if nothing had been, with the handler that it has, or the other one. */
static const char *run_case(void)
{
	TRY(set_up());
	TRY(happen());
	TRY(let_it_receive());
	TRY(operate(L4_IRQ_RAISE, 0));
	TRY(operate(L4_IRQ_ACK, 0));
	TRY(operate(L4_IRQ_BIND, 1));
	TRY(operate(L4_IRQ_ACK, 0));
	TRY(operate(L4_IRQ_RAISE, 0));
	TRY(operate(L4_IRQ_MOVE, 1));
	TRY(let_them_run());
	CHECK(all_is_delivered());
	for (unsigned int n = 0; n < 2; n++)
		CHECK(!model.got[n] || workers[n].result[1] == model.got_on[n]);
	return NULL;
}

static void run_cases(const char *group, unsigned int first)
{
	static const struct pairs pairs = {
		&state, &event, STATES, EVENTS, PER_STATE, state_names, event_names, run_case,
	};

	run_pairs(&pairs, placement->name, group, first);
}

void run_irq_race_cases(void)
{
	placement = &placements[0];
	run_cases("races_irq", FIRST);
	for (unsigned int i = 1; i < ARRAY_SIZE(placements) && l4_kip()->cpus > 1; i++) {
		placement = &placements[i];
		run_cases("races_apart", FIRST_APART + PER_STATE * STATES * (i - 1));
	}
}
