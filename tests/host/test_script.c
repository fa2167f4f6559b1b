/* SPDX-License-Identifier: GPL-2.0 */
/* The boot-script parser: what it accepts, and that each mistake gets its sentence and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "script.h"
#include "share.h"

static struct script script;
static struct script_error error;

/* Parses from a buffer of exactly the text's size, so that reading on is noticed. */
static bool parse(const char *text)
{
	size_t size = strlen(text);
	char *copy = malloc(size ? size : 1);
	bool ok;

	memcpy(copy, text, size);
	ok = script_parse(copy, size, &script, &error);
	free(copy);
	return ok;
}

static void accept(const char *text)
{
	if (!parse(text))
		fail_msg("line %u: %s", error.line, error.text);
	share_rest(&script);
}

static void reject(const char *text, unsigned int line, const char *part)
{
	assert_false(parse(text));
	if (!strstr(error.text, part))
		fail_msg("`%s' does not say `%s'", error.text, part);
	assert_int_equal(error.line, line);
}

static void everything_is_read(void **state)
{
	const struct script_instance *linux_a = &script.instance[0];

	(void)state;
	accept("# two instances\n"
	       "instance a {\n"
	       "\tkernel vmlinux\n\tinitrd fs\n\tcmdline \"console=ttyS0 x={;}#\" # no more\n"
	       "\tmemory 256M; quota 0x100K\n"
	       "\tports 0x3f8-0x3ff 0x70\n\tports 0xcf8\n\tirq 4 8-9\n"
	       "\tdevice 0xfed00000-0xfed00fff\n\tpriority 7; cpu 63; cpus 64\n"
	       "\ton-reboot restart\n\ton-crash restart\n}\n"
	       "instance b\n\n{ kernel k }\r\n");
	assert_int_equal(script.count, 2);
	assert_string_equal(linux_a->name, "a");
	assert_string_equal(linux_a->kernel, "vmlinux");
	assert_string_equal(linux_a->initrd, "fs");
	assert_string_equal(linux_a->cmdline, "console=ttyS0 x={;}#");
	assert_int_equal(linux_a->memory, 256UL << 20);
	assert_int_equal(linux_a->quota, 0x100UL << 10);
	assert_int_equal(linux_a->ports.count, 3);
	assert_int_equal(linux_a->ports.range[0].first, 0x3f8);
	assert_int_equal(linux_a->ports.range[0].last, 0x3ff);
	assert_int_equal(linux_a->ports.range[1].last, 0x70);
	assert_int_equal(linux_a->irqs, 1UL << 4 | 1UL << 8 | 1UL << 9);
	assert_int_equal(linux_a->devices.range[0].first, 0xfed00000);
	assert_int_equal(linux_a->priority, 7);
	assert_int_equal(linux_a->cpu, 63);
	assert_int_equal(linux_a->cpus, 64);
	assert_true(linux_a->restart_on_reboot);
	assert_true(linux_a->restart_on_crash);
	assert_int_equal(linux_a->line, 2);
}

static void defaults_hold(void **state)
{
	const struct script_instance *instance = &script.instance[0];

	(void)state;
	accept("instance b { kernel k; }");
	assert_int_equal(instance->memory, SCRIPT_ALL);
	assert_int_equal(instance->quota, SCRIPT_ALL);
	assert_string_equal(instance->initrd, "");
	assert_string_equal(instance->cmdline, "");
	assert_int_equal(instance->irqs, 0);
	assert_int_equal(instance->cpus, 1);
	assert_false(instance->restart_on_reboot);
	assert_false(instance->restart_on_crash);
}

static void structure_errors(void **state)
{
	(void)state;
	reject("", 1, "no instance and no server");
	reject("\n# nothing\n", 3, "no instance and no server");
	reject("kernel x", 1, "`instance' or `server' is expected");
	reject("instance", 1, "name is missing");
	reject("instance {", 1, "name is missing");
	reject("instance a\nkernel x", 2, "`{' is expected");
	reject("instance a {\nkernel x\n", 3, "`}' is missing");
	reject("instance a {\nkernel x\n{", 3, "`}' is missing");
	reject("instance a {\nirq 4\n}", 1, "has no kernel");
	reject("instance a {\n\tkernel x y\n}", 2, "goes on with `y'");
	reject("instance a { kernel x }\n}\n", 2, "`instance' or `server' is expected");
	reject("instance a {\n\n\tkernal x\n}", 3, "unknown word `kernal'");
}

