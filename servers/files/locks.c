/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "locks.h"

static bool overlap(const struct lock *a, const struct lock *b)
{
	return a->session && b->session && a->inode == b->inode && a->start < b->end &&
	       b->start < a->end;
}

static bool same_owner(const struct lock *a, const struct lock *b)
{
	return a->session == b->session && a->process == b->process;
}

const struct lock *locks_in_the_way(const struct locks *locks, const struct lock *wanted)
{
	for (unsigned int i = 0; i < LOCKS_MOST; i++) {
		const struct lock *lock = &locks->lock[i];

		if (overlap(lock, wanted) && !same_owner(lock, wanted) &&
		    (lock->write || wanted->write))
			return lock;
	}
	return NULL;
}

static struct lock *free_place(struct locks *locks)
{
	for (unsigned int i = 0; i < LOCKS_MOST; i++) {
		if (!locks->lock[i].session)
			return &locks->lock[i];
	}
	return NULL;
}

bool locks_clear(struct locks *locks, const struct lock *range)
{
	for (unsigned int i = 0; i < LOCKS_MOST; i++) {
		struct lock *lock = &locks->lock[i], *right;

		if (!overlap(lock, range) || !same_owner(lock, range))
			continue;
		if (lock->start < range->start && lock->end > range->end) {
			right = free_place(locks);
			if (!right)
				return false;
			*right = *lock;
			right->start = range->end;
			lock->end = range->start;
		} else if (lock->start < range->start) {
			lock->end = range->start;
		} else if (lock->end > range->end) {
			lock->start = range->end;
		} else {
			lock->session = NULL;
		}
	}
	return true;
}

/* Two places at most: the lock, and what is left behind it of one in whose middle it is. */
static bool has_room(const struct locks *locks, const void *client, unsigned int most)
{
	unsigned int free = 0, own = 0;

	for (unsigned int i = 0; i < LOCKS_MOST; i++) {
		free += !locks->lock[i].session;
		own += locks->lock[i].session && locks->lock[i].client == client;
	}
	return free >= 2 && own + 2 <= most;
}

bool locks_set(struct locks *locks, const struct lock *wanted, unsigned int most)
{
	if (!has_room(locks, wanted->client, most))
		return false;
	locks_clear(locks, wanted);
	*free_place(locks) = *wanted;
	return true;
}

void locks_drop(struct locks *locks, const void *session, uint32_t fid)
{
	for (unsigned int i = 0; i < LOCKS_MOST; i++) {
		struct lock *lock = &locks->lock[i];

		if (lock->session == session && lock->fid == fid)
			lock->session = NULL;
	}
}
