/* SPDX-License-Identifier: GPL-2.0 */
/* The ELF loader: a good file is loaded; every way to lie in a field is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <l4/elf.h>

#include "mutate.h"

#define LOW	0xffffffff80000000UL
#define HIGH	(LOW + 0x20000000UL)
#define TEXT	(LOW + 0x1000000UL)

static unsigned char buffer[0x3000];
static unsigned char *file;		/* misaligned on purpose */
static Elf64_Ehdr header;
static Elf64_Phdr program[3];
static struct elf_image image;
static bool is_kernel;			/* placed by p_paddr: what reject() has it taken for */

#define FILE_SIZE 0x2000

static void write_file(void)
{
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), program, sizeof(program));
}

static int setup(void **state)
{
	(void)state;
	file = buffer + 1;
	is_kernel = false;
	memset(buffer, 0xcc, sizeof(buffer));
	header = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = TEXT + 0x10, .e_phoff = sizeof(header), .e_shoff = FILE_SIZE - 0x80,
		.e_ehsize = sizeof(header), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 3,
		.e_shentsize = 0x40, .e_shnum = 2,
	};
	program[0] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 0x1000,
		.p_vaddr = TEXT, .p_paddr = TEXT - LOW, .p_filesz = 0x800, .p_memsz = 0x800,
	};
	program[1] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x1800,
		.p_vaddr = TEXT + 0x1000, .p_paddr = TEXT + 0x1000 - LOW,
		.p_filesz = 0x100, .p_memsz = 0x300,
	};
	program[2] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = ~0UL, .p_filesz = ~0UL };
	write_file();
	return 0;
}

/* As reject() and the loader's callers take it. */
static const char *parse(const void *from, size_t size)
{
	return is_kernel ? elf_parse_kernel(from, size, LOW, HIGH, &image) :
			   elf_parse(from, size, LOW, HIGH, &image);
}

/* One that is linked at 0 for each CPU, beside it the rest: a kernel as Linux for many CPUs. */
static int setup_kernel(void **state)
{
	setup(state);
	is_kernel = true;
	program[1].p_vaddr = 0;
	write_file();
	return 0;
}

static void reject(size_t size, const char *part)
{
	unsigned char *copy = malloc(size ? size : 1);
	const char *error;

	write_file();
	memcpy(copy, file, size);
	error = parse(copy, size);
	free(copy);
	assert_non_null(error);
	if (!strstr(error, part))
		fail_msg("`%s' does not say `%s'", error, part);
}

/* Also a kernel whose second segment has another address, but is placed the same. */
static void a_good_file_is_loaded(void **state)
{
	unsigned char memory[0x2000];

	(void)state;
	memset(file + 0x1000, 1, 0x800);
	memset(file + 0x1800, 2, 0x100);
	assert_null(parse(file, FILE_SIZE));
	assert_int_equal(image.count, 2);
	assert_int_equal(image.start, TEXT);
	assert_int_equal(image.end, TEXT + 0x1300);
	assert_int_equal(image.entry, TEXT + 0x10);
	memset(memory, 0xee, sizeof(memory));
	elf_load(file, &image, TEXT, memory);
	assert_int_equal(memory[0], 1);
	assert_int_equal(memory[0x7ff], 1);
	assert_int_equal(memory[0x800], 0xee);
	assert_int_equal(memory[0x1000], 2);
	assert_int_equal(memory[0x10ff], 2);
	assert_int_equal(memory[0x1100], 0);
	assert_int_equal(memory[0x12ff], 0);
	assert_int_equal(memory[0x1300], 0xee);
}

static void other_files_are_refused(void **state)
{
	(void)state;
	reject(0, "not an ELF file");
	reject(3, "not an ELF file");
	header.e_ident[EI_CLASS] = ELFCLASS32;
	reject(FILE_SIZE, "for x86-64");
	setup(NULL);
	header.e_machine = EM_AARCH64;
	reject(FILE_SIZE, "for x86-64");
	setup(NULL);
	header.e_type = ET_DYN;
	reject(FILE_SIZE, "not an executable");
	setup(NULL);
	header.e_ident[0] = 'x';
	reject(FILE_SIZE, "not an ELF file");
}

