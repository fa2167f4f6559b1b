/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boot-script parser: one small function per directive, and checks that hold
 * between instances. Nothing of the text is trusted. The first error ends it:
 * every function that can fail returns false after having described the error
 * once. Pure logic, tested on the host.
 */
#include <l4/server.h>

#include "script.h"
#include "script_scan.h"

#define PRIORITY_DEFAULT 64
#define SERVER_PRIORITY	100	/* above instances of Linux: who is called goes on at once */
#define SERVER_MEMORY	(1UL << 20)
#define SERVER_QUOTA	(256UL << 10)
#define IRQ_LIMIT	L4_INSTANCE_IRQS

_Static_assert(SCRIPT_CMDLINE <= TOKEN_MAX, "a command line is one word");

/* What is left. */
static bool is_all(const struct parser *p)
{
	return !strcmp(p->word, "all");
}

static bool parse_size(struct parser *p, const char *what, l4_word_t *value)
{
	static const char units[] = "KMG";
	const char *s = p->word;
	const char *unit;
	unsigned int shift = 0;

	if (!script_expect_word(p, what))
		return false;
	if (is_all(p)) {
		*value = SCRIPT_ALL;
		return true;
	}
	if (!script_scan_number(&s, value))
		return script_fail(p, p->token_line, "%s is neither a number nor `all': %.40s",
				   what, p->word);
	unit = strchr(units, *s & ~0x20);
	if (*s && unit && *unit) {
		shift = 10 * (unit - units + 1);
		s++;
	}
	if (*s)
		return script_fail(p, p->token_line, "%s has an unknown unit: %.40s", what,
				   p->word);
	if (!*value || *value > 1UL << 46 || *value > (1UL << 46) >> shift)
		return script_fail(p, p->token_line, "%s is out of range: %.40s", what, p->word);
	*value <<= shift;
	return true;
}

/* FIRST-LAST or a single number. */
static bool parse_range(struct parser *p, const char *what, l4_word_t limit,
			struct script_range *range)
{
	const char *s = p->word;

	if (!script_scan_number(&s, &range->first))
		return script_fail(p, p->token_line, "%s is not a number: %.40s", what, p->word);
	range->last = range->first;
	if (*s == '-') {
		s++;
		if (!script_scan_number(&s, &range->last))
			return script_fail(p, p->token_line, "%s has no end: %.40s", what, p->word);
	}
	if (*s)
		return script_fail(p, p->token_line, "%s is not a number: %.40s", what, p->word);
	if (range->first > range->last || range->last > limit)
		return script_fail(p, p->token_line, "%s is out of range: %.40s", what, p->word);
	return true;
}

static bool parse_ranges(struct parser *p, const char *what, l4_word_t limit,
			 struct script_ranges *ranges)
{
	if (!script_expect_word(p, what))
		return false;
	if (is_all(p)) {
		ranges->all = true;
		return script_next(p);
	}
	while (p->token == TOKEN_WORD) {
		if (ranges->count == SCRIPT_RANGES)
			return script_fail(p, p->token_line, "there are more than %d ranges",
					   SCRIPT_RANGES);
		if (!parse_range(p, what, limit, &ranges->range[ranges->count]))
			return false;
		ranges->count++;
		if (!script_next(p))
			return false;
	}
	return true;
}

static bool parse_irqs(struct parser *p, struct script_instance *instance)
{
	struct script_range range;

	if (!script_expect_word(p, "an interrupt's number"))
		return false;
	if (is_all(p)) {
		instance->irqs_all = true;
		return script_next(p);
	}
	while (p->token == TOKEN_WORD) {
		if (!parse_range(p, "an interrupt's number", IRQ_LIMIT - 1, &range))
			return false;
		for (l4_word_t irq = range.first; irq <= range.last; irq++)
			instance->irqs |= 1UL << irq;
		if (!script_next(p))
			return false;
	}
	return true;
}

static bool parse_text(struct parser *p, const char *what, char *to, size_t size)
{
	if (!script_expect_word(p, what))
		return false;
	if (strlen(p->word) >= size)
		return script_fail(p, p->token_line, "%s is longer than %lu characters", what,
				   size - 1);
	if (*to)
		return script_fail(p, p->token_line, "%s is given twice", what);
	memcpy(to, p->word, strlen(p->word) + 1);
	return script_next(p);
}

/* One of two words; *is_restart tells which. */
static bool parse_policy(struct parser *p, const char *other, bool *is_restart)
{
	if (!script_expect_word(p, "what to do"))
		return false;
	*is_restart = !strcmp(p->word, "restart");
	if (!*is_restart && strcmp(p->word, other))
		return script_fail(p, p->token_line, "`restart' or `%s' is expected, not `%.40s'",
				   other, p->word);
	return script_next(p);
}

