// SPDX-License-Identifier: GPL-2.0
/* Loadable modules: x86-64's relocations. Under the module loader's mutex. */
#include <linux/elf.h>
#include <linux/module.h>
#include <linux/moduleloader.h>

/* Stores the low `size' bytes of value; false if they do not stand for all of it. */
static bool store(void *where, u64 value, unsigned int size, bool is_signed)
{
	s64 kept = is_signed ? (s64)(s32)value : (s64)(u32)value;

	memcpy(where, &value, size);
	return size == 8 || kept == (s64)value;
}

static int relocate(struct module *mod, const Elf64_Rela *rel, void *where, u64 value)
{
	bool fits;

	switch (ELF64_R_TYPE(rel->r_info)) {
	case R_X86_64_NONE:
		return 0;
	case R_X86_64_64:
		fits = store(where, value, 8, true);
		break;
	case R_X86_64_32:
		fits = store(where, value, 4, false);
		break;
	case R_X86_64_32S:
		fits = store(where, value, 4, true);
		break;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		fits = store(where, value - (u64)where, 4, true);
		break;
	case R_X86_64_PC64:
		fits = store(where, value - (u64)where, 8, true);
		break;
	default:
		pr_err("%s: unknown relocation %llu\n", mod->name, ELF64_R_TYPE(rel->r_info));
		return -ENOEXEC;
	}
	if (fits)
		return 0;
	pr_err("%s: relocation %llu to %llx overflows: not built with -mcmodel=kernel?\n",
	       mod->name, ELF64_R_TYPE(rel->r_info), value);
	return -ENOEXEC;
}

int apply_relocate_add(Elf64_Shdr *sechdrs, const char *strtab, unsigned int symindex,
		       unsigned int relsec, struct module *mod)
{
	const Elf64_Shdr *section = &sechdrs[relsec];
	const Elf64_Sym *symbols = (void *)sechdrs[symindex].sh_addr;
	void *target = (void *)sechdrs[section->sh_info].sh_addr;
	const Elf64_Rela *rel = (void *)section->sh_addr;
	const Elf64_Rela *end = (void *)section->sh_addr + section->sh_size;
	int error;

	for (; rel < end; rel++) {
		error = relocate(mod, rel, target + rel->r_offset,
				 symbols[ELF64_R_SYM(rel->r_info)].st_value + rel->r_addend);
		if (error)
			return error;
	}
	return 0;
}