static void value_errors(void **state)
{
	(void)state;
	reject("instance a {\nkernel x; kernel y\n}", 2, "given twice");
	reject("instance a {\nkernel\n}", 2, "is missing");
	reject("instance a {\nmemory 12X\n}", 2, "unknown unit");
	reject("instance a {\nmemory much\n}", 2, "neither a number");
	reject("instance a {\nmemory 0\n}", 2, "out of range");
	reject("instance a {\nmemory 99999999999999999999999\n}", 2, "neither a number");
	reject("instance a {\nmemory 0x3fffffffffffG\n}", 2, "out of range");
	reject("instance a {\nports 0x3ff-0x3f8\n}", 2, "out of range");
	reject("instance a {\nports 0x10000\n}", 2, "out of range");
	reject("instance a {\nports 3f8\n}", 2, "not a number");
	reject("instance a {\nports 0x3f8-\n}", 2, "has no end");
	reject("instance a {\nports\n}", 2, "is missing");
	reject("instance a {\nirq 61\n}", 2, "out of range");
	reject("instance a {\npriority 255\n}", 2, "out of range");
	reject("server a {\npriority 255\n}", 2, "out of range");
	reject("instance a {\ncpu 64\n}", 2, "out of range");
	reject("instance a {\ncpu 1-2\n}", 2, "not a number: 1-2");
	reject("instance a {\ncpus 0\n}", 2, "virtual CPUs is out of range: 0");
	reject("instance a {\ncpus 65\n}", 2, "out of range: 65");
	reject("instance a {\ncpus\n}", 2, "virtual CPUs is missing");
	reject("instance a {\ncpus 2x\n}", 2, "not a number");
	reject("server a {\ncpus 2\n}", 2, "unknown word `cpus'");
	reject("instance a {\non-crash reboot\n}", 2, "`restart' or `stop'");
	reject("instance a {\ncmdline \"open\n}", 2, "not closed");
	reject("instance a {\ncmdline \"open", 2, "not closed");
	reject("instance a\001b {}", 1, "not text");
	reject("instance aaaaaaaaaabbbbbbbbbbccccccccccdd { }", 1, "longer than 31");
}

static void instances_share_nothing(void **state)
{
	(void)state;
	reject("instance a { kernel k; memory 1M; quota 1M }\ninstance a { kernel k }", 2,
	       "two instances or servers named a");
	reject("instance a { kernel k; memory 1M; quota 1M; irq 4 }\ninstance b { kernel k; irq 3-5 }",
	       2, "both have interrupt 4");
	reject("instance a { kernel k; memory 1M; quota 1M; ports 1-9 }\n"
	       "instance b { kernel k; ports 9-10 }", 2, "share the ports");
	reject("instance a { kernel k; memory 1M; quota 1M; device 0x1000-0x1fff }\n"
	       "instance b { kernel k; device 0x1fff-0x2fff }", 2, "share the ports or device memory");
	reject("instance a { kernel k; memory 1M }\ninstance b { kernel k }", 1, "takes all");
	reject("instance a { kernel k; quota 1M }\ninstance b { kernel k }", 1, "takes all");
	accept("instance a { kernel k; memory 1M; quota 1M }\ninstance b { kernel k }");
}

