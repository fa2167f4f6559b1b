/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a server can do with the PCI function that the script gives it, and others cannot. Arguments:
 * owner, none (the machine does not have it) or other (it is somebody else's), and its identity.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define BUSES		2

#define REG_COMMAND	0x04
#define REG_BAR		0x10
#define BARS		6
#define BAR_IO		1U
#define BAR_64_BITS	4U
#define REG_CAPABILITIES 0x34

#define COMMAND_GIVEN	0x407U		/* ports, memory, master, no line */
#define CAPABILITY_MSI	0x05
#define MESSAGE		0xfee01000U
#define EDU		0x11e81234U
#define EDU_SIZE	(1UL << 20)
#define EDU_IS		0x010000edU	/* its first register in memory */
#define HPET		0xfed00000UL	/* device memory of nobody else's */

static unsigned int wrong;

static void check(const char *what, bool good)
{
	if (good)
		return;
	printf("FAIL %s\n", what);
	wrong++;
}

static void same(const char *what, long found, long wanted)
{
	if (found != wanted)
		printf("%s: 0x%lx, not 0x%lx\n", what, found, wanted);
	check(what, found == wanted);
}

static unsigned int get(unsigned int reg)
{
	unsigned int value = 0;

	same("read", l4_pci_read(reg, &value), 0);
	return value;
}

static void check_command(void)
{
	unsigned int others = get(REG_COMMAND) & 0xffff & ~COMMAND_GIVEN;

	check("it is silent", !(get(REG_COMMAND) & 4));
	same("command", l4_pci_write(REG_COMMAND, ~0U), 0);
	same("all that can be set", get(REG_COMMAND) & 0xffff, others | COMMAND_GIVEN);
	same("command", l4_pci_write(REG_COMMAND, 0), 0);
	same("all that can be cleared", get(REG_COMMAND) & 0xffff, others);
	same("command", l4_pci_write(REG_COMMAND, 3), 0);
}

static void check_registers(void)
{
	static const unsigned int outside[] = { 1, 2, 3, 0x43, 0x100, 0x80000000, ~3U };
	static const unsigned int fixed[] = { 0, 0x0c, 0x10, 0x14, 0x24, 0x30, 0x3c };
	struct parent_pci_write_reply reply;
	unsigned int value;

	for (unsigned int i = 0; i < ARRAY_SIZE(outside); i++) {
		same("read outside", l4_pci_read(outside[i], &value), -L4_EINVAL);
		same("written outside", l4_pci_write(outside[i], 0), -L4_EINVAL);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fixed); i++) {
		value = get(fixed[i]);
		same("fixed", l4_pci_write(fixed[i], ~value), -L4_ERIGHTS);
		same("it has not changed", get(fixed[i]), value);
	}
	same("too large a value", parent_pci_write_call(L4_CAP_PARENT, &(struct parent_pci_write){
		0x44, 1UL << 32 }, &reply), -L4_EINVAL);
}

static void check_message(void)
{
	unsigned int at = get(REG_CAPABILITIES) & 0xfc;

	same("messages", get(at) & 0xff, CAPABILITY_MSI);
	same("message", l4_pci_write(at + 4, MESSAGE), 0);
	same("message", get(at + 4), MESSAGE);
}

static void check_edu(void)
{
	l4_word_t at = get(REG_BAR) & ~15U;
	volatile unsigned int *edu = l4_device_request(at, L4_PAGE_SHIFT);

	check("its memory", edu && *edu == EDU_IS);
	check("its last page", l4_device_request(at + EDU_SIZE - L4_PAGE_SIZE, L4_PAGE_SHIFT));
	check("not the page behind it", !l4_device_request(at + EDU_SIZE, L4_PAGE_SHIFT));
	check("not the page before it", !l4_device_request(at - L4_PAGE_SIZE, L4_PAGE_SHIFT));
	check_message();
}

/* What base registers name is to be had, or not. */
static void check_bars(const unsigned int bar[BARS], bool mine)
{
	for (unsigned int i = 0; i < BARS; i++) {
		l4_word_t memory = bar[i] & ~15U, port = bar[i] & ~3U;
		bool is_long = !(bar[i] & BAR_IO) && bar[i] & BAR_64_BITS;

		if (is_long && i + 1 < BARS)
			memory |= (l4_word_t)bar[i + 1] << 32;
		if (bar[i] & BAR_IO)
			same("ports", l4_ports_request(port, port + 7), mine ? 0 : -L4_ERIGHTS);
		else if (memory)
			same("memory", !!l4_device_request(memory, L4_PAGE_SHIFT), mine);
		i += is_long;
	}
}

static void owner(unsigned int id)
{
	unsigned int bar[BARS];

	same("identity", get(0), id);
	check_command();
	check_registers();
	for (unsigned int i = 0; i < BARS; i++)
		bar[i] = get(REG_BAR + 4 * i);
	check_bars(bar, true);
	if (id == EDU)
		check_edu();
}

static unsigned int by_ports(unsigned int function, unsigned int reg)
{
	l4_port_out32(PCI_ADDRESS, 1U << 31 | function << 8 | reg);
	return l4_port_in32(PCI_DATA);
}

static void none(long error)
{
	unsigned int value;

	same("read", l4_pci_read(0, &value), error);
	same("written", l4_pci_write(0x44, 0), error);
}

static void other(unsigned int id)
{
	unsigned int bar[BARS], function = 0;

	none(-L4_ERIGHTS);
	same("configuration", l4_ports_request(PCI_ADDRESS, PCI_DATA + 3), 0);
	while (function < BUSES << 8 && by_ports(function, 0) != id)
		function++;
	check("the function", function < BUSES << 8);
	for (unsigned int i = 0; i < BARS; i++)
		bar[i] = by_ports(function, REG_BAR + 4 * i);
	check_bars(bar, false);
	check("device memory", l4_device_request(HPET, L4_PAGE_SHIFT));
}

int main(int argc, char **argv)
{
	unsigned int id = argc > 1 && !strcmp(argv[1], "edu") ? EDU : 0x10051af4;

	if (argc < 1)
		return 2;
	if (!strcmp(argv[0], "owner"))
		owner(id);
	else if (!strcmp(argv[0], "other"))
		other(id);
	else
		none(-L4_ENOCAP);
	if (!wrong)
		printf("all is well\n");
	return wrong != 0;
}
