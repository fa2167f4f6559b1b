/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boot modules. The boot loader gives each a line of text: its first word is
 * the module's name (of a path, what follows the last slash), the rest are its
 * arguments.
 */
#include "roottask.h"

static size_t word_length(const char *line)
{
	size_t length = 0;

	while (line[length] && line[length] != ' ')
		length++;
	return length;
}

static bool has_name(const struct l4_module *module, const char *name)
{
	size_t length = word_length(module->cmdline);
	size_t start = length;

	while (start && module->cmdline[start - 1] != '/')
		start--;
	return strlen(name) == length - start &&
	       !strncmp(module->cmdline + start, name, length - start);
}

const struct l4_module *module_find(const char *name)
{
	for (l4_word_t i = 0; i < kip->module_count; i++) {
		if (has_name(&kip->module[i], name))
			return &kip->module[i];
	}
	return NULL;
}

const char *module_arguments(const struct l4_module *module)
{
	const char *arguments = module->cmdline + word_length(module->cmdline);

	while (*arguments == ' ')
		arguments++;
	return arguments;
}

const void *module_content(const struct l4_module *module)
{
	if (!module->size || !memory_hold(module->start, module->size))
		return NULL;
	return memory_at(module->start);
}