/* `all' is what no other one names, wherever in the script that one stands. */
static void what_is_left_is_given(void **state)
{
	const struct script_instance *first = &script.instance[0];
	char text[8000];

	(void)state;
	accept("instance a { kernel k; memory 1M; quota 1M; acpi; ports all; irq all; device all }\n"
	       "server s { program p; ports 0 0x3f8-0x3ff 0xffff; irq 4 8-9; device 0-0xfff 0x80000000-0x8fffffff }\n"
	       "server t { program p; ports 0x400; irq 60 }");
	assert_true(first->acpi && !script.instance[1].acpi);
	assert_int_equal(first->ports.count, 2);
	assert_int_equal(first->ports.range[0].first, 1);
	assert_int_equal(first->ports.range[0].last, 0x3f7);
	assert_int_equal(first->ports.range[1].first, 0x401);
	assert_int_equal(first->ports.range[1].last, 0xfffe);
	assert_int_equal(first->devices.count, 2);
	assert_int_equal(first->devices.range[0].first, 0x1000);
	assert_int_equal(first->devices.range[0].last, 0x7fffffff);
	assert_int_equal(first->devices.range[1].first, 0x90000000);
	assert_int_equal(first->devices.range[1].last, (1UL << 46) - 1);
	assert_int_equal(first->irqs, ((1UL << 60) - 1) & ~(1UL | 1UL << 4 | 3UL << 8));
	assert_true(first->irqs_all && !script.instance[1].irqs_all);

	accept("instance a { kernel k; ports 7; ports all }");
	assert_int_equal(first->ports.count, 1);
	assert_int_equal(first->ports.range[0].last, 0xffff);
	accept("instance a { kernel k; memory 1M; quota 1M; ports all }\nserver s { program p; ports 0-0xffff }");
	assert_int_equal(first->ports.count, 0);
	/* As many pieces as there can be. */
	strcpy(text, "server a { program k; ports all }\n");
	for (int i = 1; i < SCRIPT_INSTANCES; i++) {
		sprintf(text + strlen(text), "server s%d { program k; ports", i);
		for (int j = 0; j < SCRIPT_RANGES; j++)
			sprintf(text + strlen(text), " %d", 2 * (i * SCRIPT_RANGES + j));
		strcat(text, " }\n");
	}
	accept(text);
	assert_int_equal(first->ports.count, (SCRIPT_INSTANCES - 1) * SCRIPT_RANGES + 1);

	reject("instance a { kernel k; memory 1M; quota 1M; ports all }\nserver b { program k; ports all }", 2,
	       "a and b both take all ports");
	reject("instance a { kernel k; memory 1M; quota 1M; device all }\nserver b { program k; device all }", 2,
	       "a and b both take all device memory");
	reject("server a { program k; irq all }\nserver b { program k; irq all }", 2,
	       "a and b both take all interrupts");
	reject("instance a { kernel k; memory 1M; quota 1M; acpi }\ninstance b { kernel k; acpi }", 2,
	       "a and b both take ACPI");
	reject("server a { program k; acpi }", 1, "unknown word `acpi'");
	reject("instance a { kernel k; ports 7 all }", 1, "not a number");
	reject("instance a { kernel k; ports all 7 }", 1, "the line goes on with `7'");
	reject("instance a { kernel k; acpi 7 }", 1, "the line goes on with `7'");
}

static void functions_are_read(void **state)
{
	const struct script_pci *pci = &script.instance[0].pci;

	(void)state;
	accept("server a { program p; pci 1af4:1042 8086:F }\nserver b { program p; pci fF:1f.7 }\n"
	       "server c { program p; pci 0:0.0 }\nserver d { program p }\nserver e { program p; pci 1af4:1042 }");
	assert_true(pci->wanted && !pci->found);
	assert_int_equal(pci->ids, 2);
	assert_int_equal(pci->id[0], 0x10421af4);
	assert_int_equal(pci->id[1], 0x000f8086);
	pci = &script.instance[1].pci;
	assert_true(pci->wanted);
	assert_int_equal(pci->ids, 0);
	assert_int_equal(pci->function, 0xffff);
	assert_int_equal(script.instance[2].pci.function, 0);
	assert_false(script.instance[3].pci.wanted);
	reject("server a {\npci\n}", 2, "a PCI function is missing");
	reject("server a {\npci 0:1.0; pci 1:2\n}", 2, "a PCI function is given twice");
	reject("server a {\npci 0:1.0 0:2.0\n}", 2, "the line goes on with `0:2.0'");
	reject("server a {\npci 1:2 0:2.0\n}", 2, "neither VENDOR:DEVICE nor BUS:DEVICE.FUNCTION: 0:2.0");
	reject("server a {\npci 1:1 1:2 1:3 1:4 1:5 1:6 1:7 1:8 1:9\n}", 2, "more than 8 PCI functions");
	reject("instance a {\npci 0:1.0\n}", 2, "unknown word `pci'");
	reject("server a { program p; pci 1:2.3 }\nserver b { program p; pci 01:02.3 }", 2,
	       "a and b both have the PCI function 1:2.3");
	static const char *const bad[] = {
		"7", ":", "1:", ":1", "10000:1", "1:10000", "1:2:3", "1:2.", "1:.3", ":2.3", "100:2.3", "1:20.3", "1:2.8",
		"1:2.3.4", "g:1", "1:g", "0x1:2", "1-2", "1:2.3x", "123456789:1", "1:100000001.1",
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[80];

		sprintf(text, "server a {\npci %s\n}", bad[i]);
		reject(text, 2, "neither VENDOR:DEVICE nor");
	}
}

