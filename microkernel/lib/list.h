/* SPDX-License-Identifier: GPL-2.0 */
/* Circular doubly linked lists, linked through a member of their elements. */
#ifndef LIST_H
#define LIST_H

#include "lib/types.h"

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_between(struct list *item, struct list *prev, struct list *next)
{
	item->prev = prev;
	item->next = next;
	prev->next = item;
	next->prev = item;
}

static inline void list_add(struct list *head, struct list *item)
{
	list_add_between(item, head, head->next);
}

static inline void list_add_tail(struct list *head, struct list *item)
{
	list_add_between(item, head->prev, head);
}

/* Moves all of the second list to the end of the first. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* Leaves the item a list of its own, so that deleting twice is harmless. */
static inline void list_del(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)

#define list_for_each(pos, head) \
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

#endif
