/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel debugger on tasks, threads, capabilities, run queues and waiting. See kdb.h. */
#include "kdb/kdb.h"

#include "base/panic.h"
#include "ipc/ipc.h"
#include "memory/cap.h"
#include "object/irq.h"
#include "object/task.h"
#include "x86/cpu/cpu.h"

#define CHAIN_MAX	16	/* a ring of threads that wait for each other has no end */

u64 kdb_arg[2];

static const char *const type_names[] = {
	[OBJECT_NONE] = "?", [OBJECT_TASK] = "task", [OBJECT_THREAD] = "thread",
	[OBJECT_GATE] = "gate", [OBJECT_IRQ] = "irq", [OBJECT_SYSTEM] = "system",
};

void *kdb_find(u64 id, enum object_type type)
{
	struct list *pos;

	list_for_each(pos, &object_all) {
		struct object *object = list_entry(pos, struct object, link);

		if (object->type == type && (kdb_id(object) == id || (u64)object == id))
			return object;
	}
	printk("There is no %s %lx.\n", type_names[type], id);
	return NULL;
}

static unsigned int length(const struct list *head)
{
	unsigned int count = 0;
	struct list *pos;

	list_for_each(pos, head)
		count++;
	return count;
}

void kdb_tasks(void)
{
	struct list *pos;

	list_for_each(pos, &object_all) {
		struct task *task = list_entry(pos, struct task, object.link);

		if (task->object.type != OBJECT_TASK)
			continue;
		printk("task %8lx", kdb_id(task));
		if (task->host)
			printk("  guest of %lx", kdb_id(task->host));
		else
			printk("  quota %6lu of %6lu KiB  threads %u  guests %u",
			       task->quota.used >> 10, task->quota.limit >> 10,
			       length(&task->threads),
			       task->object.dead ? 0 : length(&task->space.guests));
		printk("%s%s%s\n", task->name ? "  " : "", task->name ? task->name : "",
		       task->object.dead ? "  dead" : "");
	}
}

/* Whom it waits for, if that is one. */
static struct thread *waits_for(const struct thread *thread)
{
	if (thread->state == THREAD_RECEIVING_FROM && !thread->partner->is_irq)
		return container_of(thread->partner, struct thread, sender);
	if (thread->state == THREAD_IN_TRANSFER)
		return thread->transfer.peer;
	return thread->state == THREAD_SENDING ? thread->sender.to :
	       thread->state == THREAD_AWAITING_REPLY ? thread->replier : NULL;
}

static void print_state(const struct thread *thread)
{
	static const char *const names[] = {
		[THREAD_STOPPED] = "stopped", [THREAD_READY] = "ready",
		[THREAD_SENDING] = "sends to", [THREAD_RECEIVING] = "receives",
		[THREAD_RECEIVING_FROM] = "receives from",
		[THREAD_AWAITING_REPLY] = "awaits a reply of",
		[THREAD_IN_TRANSFER] = "transfers a string with",
		[THREAD_VCPU_WAITING] = "waits for an interrupt",
	};
	struct thread *partner = waits_for(thread);

	if (thread == this_cpu()->current)
		printk("runs");
	else
		printk("%s", names[thread->state]);
	if (partner)
		printk(" %lx", kdb_id(partner));
	if (thread->fault.proto)
		printk(", for its fault at %lx", thread->fault.mr[0]);
	if (thread->reply_to)
		printk(", owes %lx a reply", kdb_id(thread->reply_to));
	if (!list_empty(&thread->senders))
		printk(", senders wait: %u", length(&thread->senders));
	if (thread->is_vcpu)
		printk(", vCPU in %s mode, guest %lx", thread->vcpu.user_mode ? "user" : "server",
		       kdb_id(thread->vcpu.guest));
	printk("%s\n", thread->object.dead ? ", dead" : "");
}

void kdb_threads(void)
{
	struct list *pos;

	list_for_each(pos, &object_all) {
		struct thread *thread = list_entry(pos, struct thread, object.link);

		if (thread->object.type != OBJECT_THREAD)
			continue;
		printk("thread %8lx  task %8lx  priority %3u  ip %016lx  sp %016lx  ",
		       kdb_id(thread), kdb_id(thread->task), thread->priority, thread->regs.ip,
		       thread->regs.sp);
		print_state(thread);
	}
}

static void print_cap(u64 slot, u64 word)
{
	struct object *object = cap_object(word);

	printk("%5lu  %c%c%c  %s %lx", slot, word & L4_RIGHT_R ? 'r' : '-',
	       word & L4_RIGHT_W ? 'w' : '-', word & L4_RIGHT_X ? 'x' : '-',
	       type_names[object->type], kdb_id(object));
	if (object->type == OBJECT_GATE)
		printk(" to thread %lx, label %lx", kdb_id(((struct gate *)object)->thread),
		       ((struct gate *)object)->label);
	if (object->type == OBJECT_IRQ)
		printk(" of pin %ld to thread %lx%s%s", (s64)((struct irq *)object)->pin,
		       kdb_id(((struct irq *)object)->thread),
		       ((struct irq *)object)->in_service ? ", in service" : "",
		       ((struct irq *)object)->pending ? ", pending" : "");
	printk("%s\n", object->dead ? ", dead" : "");
}

void kdb_caps(void)
{
	struct task *task = kdb_find(kdb_arg[0], OBJECT_TASK);

	for (u64 slot = 0; task && slot < L4_CAP_SLOTS; slot++)
		if (cap_word(&task->space, slot))
			print_cap(slot, cap_word(&task->space, slot));
}

void kdb_cpus(void)
{
	for (unsigned int i = 0; i < cpu_count; i++) {
		const struct l4_frame *frame = cpus[i]->stopped;

		printk("CPU %2u  runs %8lx  ", i, kdb_id(cpus[i]->current));
		if (cpus[i] == this_cpu())
			printk("this one\n");
		else if (!frame)
			printk("does not answer\n");
		else
			printk("%s  ip %lx  sp %lx\n", frame->cs & 3 ? "ring 3" :
			       cpus[i]->idles ? "idles" : cpus[i]->waits ? "waits for the kernel" :
			       "in the kernel", frame->ip, frame->sp);
	}
}

static void print_queues(const struct cpu *cpu)
{
	struct list *pos;

	printk("CPU %u runs: %lx\n", cpu->number, kdb_id(cpu->current));
	for (int i = SCHED_PRIORITIES - 1; i >= 0; i--) {
		if (list_empty(&cpu->ready.queue[i]))
			continue;
		printk("priority %3d:", i);
		list_for_each(pos, &cpu->ready.queue[i])
			printk(" %lx", kdb_id(list_entry(pos, struct thread, ready_link)));
		printk("\n");
	}
}

void kdb_queues(void)
{
	for (unsigned int i = 0; i < cpu_count; i++)
		print_queues(cpus[i]);
}

void kdb_chains(void)
{
	struct list *pos;

	list_for_each(pos, &object_all) {
		struct thread *thread = list_entry(pos, struct thread, object.link);

		if (thread->object.type != OBJECT_THREAD || !waits_for(thread))
			continue;
		printk("%lx", kdb_id(thread));
		for (int i = 0; i < CHAIN_MAX && waits_for(thread); i++) {
			printk(thread->state == THREAD_SENDING ? " sends to" : " awaits");
			thread = waits_for(thread);
			printk(" %lx", kdb_id(thread));
		}
		printk(", which ");
		print_state(thread);
	}
}
