/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying of string items. Each page is looked up when its turn comes, with
 * the rights it has then, and nothing is kept of it afterwards: so it does not
 * matter what is unmapped, or who is deleted, between two pieces. Where source
 * and destination overlap the destination holds some mixture of both.
 */
#include "ipc/ipc_string.h"

#include "memory/task.h"
#include "sched/preempt.h"
#include "sched/thread.h"
#include "x86/cpu/x86.h"

#define PIECE		0x2000UL	/* bytes, at most, between two preemption points */
#define LOOKUPS		100	/* instructions to find two pages */

static bool can_be_mapped(u64 address, u64 size)
{
	return address + (size - 1) >= address && paging_range_ok(address, address + (size - 1));
}

int string_prepare(struct thread *from, struct thread *to, struct l4_item item)
{
	struct l4_buffer buffer = *(volatile struct l4_buffer *)&to->utcb->string[from->transfer.strings];
	u64 length = l4_string_length(item.what);

	/* A faulting thread has no use for it. */
	if (item.what != l4_string(length) || !length || length > L4_STRING_MAX || to->fault.proto)
		return -L4_EINVAL;
	if (buffer.size < length)
		return -L4_EOVERFLOW;
	if (!can_be_mapped(item.where, length) || !can_be_mapped(buffer.address, length))
		return -L4_EFAULT;
	to->utcb->item[from->transfer.items] = (struct l4_item){ item.what, buffer.address };
	from->transfer.source = item.where;
	from->transfer.destination = buffer.address;
	from->transfer.left = length;
	from->transfer.asked_at = 0;
	from->transfer.strings++;
	return 0;
}

static struct space *space_of(const struct thread *thread)
{
	return thread->vcpu.guest ? &thread->vcpu.guest->space : &thread->task->space;
}

/*
 * Where the kernel sees a thread's byte, and as many behind it as it can, at
 * most *size. A vCPU means what its server sees: its guest's lower half.
 */
static int find_page(const struct thread *thread, u64 address, bool write, u64 *size, u8 **where)
{
	unsigned int level;
	u64 *entry = paging_lowest(&space_of(thread)->paging, address, &level), leaf = *entry;
	u64 page = 1UL << paging_level_shift(level), used = PTE_A | (write ? PTE_D : 0);
	phys_t phys = paging_leaf_phys(leaf, level, address);

	if (!leaf || (write && !(leaf & PTE_W)))
		return STRING_FAULT;
	*size = min_u64(*size, page - (address & (page - 1)));
	/* Devices are not where the kernel sees memory. */
	if (leaf & PTE_DEVICE)
		return -L4_EFAULT;
	*where = phys_to_virt(phys);
	/* Other CPUs mark it, too. */
	if ((leaf & used) != used)
		__atomic_fetch_or(entry, used, __ATOMIC_RELAXED);
	return 0;
}

/* Where both are, and the copy: what a guest has is not replaced in between. */
static int copy_piece(struct thread *from, u64 *size, struct string_fault *fault)
{
	struct transfer *string = &from->transfer;
	u8 *source, *destination;
	int error;

	*fault = (struct string_fault){ from, string->source, false };
	error = find_page(from, string->source, false, size, &source);
	if (error)
		return error;
	*fault = (struct string_fault){ string->peer, string->destination, true };
	error = find_page(string->peer, string->destination, true, size, &destination);
	if (!error)
		copy_bytes(destination, source, *size);
	return error;
}

int string_copy(struct thread *from, struct string_fault *fault)
{
	struct transfer *string = &from->transfer;
	struct space *one = space_of(from), *other = space_of(string->peer);
	int error;

	while (string->left) {
		u64 size = min_u64(string->left, PIECE);

		space_edit_begin(one);
		if (other != one)
			space_edit_begin(other);
		error = copy_piece(from, &size, fault);
		space_edit_end(one);
		if (other != one)
			space_edit_end(other);
		if (error)
			return error;
		string->source += size;
		string->destination += size;
		string->left -= size;
		if (preempt_point(LOOKUPS + size / 8) && string->left)
			return STRING_AGAIN;
	}
	return 0;
}