static void assert_range(const struct script_ranges *ranges, unsigned int n, l4_word_t first, l4_word_t last)
{
	assert_true(n < ranges->count);
	assert_int_equal(ranges->range[n].first, first);
	assert_int_equal(ranges->range[n].last, last);
}

/* What is given to one is taken from the others, and from what is left. */
static void ranges_are_given(void **state)
{
	const struct script_instance *one = script.instance;

	(void)state;
	assert_true(parse("server a { program p; device 0x1000-0x4fff }\nserver b { program p; device 0x9000-0x9fff }\n"
			  "server c { program p; device all; ports all }"));
	share_give(&script, 1, false, 0x2000, 0x2fff);
	share_give(&script, 1, false, 0x4000, 0x6fff);
	share_give(&script, 1, true, 0x300, 0x31f);
	share_give(&script, 1, true, 0xfff0, 0xffff);
	share_rest(&script);
	assert_int_equal(one[0].devices.count, 2);
	assert_range(&one[0].devices, 0, 0x1000, 0x1fff);
	assert_range(&one[0].devices, 1, 0x3000, 0x3fff);
	assert_int_equal(one[1].devices.count, 3);
	assert_range(&one[1].devices, 0, 0x2000, 0x2fff);
	assert_range(&one[1].devices, 1, 0x4000, 0x6fff);
	assert_range(&one[1].devices, 2, 0x9000, 0x9fff);
	assert_int_equal(one[2].devices.count, 3);
	assert_range(&one[2].devices, 0, 0, 0xfff);
	assert_range(&one[2].devices, 1, 0x7000, 0x8fff);
	assert_range(&one[2].devices, 2, 0xa000, SCRIPT_DEVICE_MAX);
	assert_int_equal(one[1].ports.count, 2);
	assert_int_equal(one[2].ports.count, 2);
	assert_range(&one[2].ports, 0, 0, 0x2ff);
	assert_range(&one[2].ports, 1, 0x320, 0xffef);
	/* All of somebody's, and what he has himself. */
	share_give(&script, 0, false, 0x8000, 0xafff);
	assert_int_equal(one[1].devices.count, 2);
	share_give(&script, 0, false, 0x1000, 0x1fff);
	assert_int_equal(one[0].devices.count, 3);
	assert_range(&one[0].devices, 0, 0x1000, 0x1fff);
}

/* The most that there can be: all ranges, each between two others, and all base registers in the middle of one. */
static void all_ranges_have_room(void **state)
{
	static char text[20000];
	l4_word_t at = 0x1000;

	(void)state;
	strcpy(text, "server a { program k; device all }\n");
	for (int i = 1; i < SCRIPT_INSTANCES; i++) {
		sprintf(text + strlen(text), "server s%d { program k; device", i);
		for (int j = 0; j < SCRIPT_RANGES; j++, at += 0x10000)
			sprintf(text + strlen(text), " 0x%lx-0x%lx", at, at + 0x8fff);
		strcat(text, " }\n");
	}
	assert_true(parse(text));
	/* In those of one, as others cut it; and where nobody has named anything. */
	for (unsigned int i = 0; i < SCRIPT_INSTANCES * SCRIPT_BARS; i++)
		share_give(&script, 1 + i % (SCRIPT_INSTANCES - 1), false, 0x10000UL * i + 0x3000, 0x10000UL * i + 0x3fff);
	share_rest(&script);
	for (unsigned int i = 0; i < SCRIPT_INSTANCES; i++)
		assert_in_range(script.instance[i].devices.count, 1, sizeof(script.instance[i].devices.range) /
				sizeof(struct script_range));
}

static void limits_hold(void **state)
{
	char text[2000];

	(void)state;
	strcpy(text, "instance a {\nports");
	for (int i = 0; i <= SCRIPT_RANGES; i++)
		strcat(text, " 7");
	reject(text, 2, "more than 16 ranges");
	text[0] = '\0';
	for (int i = 0; i <= SCRIPT_INSTANCES; i++)
		strcat(text, "instance a { kernel k }\n");
	reject(text, 17, "more than 16 instances");
	strcpy(text, "instance a {\ncmdline \"");
	memset(text + strlen(text), 'x', 1100);
	strcpy(text + 1100, "\"\n}");
	reject(text, 2, "longer than 1023");
	/* One more than there is room for. */
	memset(text, 'x', 1024);
	strcpy(text + 1024, "\n");
	reject(text, 1, "a word is longer than 1023");
}