static bool parse_number(struct parser *p, const char *what, l4_word_t least, l4_word_t limit,
			 l4_word_t *value)
{
	const char *s = p->word;

	if (!script_expect_word(p, what))
		return false;
	if (!script_scan_number(&s, value) || *s)
		return script_fail(p, p->token_line, "%s is not a number: %.40s", what, p->word);
	if (*value < least || *value > limit)
		return script_fail(p, p->token_line, "%s is out of range: %.40s", what, p->word);
	return script_next(p);
}

bool script_names_have(const struct script_names *names, const char *name)
{
	for (unsigned int i = 0; i < names->count; i++) {
		if (!strcmp(names->name[i], name))
			return true;
	}
	return false;
}

static bool parse_names(struct parser *p, const char *what, struct script_names *names)
{
	if (!script_expect_word(p, what))
		return false;
	while (p->token == TOKEN_WORD) {
		if (names->count == SCRIPT_NAMES)
			return script_fail(p, p->token_line, "there are more than %d names",
					   SCRIPT_NAMES);
		if (strlen(p->word) >= SCRIPT_NAME)
			return script_fail(p, p->token_line, "%s is longer than %d characters",
					   what, SCRIPT_NAME - 1);
		if (script_names_have(names, p->word))
			return script_fail(p, p->token_line, "%s is given twice: %s", what,
					   p->word);
		memcpy(names->name[names->count++], p->word, strlen(p->word) + 1);
		if (!script_next(p))
			return false;
	}
	return true;
}

static bool parse_identity(const char *s, unsigned int *id)
{
	unsigned int vendor, device;

	if (!script_scan_hex(&s, 0xffff, ':', &vendor) || !script_scan_hex(&s, 0xffff, '\0', &device))
		return false;
	*id = device << 16 | vendor;
	return true;
}

static bool parse_place(const char *s, unsigned int *function)
{
	unsigned int bus, device, number;

	if (!script_scan_hex(&s, 0xff, ':', &bus) || !script_scan_hex(&s, 0x1f, '.', &device) ||
	    !script_scan_hex(&s, 7, '\0', &number))
		return false;
	*function = bus << 8 | device << 3 | number;
	return true;
}

/* BUS:DEVICE.FUNCTION, or one or several VENDOR:DEVICE; in hexadecimal digits, as lspci has them. */
static bool parse_pci(struct parser *p, struct script_pci *pci)
{
	if (!script_expect_word(p, "a PCI function"))
		return false;
	if (pci->wanted)
		return script_fail(p, p->token_line, "a PCI function is given twice");
	pci->wanted = true;
	if (parse_place(p->word, &pci->function))
		return script_next(p);
	while (p->token == TOKEN_WORD) {
		if (pci->ids == SCRIPT_IDS)
			return script_fail(p, p->token_line, "there are more than %d PCI functions",
					   SCRIPT_IDS);
		if (!parse_identity(p->word, &pci->id[pci->ids]))
			return script_fail(p, p->token_line,
					   "a PCI function is neither VENDOR:DEVICE nor BUS:DEVICE.FUNCTION: %.40s",
					   p->word);
		pci->ids++;
		if (!script_next(p))
			return false;
	}
	return true;
}

/* What instances and servers have in common. */
static bool parse_common(struct parser *p, struct script_instance *instance)
{
	const char *word = p->word;

	if (!strcmp(word, "memory"))
		return parse_size(p, "the memory size", &instance->memory) && script_next(p);
	if (!strcmp(word, "quota"))
		return parse_size(p, "the quota", &instance->quota) && script_next(p);
	if (!strcmp(word, "priority"))
		return parse_number(p, "the priority", 0, SCRIPT_PRIORITY_MAX, &instance->priority);
	if (!strcmp(word, "cpu"))
		return parse_number(p, "the CPU's number", 0, SCRIPT_CPU_MAX, &instance->cpu);
	if (!strcmp(word, "msi"))
		return parse_number(p, "the number of MSIs", 0, SCRIPT_MSIS, &instance->msis);
	if (!strcmp(word, "ports"))
		return parse_ranges(p, "a port range", SCRIPT_PORT_MAX, &instance->ports);
	if (!strcmp(word, "device"))
		return parse_ranges(p, "a device's address range", SCRIPT_DEVICE_MAX, &instance->devices);
	if (!strcmp(word, "irq"))
		return parse_irqs(p, instance);
	if (!strcmp(word, "use"))
		return parse_names(p, "a server's name", &instance->use);
	if (!strcmp(word, "on-crash"))
		return parse_policy(p, "stop", &instance->restart_on_crash);
	return script_fail(p, p->token_line, "unknown word `%.40s'", word);
}

