/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's page frames and small objects. Picture and lock: kmem.h.
 * Invariants: a slab is in its class's list exactly while it has a free object;
 * the last `uncut' objects of a slab were never used since it became one;
 * used_bytes is the sum of what was charged, or would have been.
 */
#include "base/kmem.h"

#include "base/panic.h"
#include "lib/list.h"
#include "lib/string.h"
#include "x86/cpu/layout.h"

struct slab {
	struct list link;
	void *free;		/* objects given back, linked through their first words */
	u16 used;		/* objects handed out */
	u16 uncut;		/* objects never handed out: they are free too */
	u16 class;
};

#define SLAB_HEADER	64	/* room for it */
#define CLASSES		11

_Static_assert(sizeof(struct slab) <= SLAB_HEADER, "the slab's header");

static const u16 class_size[CLASSES] = { 32, 64, 96, 128, 192, 256, 384, 576, 800, 1344, 2016 };
/* The class for sizes up to 32 times the index. */
static const u8 class_of_size[KMEM_MAX_SIZE / 32 + 1] = {
	0, 0, 1, 2, 3, 4, 4, 5, 5, [9 ... 12] = 6, [13 ... 18] = 7, [19 ... 25] = 8, [26 ... 42] = 9,
	[43 ... 63] = 10, [64 ... KMEM_MAX_SIZE / 32] = CLASSES,
};
static struct list class_slabs[CLASSES];

static phys_t fresh, range_end;	/* of the range: what was never handed out */
static void *free_pages, *clear_pages;
static u64 total_bytes, used_bytes;

void kmem_init(phys_t first, phys_t last)
{
	assert(first <= last && !((first | last) & (PAGE_SIZE - 1)));
	for (unsigned int i = 0; i < CLASSES; i++)
		list_init(&class_slabs[i]);
	fresh = first;
	range_end = last;
	total_bytes = last - first;
}

u64 kmem_free_bytes(void)
{
	return total_bytes - used_bytes;
}

u64 kmem_total_bytes(void)
{
	return total_bytes;
}

static bool charge(struct quota *quota, size_t bytes)
{
	if (quota && !quota_charge(quota, bytes))
		return false;
	used_bytes += bytes;
	return true;
}

static void uncharge(struct quota *quota, size_t bytes)
{
	used_bytes -= bytes;
	if (quota)
		quota_uncharge(quota, bytes);
}

static void *list_take(void **list)
{
	void *page = *list;

	if (page)
		*list = *(void **)page;
	return page;
}

/* A page with anything in it. */
static void *page_take(void)
{
	void *page = list_take(&free_pages);

	if (page)
		return page;
	if (fresh == range_end)
		return list_take(&clear_pages);
	page = phys_to_virt(fresh);
	fresh += PAGE_SIZE;
	return page;
}

static void page_give(void *page)
{
	if (KMEM_POISON)
		memset(page, KMEM_JUNK, PAGE_SIZE);
	*(void **)page = free_pages;
	free_pages = page;
}

static void *page_alloc_raw(struct quota *quota)
{
	void *page;

	if (!charge(quota, PAGE_SIZE))
		return NULL;
	page = page_take();
	if (!page)
		uncharge(quota, PAGE_SIZE);
	return page;
}

void *kmem_page_alloc(struct quota *quota)
{
	void *page = clear_pages;

	if (!page) {
		page = page_alloc_raw(quota);
		return page ? memset(page, 0, PAGE_SIZE) : NULL;
	}
	if (!charge(quota, PAGE_SIZE))
		return NULL;
	clear_pages = *(void **)page;
	*(void **)page = NULL;
	return page;
}

void kmem_page_free(struct quota *quota, void *page)
{
	assert(page && !((u64)page & (PAGE_SIZE - 1)));
	page_give(page);
	uncharge(quota, PAGE_SIZE);
}

void kmem_page_free_cleared(struct quota *quota, void *page)
{
	for (u64 *word = page; KMEM_POISON && word < (u64 *)page + PAGE_SIZE / 8 - 1; word++)
		assert(!word[1]);
	*(void **)page = clear_pages;
	clear_pages = page;
	uncharge(quota, PAGE_SIZE);
}

static unsigned int class_of(size_t size)
{
	return class_of_size[(size + 31) / 32];
}

size_t kmem_charge(size_t size)
{
	unsigned int class = class_of(size);

	return class < CLASSES ? class_size[class] : PAGE_SIZE;
}

static bool slab_full(const struct slab *slab)
{
	return !slab->free && !slab->uncut;
}

static __noinline struct slab *new_slab(unsigned int class)
{
	struct slab *slab = page_take();

	if (!slab)
		return NULL;
	*slab = (struct slab){
		.class = class, .uncut = (PAGE_SIZE - SLAB_HEADER) / class_size[class],
	};
	list_add(&class_slabs[class], &slab->link);
	return slab;
}

void *kmem_alloc_raw(struct quota *quota, size_t size)
{
	unsigned int class = class_of(size);
	struct list *slabs = &class_slabs[class];
	struct slab *slab;
	void *object;

	assert(size && size <= KMEM_MAX_SIZE);
	if (class == CLASSES)
		return page_alloc_raw(quota);
	size = class_size[class];
	if (!quota_charge(quota, size))
		return NULL;
	slab = likely(!list_empty(slabs)) ? list_first(slabs, struct slab, link) : new_slab(class);
	if (!slab) {
		quota_uncharge(quota, size);
		return NULL;
	}
	used_bytes += size;
	object = slab->free;
	if (likely(object))
		slab->free = *(void **)object;
	else
		object = (u8 *)slab + PAGE_SIZE - slab->uncut-- * size;
	slab->used++;
	if (unlikely(slab_full(slab)))
		list_del(&slab->link);
	return object;
}

void *kmem_alloc(struct quota *quota, size_t size)
{
	void *object = kmem_alloc_raw(quota, size);

	return object ? memset(object, 0, size) : NULL;
}

void kmem_free(struct quota *quota, void *object, size_t size)
{
	unsigned int class = class_of(size);
	struct slab *slab = (struct slab *)((u64)object & ~(PAGE_SIZE - 1));

	if (class == CLASSES) {
		kmem_page_free(quota, object);
		return;
	}
	size = class_size[class];
	assert(slab->class == class && slab->used);
	if (slab_full(slab))
		list_add(&class_slabs[class], &slab->link);
	if (KMEM_POISON)
		memset(object, KMEM_JUNK, size);
	*(void **)object = slab->free;
	slab->free = object;
	if (!--slab->used) {
		list_del(&slab->link);
		page_give(slab);
	}
	uncharge(quota, size);
}
