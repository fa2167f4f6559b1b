/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ELF loader. elf_parse believes no field of the file: each number is checked
 * against what remains, in a form that cannot overflow; what elf_load then
 * uses is only what elf_parse has put in the image. Headers are copied out,
 * since nothing says that the file is aligned. Pure logic, tested on the host.
 */
#include <l4/server.h>

#include <l4/elf.h>

#define ELF_CLASS_64		2
#define ELF_DATA_LITTLE		1
#define ELF_TYPE_EXEC		2
#define ELF_MACHINE_X86_64	62
#define ELF_PT_LOAD		1
#define ELF_PF_X		1
#define ELF_PF_W		2

struct elf_header {
	unsigned char ident[16];
	unsigned short type;
	unsigned short machine;
	unsigned int version;
	l4_word_t entry;
	l4_word_t program_offset;
	l4_word_t section_offset;
	unsigned int flags;
	unsigned short header_size;
	unsigned short program_size;
	unsigned short program_count;
	unsigned short section_size;
	unsigned short section_count;
	unsigned short section_names;
};

struct elf_program {
	unsigned int type;
	unsigned int flags;
	l4_word_t offset;
	l4_word_t address;
	l4_word_t physical;
	l4_word_t file_size;
	l4_word_t memory_size;
	l4_word_t alignment;
};

_Static_assert(sizeof(struct elf_header) == 64, "the ELF header");
_Static_assert(sizeof(struct elf_program) == 56, "a program header");

static bool inside(l4_word_t offset, l4_word_t length, l4_word_t size)
{
	return offset <= size && length <= size - offset;
}

static const char *check_header(const struct elf_header *header, size_t size)
{
	if (header->ident[4] != ELF_CLASS_64 || header->ident[5] != ELF_DATA_LITTLE ||
	    header->machine != ELF_MACHINE_X86_64)
		return "is not an ELF file for x86-64";
	if (header->type != ELF_TYPE_EXEC)
		return "is an ELF file, but not an executable program";
	if (header->program_size != sizeof(struct elf_program) || !header->program_count)
		return "has no usable program headers";
	if (!inside(header->program_offset,
		    (l4_word_t)header->program_count * sizeof(struct elf_program), size))
		return "ends before its program headers: it is truncated";
	if (header->section_count &&
	    !inside(header->section_offset,
		    (l4_word_t)header->section_count * header->section_size, size))
		return "ends before its section headers: it is truncated";
	return NULL;
}

static const char *check_segment(const struct elf_program *program, size_t size, l4_word_t low,
				 l4_word_t high)
{
	if (program->file_size > program->memory_size)
		return "has a segment that is larger in the file than in memory";
	if (!inside(program->offset, program->file_size, size))
		return "ends before its last segment: it is truncated";
	if (program->address < low || program->address > high ||
	    program->memory_size > high - program->address)
		return "has a segment outside the addresses it may use";
	return NULL;
}

static bool overlaps(const struct elf_image *image, const struct elf_program *program)
{
	for (unsigned int i = 0; i < image->count; i++) {
		const struct elf_segment *segment = &image->segment[i];

		if (program->address < segment->address + segment->memory_size &&
		    segment->address < program->address + program->memory_size)
			return true;
	}
	return false;
}

static const char *add_segment(struct elf_image *image, const struct elf_program *program)
{
	if (image->count == ELF_SEGMENTS)
		return "has too many segments";
	if (overlaps(image, program))
		return "has segments that overlap";
	image->segment[image->count++] = (struct elf_segment){
		.address = program->address,
		.offset = program->offset,
		.file_size = program->file_size,
		.memory_size = program->memory_size,
		.executable = program->flags & ELF_PF_X,
		.writable = program->flags & ELF_PF_W,
	};
	if (program->address < image->start)
		image->start = program->address;
	if (program->address + program->memory_size > image->end)
		image->end = program->address + program->memory_size;
	return NULL;
}

static bool entry_is_valid(const struct elf_image *image)
{
	for (unsigned int i = 0; i < image->count; i++) {
		const struct elf_segment *segment = &image->segment[i];

		if (segment->executable && image->entry >= segment->address &&
		    image->entry - segment->address < segment->file_size)
			return true;
	}
	return false;
}

static const char *parse(const void *file, size_t size, l4_word_t low, l4_word_t high,
			 bool is_kernel, struct elf_image *image)
{
	struct elf_header header;
	struct elf_program program;
	const char *error;

	if (size < 4 || memcmp(file, "\177ELF", 4))
		return "is not an ELF file";
	if (size < sizeof(header))
		return "ends within its ELF header: it is truncated";
	memcpy(&header, file, sizeof(header));
	error = check_header(&header, size);
	if (error)
		return error;
	*image = (struct elf_image){ .entry = header.entry, .start = ~0UL };
	for (unsigned int i = 0; i < header.program_count; i++) {
		memcpy(&program,
		       (const char *)file + header.program_offset + i * sizeof(program),
		       sizeof(program));
		if (program.type != ELF_PT_LOAD || !program.memory_size)
			continue;
		/* What is too high wraps around, to below `low'. */
		if (is_kernel)
			program.address = low + program.physical;
		error = check_segment(&program, size, low, high);
		if (!error)
			error = add_segment(image, &program);
		if (error)
			return error;
	}
	if (!image->count)
		return "has nothing to load";
	if (!entry_is_valid(image))
		return "has its entry point outside its code";
	return NULL;
}

const char *elf_parse(const void *file, size_t size, l4_word_t low, l4_word_t high,
		      struct elf_image *image)
{
	return parse(file, size, low, high, false, image);
}

const char *elf_parse_kernel(const void *file, size_t size, l4_word_t low, l4_word_t high,
			     struct elf_image *image)
{
	return parse(file, size, low, high, true, image);
}

void elf_load(const void *file, const struct elf_image *image, l4_word_t base, void *to)
{
	for (unsigned int i = 0; i < image->count; i++) {
		const struct elf_segment *segment = &image->segment[i];
		char *start = (char *)to + (segment->address - base);

		memcpy(start, (const char *)file + segment->offset, segment->file_size);
		memset(start + segment->file_size, 0, segment->memory_size - segment->file_size);
	}
}