static bool parse_linux(struct parser *p, struct script_instance *instance)
{
	const char *word = p->word;

	if (!strcmp(word, "kernel"))
		return parse_text(p, "the kernel's module name", instance->kernel, SCRIPT_NAME);
	if (!strcmp(word, "initrd"))
		return parse_text(p, "the initrd's module name", instance->initrd, SCRIPT_NAME);
	if (!strcmp(word, "cmdline"))
		return parse_text(p, "the command line", instance->cmdline, SCRIPT_CMDLINE);
	if (!strcmp(word, "cpus"))
		return parse_number(p, "the number of virtual CPUs", 1, SCRIPT_CPUS,
				    &instance->cpus);
	if (!strcmp(word, "acpi")) {
		instance->acpi = true;
		return script_next(p);
	}
	if (!strcmp(word, "on-reboot"))
		return parse_policy(p, "reset", &instance->restart_on_reboot);
	return parse_common(p, instance);
}

static bool parse_server(struct parser *p, struct script_instance *server)
{
	const char *word = p->word;

	if (!strcmp(word, "program"))
		return parse_text(p, "the program's module name", server->kernel, SCRIPT_NAME);
	if (!strcmp(word, "arguments"))
		return parse_text(p, "the text of arguments", server->cmdline, SCRIPT_CMDLINE);
	if (!strcmp(word, "control"))
		return parse_names(p, "a server's name", &server->control);
	if (!strcmp(word, "module"))
		return parse_names(p, "a module's name", &server->modules);
	if (!strcmp(word, "pci"))
		return parse_pci(p, &server->pci);
	return parse_common(p, server);
}

static bool parse_body(struct parser *p, struct script_instance *instance)
{
	while (p->token == TOKEN_WORD) {
		if (!(instance->is_server ? parse_server : parse_linux)(p, instance))
			return false;
		if (p->token == TOKEN_WORD || p->token == TOKEN_OPEN)
			return script_fail(p, p->token_line,
					   "the line goes on with `%.40s' where it should end",
					   p->token == TOKEN_OPEN ? "{" : p->word);
		if (!script_skip_newlines(p))
			return false;
	}
	return true;
}

static bool parse_instance(struct parser *p, bool is_server, struct script_instance *instance)
{
	const char *kind = is_server ? "server" : "instance";

	*instance = (struct script_instance){
		.line = p->token_line,
		.is_server = is_server,
		.memory = is_server ? SERVER_MEMORY : SCRIPT_ALL,
		.quota = is_server ? SERVER_QUOTA : SCRIPT_ALL,
		.priority = is_server ? SERVER_PRIORITY : PRIORITY_DEFAULT,
		.cpus = 1,
	};
	if (!parse_text(p, is_server ? "the server's name" : "the instance's name", instance->name,
			SCRIPT_NAME) ||
	    !script_skip_newlines(p))
		return false;
	if (p->token != TOKEN_OPEN)
		return script_fail(p, p->token_line, "`{' is expected after the %s's name", kind);
	if (!script_next(p) || !script_skip_newlines(p) || !parse_body(p, instance))
		return false;
	if (p->token != TOKEN_CLOSE)
		return script_fail(p, p->token_line, "`}' is missing at the end of %s %s", kind,
				   instance->name);
	if (!instance->kernel[0])
		return script_fail(p, instance->line, "%s %s has no %s", kind, instance->name,
				   is_server ? "program" : "kernel");
	if (is_server && (instance->memory == SCRIPT_ALL || instance->quota == SCRIPT_ALL))
		return script_fail(p, instance->line, "server %s cannot have all memory or quota",
				   instance->name);
	return script_next(p);
}

static const struct script_range *shared_range(const struct script_ranges *a,
					       const struct script_ranges *b)
{
	for (unsigned int i = 0; i < a->count; i++) {
		for (unsigned int j = 0; j < b->count; j++) {
			if (a->range[i].first <= b->range[j].last &&
			    b->range[j].first <= a->range[i].last)
				return &a->range[i];
		}
	}
	return NULL;
}

/* What both have that only one can have, or NULL. */
static const char *both_take(const struct script_instance *a, const struct script_instance *b)
{
	if (a->ports.all && b->ports.all)
		return "all ports";
	if (a->devices.all && b->devices.all)
		return "all device memory";
	if (a->irqs_all && b->irqs_all)
		return "all interrupts";
	return a->acpi && b->acpi ? "ACPI" : NULL;
}

static bool is_placed(const struct script_pci *pci)
{
	return pci->wanted && !pci->ids;
}