static void every_truncation_is_found(void **state)
{
	(void)state;
	for (size_t size = 4; size < FILE_SIZE; size += 7)
		reject(size, "truncated");
	reject(FILE_SIZE - 1, "truncated");
	assert_null(elf_parse(file, FILE_SIZE, LOW, HIGH, &image));
}

static void headers_do_not_overflow(void **state)
{
	(void)state;
	header.e_phoff = ~0UL - 8;
	reject(FILE_SIZE, "truncated");
	setup(NULL);
	header.e_phnum = 0xffff;
	reject(FILE_SIZE, "truncated");
	setup(NULL);
	header.e_phnum = 0;
	reject(FILE_SIZE, "program headers");
	setup(NULL);
	header.e_phentsize = 1;
	reject(FILE_SIZE, "program headers");
	setup(NULL);
	header.e_shoff = ~0UL;
	reject(FILE_SIZE, "truncated");
}

static void segments_do_not_overflow(void **state)
{
	(void)state;
	program[1].p_offset = ~0UL - 0x10;
	reject(FILE_SIZE, "truncated");
	setup(NULL);
	program[1].p_filesz = program[1].p_memsz = ~0UL;
	reject(FILE_SIZE, "truncated");
	setup(NULL);
	program[1].p_memsz = ~0UL;
	reject(FILE_SIZE, "outside");
	setup(NULL);
	program[1].p_memsz = HIGH - program[1].p_vaddr + 1;
	reject(FILE_SIZE, "outside");
	setup(NULL);
	program[1].p_vaddr = LOW - 1;
	reject(FILE_SIZE, "outside");
	setup(NULL);
	program[1].p_vaddr = ~0UL;
	reject(FILE_SIZE, "outside");
	setup(NULL);
	program[1].p_memsz = program[1].p_filesz - 1;
	reject(FILE_SIZE, "larger in the file");
}

static void layout_errors(void **state)
{
	(void)state;
	program[1].p_vaddr = TEXT + 0x7ff;
	reject(FILE_SIZE, "overlap");
	setup(NULL);
	program[1].p_vaddr = TEXT - 0x2ff;
	reject(FILE_SIZE, "overlap");
	setup(NULL);
	header.e_entry = TEXT + 0x800;
	reject(FILE_SIZE, "entry");
	setup(NULL);
	header.e_entry = TEXT + 0x1000;
	reject(FILE_SIZE, "entry");
	setup(NULL);
	program[0].p_type = program[1].p_type = PT_NULL;
	reject(FILE_SIZE, "nothing to load");
}

/* The addresses that a kernel is linked at do not matter, whatever they are. */
static void a_kernel_is_placed_by_its_physical_addresses(void **state)
{
	static const uint64_t anywhere[] = { 0, TEXT, LOW - 1, HIGH, ~0UL, 1UL << 63 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++) {
		program[0].p_vaddr = program[1].p_vaddr = anywhere[i];
		write_file();
		assert_null(parse(file, FILE_SIZE));
		assert_int_equal(image.segment[0].address, TEXT);
		assert_int_equal(image.segment[1].address, TEXT + 0x1000);
		assert_int_equal(image.start, TEXT);
		assert_int_equal(image.end, TEXT + 0x1300);
	}
	program[0].p_paddr = 0;
	program[1].p_paddr = HIGH - LOW - 0x300;
	header.e_entry = LOW + 0x7ff;
	write_file();
	assert_null(parse(file, FILE_SIZE));
	assert_int_equal(image.start, LOW);
	assert_int_equal(image.end, HIGH);
}

/* A program's segments are where they are linked: one at 0 is none. */
static void a_program_is_placed_by_its_virtual_addresses(void **state)
{
	(void)state;
	is_kernel = false;
	reject(FILE_SIZE, "outside");
	setup(NULL);
	program[0].p_paddr = program[1].p_paddr = ~0UL;
	write_file();
	assert_null(parse(file, FILE_SIZE));
	assert_int_equal(image.segment[1].address, TEXT + 0x1000);
}