static void servers_are_read(void **state)
{
	const struct script_instance *server = &script.instance[1];

	(void)state;
	accept("instance l { kernel k; use disk x }\n"
	       "server disk {\n\tprogram ide\n\targuments \"a b\"\n\tmemory 2M; quota 512K\n"
	       "\tports 0x1f0-0x1f7 0x3f6; irq 14\n\tpriority 120\n\tuse log; control log x\n"
	       "\tmodule data; msi 3\n\ton-crash restart\n}\n"
	       "server log { program log }\nserver x { program log; use disk log }");
	assert_int_equal(script.count, 4);
	assert_false(script.instance[0].is_server);
	assert_int_equal(script.instance[0].use.count, 2);
	assert_true(script_names_have(&script.instance[0].use, "x"));
	assert_true(server->is_server);
	assert_string_equal(server->kernel, "ide");
	assert_string_equal(server->cmdline, "a b");
	assert_int_equal(server->memory, 2UL << 20);
	assert_int_equal(server->quota, 512UL << 10);
	assert_int_equal(server->priority, 120);
	assert_int_equal(server->msis, 3);
	assert_int_equal(server->irqs, 1UL << 14);
	assert_true(server->restart_on_crash);
	assert_int_equal(server->control.count, 2);
	assert_true(script_names_have(&server->use, "log"));
	assert_false(script_names_have(&server->use, "x"));
	assert_true(script_names_have(&server->modules, "data"));
	assert_int_equal(script_find_server(&script, "x"), 3);
	assert_int_equal(script_find_server(&script, "l"), -1);
	accept("server s { program p }");
	assert_int_equal(script.instance[0].memory, 1UL << 20);
	assert_int_equal(script.instance[0].priority, 100);
	assert_int_equal(script.instance[0].cpu, 0);
}

static void server_errors(void **state)
{
	(void)state;
	reject("server", 1, "the server's name is missing");
	reject("server s program", 1, "`{' is expected after the server's name");
	reject("server s {\n", 2, "`}' is missing at the end of server s");
	reject("server s { irq 1 }", 1, "server s has no program");
	reject("server s {\nkernel k }", 2, "unknown word `kernel'");
	reject("instance s {\ncontrol k }", 2, "unknown word `control'");
	reject("instance s {\nuse }", 2, "a server's name is missing");
	reject("\ninstance s { kernel k; use t }", 2, "instance s names a server that is not there: t");
	reject("instance s { kernel k; use s }", 1, "instance s names a server that is not there: s");
	reject("server s {\nuse }", 2, "a server's name is missing");
	reject("server s {\nuse a a }", 2, "given twice: a");
	reject("server s {\nuse a b c d e f g h i }", 2, "more than 8 names");
	reject("server s {\nuse aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }", 2, "longer than 31");
	reject("server s {\nuse aaaaaaaabbbbbbbbccccccccdddddddd }", 2, "longer than 31");
	reject("server s {\nuse aaaaaaaabbbbbbbbccccccccddddddd }", 1, "has no program");
	reject("server s {\nmsi 257 }", 2, "the number of MSIs is out of range");
	reject("instance s {\nmsi x }", 2, "the number of MSIs is not a number");
	reject("server s { program p; memory all }", 1, "cannot have all");
	reject("server s { program p; quota all }", 1, "cannot have all");
	reject("\nserver s { program p; use t }", 2, "names a server that is not there: t");
	reject("\nserver s { program p; control t }", 2, "names a server that is not there: t");
	reject("instance t { kernel k }\nserver s { program p; use t }", 2, "not there: t");
	reject("server s { program p; use s }", 1, "names itself");
	reject("server a { program p }\nserver a { program p }", 2, "two instances or servers");
	reject("instance a { kernel k; irq 14 }\nserver b { program p; irq 14 }", 2,
	       "both have interrupt 14");
}

static bool shares(unsigned int n, l4_word_t cpus)
{
	return script_shares_cpu(&script, &script.instance[n], cpus);
}