/* What belongs to one instance belongs to no other. */
static bool check_pair(struct parser *p, const struct script_instance *a,
		       const struct script_instance *b)
{
	const char *both = both_take(a, b);
	const struct script_range *shared;

	if (!strcmp(a->name, b->name))
		return script_fail(p, b->line, "there are two instances or servers named %s",
				   a->name);
	if (a->irqs & b->irqs)
		return script_fail(p, b->line, "%s and %s both have interrupt %d", a->name, b->name,
				   __builtin_ctzl(a->irqs & b->irqs));
	shared = shared_range(&a->ports, &b->ports);
	if (!shared)
		shared = shared_range(&a->devices, &b->devices);
	if (shared)
		return script_fail(p, b->line,
				   "%s and %s share the ports or device memory 0x%lx-0x%lx",
				   a->name, b->name, shared->first, shared->last);
	if (is_placed(&a->pci) && is_placed(&b->pci) && a->pci.function == b->pci.function)
		return script_fail(p, b->line, "%s and %s both have the PCI function %x:%x.%x", a->name, b->name,
				   a->pci.function >> 8, a->pci.function >> 3 & 31, a->pci.function & 7);
	if (both)
		return script_fail(p, b->line, "%s and %s both take %s", a->name, b->name, both);
	if (!b->is_server && (a->memory == SCRIPT_ALL || a->quota == SCRIPT_ALL))
		return script_fail(p, a->line,
				   "%s takes all memory or quota, but is not the last instance",
				   a->name);
	return true;
}

/* Whoever is to be called or controlled is a server, and another one. */
static bool check_names(struct parser *p, const struct script *script,
			const struct script_instance *one, const struct script_names *names)
{
	const char *kind = one->is_server ? "server" : "instance";

	for (unsigned int i = 0; i < names->count; i++) {
		int other = script_find_server(script, names->name[i]);

		if (other < 0)
			return script_fail(p, one->line,
					   "%s %s names a server that is not there: %s",
					   kind, one->name, names->name[i]);
		if (&script->instance[other] == one)
			return script_fail(p, one->line, "%s %s names itself", kind, one->name);
	}
	return true;
}

static bool check(struct parser *p, const struct script *script)
{
	if (!script->count)
		return script_fail(p, p->line, "there is no instance and no server");
	for (unsigned int a = 0; a < script->count; a++) {
		for (unsigned int b = a + 1; b < script->count; b++) {
			if (!check_pair(p, &script->instance[a], &script->instance[b]))
				return false;
		}
		if (!check_names(p, script, &script->instance[a], &script->instance[a].use) ||
		    !check_names(p, script, &script->instance[a], &script->instance[a].control))
			return false;
	}
	return true;
}

int script_find_server(const struct script *script, const char *name)
{
	for (unsigned int i = 0; i < script->count; i++) {
		if (script->instance[i].is_server && !strcmp(script->instance[i].name, name))
			return i;
	}
	return -1;
}

/* Its virtual CPUs live on `cpu', the next one and so on, after the last on the first. */
static l4_word_t count_on(const struct script_instance *one, l4_word_t cpu, l4_word_t cpus)
{
	l4_word_t way = (cpu + cpus - one->cpu % cpus) % cpus;

	return one->cpus > way ? (one->cpus - way - 1) / cpus + 1 : 0;
}

bool script_shares_cpu(const struct script *script, const struct script_instance *one,
		       l4_word_t cpus)
{
	for (l4_word_t cpu = 0; cpu < cpus; cpu++) {
		l4_word_t here = 0;

		for (unsigned int i = 0; i < script->count; i++)
			here += count_on(&script->instance[i], cpu, cpus);
		if (here > 1 && count_on(one, cpu, cpus))
			return true;
	}
	return false;
}

bool script_parse(const char *text, size_t size, struct script *script, struct script_error *error)
{
	struct parser parser = {
		.at = text,
		.end = text + size,
		.line = 1,
		.error = error,
	};
	bool is_server;

	script->count = 0;
	if (!script_next(&parser))
		return false;
	for (;;) {
		if (!script_skip_newlines(&parser))
			return false;
		if (parser.token == TOKEN_END) {
			if (!check(&parser, script))
				return false;
			return true;
		}
		is_server = parser.token == TOKEN_WORD && !strcmp(parser.word, "server");
		if (parser.token != TOKEN_WORD || (!is_server && strcmp(parser.word, "instance")))
			return script_fail(&parser, parser.token_line,
					   "`instance' or `server' is expected");
		if (script->count == SCRIPT_INSTANCES)
			return script_fail(&parser, parser.token_line,
					   "there are more than %d instances and servers",
					   SCRIPT_INSTANCES);
		if (!parse_instance(&parser, is_server, &script->instance[script->count]))
			return false;
		script->count++;
	}
}
