/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sigma0 owns all memory, device memory and I/O ports that the kernel does not
 * keep, each mapped at its own address, and gives each frame and each port out
 * once (Liedtke, SOSP 1995, section 2.1: the initial address space). One
 * thread, one gate; what is free stands in four sets. A block leaves its set
 * before it goes into a reply, and comes back if the reply fails.
 */
#include <l4/regions.h>
#include <l4/server.h>

#define PORTS		0x10000UL

static struct regions ram;		/* memory for whoever asks */
static struct regions named;		/* boot modules and ACPI tables: only for who names them */
static struct regions device;
static struct regions ports;

static const struct l4_kip *kip;

static void regions_init(void)
{
	regions_add(&device, 0, kip->device_end);
	regions_add(&ports, 0, PORTS);
	for (l4_word_t i = 0; i < kip->region_count; i++) {
		const struct l4_region *region = &kip->region[i];

		if (region->type == L4_REGION_RAM)
			regions_add(&ram, region->start, region->end);
		else if (region->type == L4_REGION_MODULE || region->type == L4_REGION_ACPI)
			regions_add(&named, region->start, region->end);
		regions_remove(&device, region->start, region->end);
	}
}

/* What the reply at hand gives away; set: NULL if it does not. */
static struct {
	struct regions *set;
	l4_word_t start;
	unsigned int order;
} given;

static long take_at(struct regions *set, l4_word_t start, unsigned int order)
{
	long error = regions_take_at(set, start, order);

	if (!error) {
		given.set = set;
		given.start = start;
		given.order = order;
	}
	return error;
}

static long take_highest(struct regions *set, unsigned int order, l4_word_t *start)
{
	long error = regions_take_highest(set, order, start);

	if (!error) {
		given.set = set;
		given.start = *start;
		given.order = order;
	}
	return error;
}

/*
 * The reply has failed, so its block is free again: part of it may have arrived. There
 * is room for it in its set, since it came from there.
 */
static void take_back(void)
{
	if (given.set == &ports)
		l4_unmap(l4_fpage_io(given.start, given.order, L4_RIGHTS_ALL), 0);
	else
		l4_unmap(l4_fpage_mem(given.start, given.order, L4_RIGHTS_ALL), 0);
	if (regions_add(given.set, given.start, given.start + (1UL << given.order)))
		printf("sigma0: a block at 0x%lx is lost.\n", given.start);
}

/* Make msg the reply to a request: an error, or one mapping. */
static void reply_error(struct l4_msg *msg, long error)
{
	msg->tag = l4_tag(2, 0, 0);
	msg->mr[0] = error;
	msg->mr[1] = 0;
}

static void reply_map(struct l4_msg *msg, l4_word_t fpage, l4_word_t where, l4_word_t value)
{
	struct l4_utcb *utcb = l4_first_utcb();

	msg->tag = l4_tag(2, 1, 0);
	msg->mr[0] = 0;
	msg->mr[1] = value;
	utcb->item[0] = (struct l4_item){ fpage, where };
}

static void serve_memory(struct l4_msg *msg)
{
	l4_word_t start = msg->mr[1];
	l4_word_t order = msg->mr[2];
	long error;

	if (msg->mr[0] == L4_SIGMA0_MEM)
		order = msg->mr[1];
	if (order < L4_PAGE_SHIFT || order > 47)
		error = -L4_EINVAL;
	else if (msg->mr[0] == L4_SIGMA0_MEM)
		error = take_highest(&ram, order, &start);
	else if (msg->mr[0] == L4_SIGMA0_MEM_AT) {
		error = take_at(&ram, start, order);
		if (error == -L4_EBUSY)
			error = take_at(&named, start, order);
	} else {
		error = take_at(&device, start, order);
	}
	if (error)
		reply_error(msg, error);
	else
		reply_map(msg, l4_fpage_mem(start, order, L4_RIGHTS_ALL), start, start);
}

static void serve_ports(struct l4_msg *msg)
{
	l4_word_t port = msg->mr[1];
	l4_word_t order = msg->mr[2];
	long error = order > 16 ? -L4_EINVAL : take_at(&ports, port, order);

	if (error)
		reply_error(msg, error);
	else
		reply_map(msg, l4_fpage_io(port, order, L4_RIGHTS_ALL), port << 12, port);
}

static void serve_request(struct l4_msg *msg)
{
	if (l4_tag_proto(msg->tag) != L4_PROTO_SIGMA0 || l4_tag_words(msg->tag) < 1) {
		reply_error(msg, -L4_EINVAL);
		return;
	}
	switch (msg->mr[0]) {
	case L4_SIGMA0_MEM:
	case L4_SIGMA0_MEM_AT:
	case L4_SIGMA0_DEVICE:
		serve_memory(msg);
		break;
	case L4_SIGMA0_IO:
		serve_ports(msg);
		break;
	case L4_SIGMA0_FREE_BYTES:
		reply_error(msg, 0);
		msg->mr[1] = regions_total(&ram);
		break;
	default:
		reply_error(msg, -L4_EINVAL);
	}
}

/* A fault that cannot be resolved leaves its thread waiting for ever: say so. */
static bool serve_fault(struct l4_msg *msg)
{
	l4_word_t frame = msg->mr[0] & ~(L4_PAGE_SIZE - 1);
	l4_word_t ip = msg->mr[1];

	if (!take_at(&ram, frame, L4_PAGE_SHIFT) ||
	    !take_at(&named, frame, L4_PAGE_SHIFT)) {
		reply_map(msg, l4_fpage_mem(frame, L4_PAGE_SHIFT, L4_RIGHTS_ALL), frame, frame);
		return true;
	}
	printf("sigma0: client %lu faults at 0x%lx (rights %lu, ip 0x%lx): there is no free memory at that address.\n",
	       msg->label, frame, msg->mr[0] & L4_RIGHTS_ALL, ip);
	if (msg->label == 0)
		l4_stop(kip, L4_STOP_FAILED);
	return false;
}

static bool serve(struct l4_msg *msg)
{
	switch (l4_tag_proto(msg->tag)) {
	case L4_PROTO_PAGE_FAULT:
		return serve_fault(msg);
	case L4_PROTO_EXCEPTION:
	case L4_PROTO_IO_FAULT:
		printf("sigma0: client %lu has exception %lu (error 0x%lx, ip 0x%lx, sp 0x%lx).\n",
		       msg->label, msg->mr[0], msg->mr[1], msg->mr[2], msg->mr[3]);
		if (msg->label == 0)
			l4_stop(kip, L4_STOP_FAILED);
		return false;
	default:
		serve_request(msg);
		return true;
	}
}

/*
 * A reply that gives something away goes alone: an error of a call that also waits
 * for the next message would not say whether the client has got it.
 */
static long reply_and_wait(struct l4_msg *msg)
{
	if (!given.set)
		return l4_ipc_reply_wait(msg);
	if (l4_ipc_reply(msg))
		take_back();
	*msg = (struct l4_msg){ 0 };
	return l4_ipc_recv(msg);
}

int main(int, char **)
{
	struct l4_msg msg = { 0 };
	long error;

	kip = l4_kip();
	regions_init();
	printf("sigma0: %lu MiB of memory in %u regions.\n", regions_total(&ram) >> 20, ram.count);
	error = l4_ipc_recv(&msg);
	for (;;) {
		given.set = NULL;
		if (!error && serve(&msg)) {
			error = reply_and_wait(&msg);
			continue;
		}
		msg = (struct l4_msg){ 0 };
		error = l4_ipc_recv(&msg);
	}
}