static void a_kernels_layout_errors(void **state)
{
	(void)state;
	program[1].p_paddr = HIGH - LOW - 0x2ff;
	reject(FILE_SIZE, "outside");
	setup_kernel(NULL);
	program[1].p_paddr = program[1].p_vaddr = TEXT + 0x1000;
	reject(FILE_SIZE, "outside");
	setup_kernel(NULL);
	program[1].p_paddr = ~0UL;
	reject(FILE_SIZE, "outside");
	setup_kernel(NULL);
	program[1].p_paddr = 0UL - LOW;
	reject(FILE_SIZE, "outside");
	setup_kernel(NULL);
	program[1].p_memsz = 0UL - program[1].p_paddr;
	reject(FILE_SIZE, "outside");
	setup_kernel(NULL);
	program[1].p_paddr = program[0].p_paddr + 0x7ff;
	reject(FILE_SIZE, "overlap");
	setup_kernel(NULL);
	program[1].p_paddr = program[0].p_paddr - 0x2ff;
	reject(FILE_SIZE, "overlap");
	setup_kernel(NULL);
	program[0].p_paddr += 0x100000;
	reject(FILE_SIZE, "entry");
	setup_kernel(NULL);
	program[1].p_offset = FILE_SIZE - 0xff;
	reject(FILE_SIZE, "truncated");
}

/*
 * A file with its headers damaged is refused, or is what it says it is: all
 * segments in the file and in the room there is, apart from each other.
 */
static void damage_is_survived(void **state)
{
	static unsigned char room[0x4000];
	unsigned long steps = host_steps(200000), good = 0;

	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		size_t size = host_one_in(8) ? host_below(FILE_SIZE) : FILE_SIZE;
		unsigned char *copy;

		(host_one_in(2) ? setup_kernel : setup)(state);
		mutate(file, sizeof(header) + sizeof(program));
		copy = malloc(size ? size : 1);
		memcpy(copy, file, size);
		if (!parse(copy, size)) {
			good++;
			assert_in_range(image.count, 1, ELF_SEGMENTS);
			assert_true(image.start >= LOW && image.start < image.end && image.end <= HIGH);
			assert_true(image.entry >= image.start && image.entry < image.end);
			for (unsigned int i = 0; i < image.count; i++) {
				const struct elf_segment *s = &image.segment[i];

				assert_true(s->file_size <= s->memory_size && s->offset <= size &&
					    s->file_size <= size - s->offset);
				assert_true(s->address >= image.start && s->address <= image.end &&
					    s->memory_size <= image.end - s->address);
			}
			if (image.end - image.start <= sizeof(room))
				elf_load(copy, &image, image.start, room);
		}
		free(copy);
	}
	assert_true(good && good < steps);
	host_operations(steps);
}

static void too_many_segments_are_refused(void **state)
{
	(void)state;
	header.e_phnum = ELF_SEGMENTS + 1;
	write_file();
	for (int i = 0; i <= ELF_SEGMENTS; i++) {
		program[0].p_vaddr = TEXT + i * 0x1000;
		memcpy(file + sizeof(header) + i * sizeof(program[0]), &program[0],
		       sizeof(program[0]));
	}
	assert_string_equal(elf_parse(file, FILE_SIZE, LOW, HIGH, &image), "has too many segments");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_good_file_is_loaded, setup),
		cmocka_unit_test_setup(a_good_file_is_loaded, setup_kernel),
		cmocka_unit_test_setup(a_kernel_is_placed_by_its_physical_addresses, setup_kernel),
		cmocka_unit_test_setup(a_program_is_placed_by_its_virtual_addresses, setup_kernel),
		cmocka_unit_test_setup(a_kernels_layout_errors, setup_kernel),
		cmocka_unit_test_setup(other_files_are_refused, setup),
		cmocka_unit_test_setup(every_truncation_is_found, setup),
		cmocka_unit_test_setup(headers_do_not_overflow, setup),
		cmocka_unit_test_setup(segments_do_not_overflow, setup),
		cmocka_unit_test_setup(layout_errors, setup),
		cmocka_unit_test_setup(too_many_segments_are_refused, setup),
		cmocka_unit_test_setup(damage_is_survived, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