static void shared_cpus_are_known(void **state)
{
	(void)state;
	accept("instance a {\nkernel k\ninitrd f\nmemory 64M; quota 4M\ncpu 1; cpus 2\n}\n"
	       "instance b {\nkernel k\ninitrd f\nmemory 64M\ncpu 3; cpus 3\n}\n"
	       "server c {\nprogram p\ncpu 2\n}\n");
	assert_true(shares(0, 8));		/* 1 2; 3 4 5; 2 */
	assert_false(shares(1, 8));
	assert_true(shares(2, 8));
	assert_true(shares(1, 4));		/* 1 2; 3 0 1; 2 */
	accept("instance a {\nkernel k\ninitrd f\nmemory 64M; quota 4M\ncpu 1; cpus 4\n}\n");
	assert_false(shares(0, 4));
	assert_false(shares(0, 64));
	assert_true(shares(0, 3));
	assert_true(shares(0, 2));
	accept("instance a {\nkernel k\ninitrd f\nmemory 64M; quota 4M\ncpu 3\n}\n"
	       "instance b {\nkernel k\ninitrd f\nmemory 64M\ncpus 2\n}\n");
	assert_false(shares(0, 4));		/* 3; 0 1 */
	assert_false(shares(1, 4));
}

/* Whatever the text, the parser comes to an end and stays within it. */
static void noise_is_survived(void **state)
{
	static const char pieces[][12] = {
		"instance ", "a ", "{ ", "} ", "\n", ";", "kernel ", "ports ", "0x3f8-", "\"", "#",
		"memory ", "12", "M", "irq ", "-", "on-crash ", "server ", "program ", "use ", "pci ", "0:1.2 ", "1:2 ",
	};
	char text[400];

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		text[0] = '\0';
		for (int i = rand() % 30; i > 0; i--)
			strcat(text, pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
		if (!parse(text))
			assert_true(error.line > 0 && strlen(error.text) > 0);
	}
}

/* A good script with some characters changed is refused with a line and a sentence, or is within its limits. */
static void damage_is_survived(void **state)
{
	static const char good[] =
		"instance a {\n\tkernel vmlinux\n\tinitrd fs\n\tcmdline \"console=ttyS0 x={;}#\" # no more\n"
		"\tmemory 64M\n\tquota 8M\n\tpriority 100\n\tirq 4\n\tports 0x3f8-0x3ff\n"
		"\tdevice all\n\ton-crash restart\n}\n"
		"server d {\n\tprogram disk\n\tmemory 2M\n\tirq 14\n\tports 0x1f0-0x1f7\n}\n"
		"server s {\n\tprogram shop\n\tuse d\n\tpci 1af4:1042 8086:100e\n}\n"
		"server t {\n\tprogram shop\n\tpci 0:1f.7\n}\n";
	unsigned long steps = host_steps(200000), accepted = 0;
	char text[sizeof(good)];

	(void)state;
	accept(good);
	host_seed();
	for (host_step = 0; host_step < steps; host_step++) {
		memcpy(text, good, sizeof(good));
		/* Words move, too: what a person would do. */
		if (host_below(2)) {
			size_t from = host_below(sizeof(good) - 20), to = host_below(sizeof(good) - 20);

			memmove(text + to, text + from, host_below(19));
		}
		if (host_below(2))
			mutate((unsigned char *)text, sizeof(good) - 1);
		if (!parse(text)) {
			assert_true(error.line > 0 && strlen(error.text) > 0);
			continue;
		}
		accepted++;
		share_rest(&script);
		assert_in_range(script.count, 0, SCRIPT_INSTANCES);
		for (unsigned int i = 0; i < script.count; i++) {
			const struct script_instance *a = &script.instance[i];

			assert_true(memchr(a->name, 0, SCRIPT_NAME) && memchr(a->kernel, 0, SCRIPT_NAME) &&
				    memchr(a->initrd, 0, SCRIPT_NAME) && memchr(a->cmdline, 0, SCRIPT_CMDLINE));
			assert_in_range(a->ports.count, 0, SCRIPT_INSTANCES * SCRIPT_RANGES + 1);
			for (unsigned int r = 0; r < a->ports.count; r++)
				assert_true(a->ports.range[r].first <= a->ports.range[r].last &&
					    a->ports.range[r].last < 65536);
		}
	}
	assert_true(accepted && accepted < steps);
	host_operations(steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(defaults_hold),
		cmocka_unit_test(structure_errors),
		cmocka_unit_test(value_errors),
		cmocka_unit_test(instances_share_nothing),
		cmocka_unit_test(servers_are_read),
		cmocka_unit_test(server_errors),
		cmocka_unit_test(what_is_left_is_given),
		cmocka_unit_test(functions_are_read),
		cmocka_unit_test(ranges_are_given),
		cmocka_unit_test(all_ranges_have_room),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(shared_cpus_are_known),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
