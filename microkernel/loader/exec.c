/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loader for the two first tasks. Their modules come from whoever wrote
 * the boot menu, so each number in them is checked before it is used.
 */
#include "loader/exec.h"

#include "base/kmem.h"
#include "base/panic.h"
#include "lib/string.h"
#include "memory/map.h"
#include "object/task.h"

#define STACK_PAGES	16
#define ELF_MAGIC	0x464c457fU
#define ELF_CLASS_64	2
#define ELF_X86_64	62
#define ELF_EXEC	2
#define ELF_LOAD	1
#define ELF_FLAG_X	1
#define ELF_FLAG_W	2

struct elf_header {
	u32 magic;
	u8 class, data, version, abi[9];
	u16 type, machine;
	u32 version2;
	u64 entry, phoff, shoff;
	u32 flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	u32 type, flags;
	u64 offset, vaddr, paddr, filesz, memsz, align;
};

static const struct l4_module *find_module(const struct l4_kip *kip, const char *name)
{
	size_t n = strlen(name);

	for (u64 i = 0; i < kip->module_count; i++) {
		const char *c = kip->module[i].cmdline;

		if (!strncmp(c, name, n) && (!c[n] || c[n] == ' '))
			return &kip->module[i];
	}
	refuse("the boot loader passed no module named %s", name);
}

static void map_page(struct task *task, u64 va, void *page, u64 rights)
{
	if (map_root(&task->space, L4_FPAGE_MEM, va, virt_to_phys(page), PAGE_SIZE, rights))
		refuse("the program %s cannot be mapped at %lx", task->name, va);
}

static void *new_page(struct task *task)
{
	void *page = kmem_page_alloc(&task->quota);

	if (!page)
		refuse("too little memory for %s", task->name);
	return page;
}

/* One page of a segment, with what the file has of it. */
static void load_page(struct task *task, const struct elf_segment *s, const u8 *file, u64 va)
{
	u64 begin = max_u64(va, s->vaddr), end = min_u64(va + PAGE_SIZE, s->vaddr + s->filesz);
	u64 rights = L4_RIGHT_R | (s->flags & ELF_FLAG_W ? L4_RIGHT_W : 0) |
		     (s->flags & ELF_FLAG_X ? L4_RIGHT_X : 0);
	u8 *page = new_page(task);

	if (begin < end)
		memcpy(page + (begin - va), file + s->offset + (begin - s->vaddr), end - begin);
	map_page(task, va, page, rights);
}

static void load_segment(struct task *task, const struct elf_segment *s, const struct l4_module *m)
{
	const u8 *file = phys_to_virt(m->start);

	if (s->offset > m->size || s->filesz > m->size - s->offset || s->filesz > s->memsz)
		refuse("the module %s is truncated", task->name);
	if (s->vaddr >= USER_LOWER_END || s->memsz > USER_LOWER_END - s->vaddr)
		refuse("the program %s has a segment outside the user addresses", task->name);
	for (u64 va = align_down(s->vaddr, PAGE_SIZE); va < s->vaddr + s->memsz; va += PAGE_SIZE)
		load_page(task, s, file, va);
}

u64 exec_load(struct task *task, const struct l4_kip *kip)
{
	const struct l4_module *m = find_module(kip, task->name);
	const struct elf_header *h = phys_to_virt(m->start);
	const struct elf_segment *s;

	if (m->size < sizeof(*h) || h->magic != ELF_MAGIC || h->class != ELF_CLASS_64 ||
	    h->machine != ELF_X86_64 || h->type != ELF_EXEC || h->phentsize != sizeof(*s))
		refuse("the module %s is not an x86-64 program (static ELF)", task->name);
	if (h->phoff > m->size || h->phnum * sizeof(*s) > m->size - h->phoff)
		refuse("the module %s is truncated", task->name);
	s = (const void *)((const u8 *)h + h->phoff);
	for (unsigned int i = 0; i < h->phnum; i++)
		if (s[i].type == ELF_LOAD)
			load_segment(task, &s[i], m);
	for (u64 i = 1; i <= STACK_PAGES; i++)
		map_page(task, L4_STACK_TOP - i * PAGE_SIZE, new_page(task),
			 L4_RIGHT_R | L4_RIGHT_W);
	return h->entry;
}
