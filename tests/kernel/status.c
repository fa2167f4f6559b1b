/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of L4_UNMAP_STATUS: who learns when of memory that was accessed or written to. */
#include "ktest.h"

#define AT(n)		(0x30000000000UL + (n) * L4_PAGE_SIZE)
#define RIGHTS_RW	(L4_RIGHT_R | L4_RIGHT_W)
#define OWN(n)		l4_fpage_mem(AT(n), L4_PAGE_SHIFT, 0)

static volatile l4_word_t *word_at(l4_word_t address)
{
	return (volatile l4_word_t *)address;
}

/* Page n of the memory once more, as a page of 4 KiB at AT(n). */
static const char *get_page(unsigned int n)
{
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_PAGE(n), L4_PAGE_SHIFT, L4_RIGHTS_ALL), AT(n)), 1);
	return NULL;
}

static long status(l4_word_t fpage)
{
	return l4_unmap(fpage, L4_UNMAP_STATUS);
}

/* Reads, or writes if arg[1] is set, the word at arg[0], and tells. */
static void user(struct worker *self)
{
	if (self->arg[1])
		*word_at(self->arg[0]) = 0x7e57;
	self->result[0] = *word_at(self->arg[0]);
	tell_main(0);
	finish();
}

static const char *use_in_task(unsigned int n, bool write)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(n), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(n), OWN(n) | RIGHTS_RW, AT(n)), 1);
	workers[n].arg[0] = AT(n);
	workers[n].arg[1] = write;
	TRY(run_worker(n, SLOT_TASK(n), user));
	return await(LABEL_MAIN, &msg);
}

static const char *own_accesses(void)
{
	TRY(get_page(0));
	CHECK_EQ(status(OWN(0)), 0);
	(void)*word_at(AT(0));
	CHECK_EQ(status(OWN(0)), L4_RIGHT_R);
	CHECK_EQ(status(OWN(0)), 0);
	*word_at(AT(0)) = 1;
	CHECK_EQ(status(OWN(0)), RIGHTS_RW);
	CHECK_EQ(status(OWN(0)), 0);
	/* What the TLB knew is forgotten. */
	*word_at(AT(0)) = 2;
	CHECK_EQ(status(OWN(0)), RIGHTS_RW);
	/* It was used through another page: not here. */
	*word_at(MEMORY_PAGE(0)) = 3;
	CHECK_EQ(status(OWN(0)), 0);
	return NULL;
}

static const char *accesses_of_others(void)
{
	TRY(get_page(0));
	TRY(get_page(1));
	TRY(use_in_task(0, false));
	CHECK_EQ(status(OWN(0)), L4_RIGHT_R);
	CHECK_EQ(status(OWN(0)), 0);
	TRY(use_in_task(1, true));
	CHECK_EQ(status(OWN(1)), RIGHTS_RW);
	CHECK_EQ(status(OWN(1)), 0);
	CHECK_EQ(status(OWN(0)), 0);
	return NULL;
}

/* By an end of the task, by unmapping without and with the question, by granting. */
static const char *who_goes_tells(void)
{
	for (unsigned int n = 0; n < 3; n++)
		TRY(get_page(n));
	TRY(use_in_task(0, true));
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(status(OWN(0)), RIGHTS_RW);
	CHECK_EQ(status(OWN(0)), 0);
	TRY(use_in_task(1, true));
	CHECK_EQ(l4_unmap(OWN(1) | L4_RIGHTS_ALL, 0), 0);
	CHECK_EQ(status(OWN(1)), RIGHTS_RW);
	TRY(use_in_task(2, false));
	CHECK_EQ(l4_unmap(OWN(2) | L4_RIGHTS_ALL, L4_UNMAP_STATUS), L4_RIGHT_R);
	CHECK_EQ(status(OWN(2)), 0);
	CHECK_EQ(l4_map(L4_CAP_TASK, OWN(2) | RIGHTS_RW, AT(10)), 1);
	*word_at(AT(10)) = 1;
	CHECK_EQ(l4_map(L4_CAP_TASK, OWN(10) | RIGHTS_RW | L4_FPAGE_GRANT, AT(11)), 1);
	CHECK_EQ(l4_unmap(OWN(11) | L4_RIGHTS_ALL, L4_UNMAP_SELF), 0);
	CHECK_EQ(status(OWN(2)), RIGHTS_RW);
	return NULL;
}

static const char *ranges(void)
{
	l4_word_t sixteen = l4_fpage_mem(AT(0), L4_PAGE_SHIFT + 4, 0);

	for (unsigned int n = 0; n < 16; n++)
		TRY(get_page(n));
	CHECK_EQ(status(sixteen), 0);
	(void)*word_at(AT(3));
	*word_at(AT(15)) = 1;
	CHECK_EQ(status(sixteen), RIGHTS_RW);
	CHECK_EQ(status(sixteen), 0);
	/* A part does not speak for the rest. */
	*word_at(AT(3)) = 1;
	CHECK_EQ(status(l4_fpage_mem(AT(8), L4_PAGE_SHIFT + 3, 0)), 0);
	CHECK_EQ(status(l4_fpage_mem(AT(2), L4_PAGE_SHIFT + 1, 0)), RIGHTS_RW);
	CHECK_EQ(status(l4_fpage_mem(AT(512), L4_PAGE_SHIFT, 0)), 0);
	return NULL;
}

/* All of it at once, or nothing is reset. */
static const char *large_pages(void)
{
	l4_word_t large = l4_fpage_mem(0x30000200000UL, 21, 0);

	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_BASE, 21, RIGHTS_RW), 0x30000200000UL), 512);
	CHECK_EQ(status(large), 0);
	*word_at(0x30000205000UL) = 1;
	CHECK_EQ(status(large), RIGHTS_RW);
	CHECK_EQ(status(large), 0);
	return NULL;
}

static const char *errors(void)
{
	TRY(get_page(0));
	CHECK_EQ(l4_unmap(OWN(0), 4), -L4_EINVAL);
	CHECK_EQ(l4_unmap(OWN(0), L4_UNMAP_STATUS | 8), -L4_EINVAL);
	CHECK_EQ(status(l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHTS_ALL)), -L4_EINVAL);
	CHECK_EQ(status(l4_fpage_io(0x80, 0, L4_RIGHT_R)), -L4_EINVAL);
	CHECK_EQ(status(l4_fpage_mem(0xffff800000000000UL, L4_PAGE_SHIFT, 0)), -L4_EINVAL);
	return NULL;
}

const struct test status_tests[] = {
	{ "own accesses", own_accesses, false },
	{ "accesses of others", accesses_of_others, false },
	{ "who goes tells", who_goes_tells, false },
	{ "ranges", ranges, false },
	{ "large pages", large_pages, false },
	{ "errors", errors, false, .covers = "unmap EINVAL" },
	{ 0 },
};
