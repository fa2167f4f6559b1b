/* SPDX-License-Identifier: GPL-2.0 */
/*
 * servers/virtio-blk against a device that is late, silent, or lies: about where its registers are,
 * about which request is done, and about what it has written.
 */
#include "driver.h"

#include <string.h>

static long fake_read(unsigned int reg, unsigned int *value);
static long fake_write(unsigned int reg, unsigned int value);
static void *fake_device(l4_word_t physical, unsigned int order);
static long fake_memory(l4_cap_t server, unsigned int order, l4_word_t address, l4_word_t *physical);
static l4_word_t fake_reserve(unsigned int order);
static bool fake_lost(void);

#define l4_pci_read		fake_read
#define l4_pci_write		fake_write
#define l4_device_request	fake_device
#define l4_memory_request	fake_memory
#define l4_pages_reserve	fake_reserve
#define l4_guard_lost		fake_lost
#define l4_irq_attach(...)	(0xfee01000L << 16 | 0x41)
#include "../../servers/virtio-blk/pci.c"
#include "../../servers/virtio-blk/virtio.c"
#include "../../servers/virtio-blk/queue.c"
#include "../../servers/virtio-blk/main.c"

#define REGISTERS	0xc0000000UL	/* physical; one page for each of the structures */

enum behaviour {
	GOOD, JUMPS, STEPS_BACK, WRONG_ID, WRITES_MUCH, WRITES_LITTLE, SILENT, NO_INTERRUPT, NO_STATUS,
	FAILS, LATE,
};

static unsigned int config_space[64], config_reads;
static long config_error;
static _Alignas(4096) unsigned char registers[4][4096];
static enum behaviour behaviour;
static unsigned int steps, served;
static bool lost_next;
static struct block last;		/* what it was asked for */
static unsigned char stored[DISK_BUFFER_SIZE], buffer[DISK_BUFFER_SIZE];

static long fake_read(unsigned int reg, unsigned int *value)
{
	assert_true(!(reg & 3) && reg < sizeof(config_space));
	if (++config_reads > 10000)
		fail_msg("it reads for ever");
	if (!config_error)
		*value = config_space[reg / 4];
	return config_error;
}

static long fake_write(unsigned int reg, unsigned int value)
{
	assert_true(reg == REG_COMMAND || (reg >= 0x40 && !(reg & 3) && reg < sizeof(config_space)));
	if (reg == REG_COMMAND)
		value = (config_space[reg / 4] & ~0xffffU & ~value) | (value & 0xffff);
	config_space[reg / 4] = value;
	return 0;
}

static void *fake_device(l4_word_t physical, unsigned int order)
{
	assert_int_equal(physical & ((1UL << order) - 1), 0);
	return physical - REGISTERS < sizeof(registers) ?
	       registers[(physical - REGISTERS) / 4096] : NULL;
}

static l4_word_t fake_reserve(unsigned int order)
{
	static _Alignas(65536) unsigned char memory[8][65536];
	static unsigned int count;

	assert_true(order <= 16 && count < 8);
	return (l4_word_t)memory[count++];
}

static long fake_memory(l4_cap_t server, unsigned int order, l4_word_t address, l4_word_t *physical)
{
	(void)server, (void)order;
	*physical = address;
	return 0;
}

static bool fake_lost(void)
{
	bool lost = lost_next;

	lost_next = false;
	return lost;
}

/* The device carries out what the queue tells it. */
static unsigned int carry_out(void)
{
	const volatile struct descriptor *one = told->descriptor;
	unsigned int length = 1;

	assert_int_equal(told->available.ring[(told->available.index - 1) % QUEUE_SIZE], 0);
	memcpy(&last, (void *)one->address, one->size);
	assert_int_equal(one->size, 16);
	assert_int_equal(one->flags, FLAG_NEXT);
	one = &told->descriptor[one->next];
	if (last.what != REQUEST_FLUSH) {
		assert_int_equal(one->flags, FLAG_NEXT | (last.what ? 0 : FLAG_WRITTEN));
		if (last.what)
			memcpy(stored, (void *)one->address, one->size);
		else
			memcpy((void *)one->address, stored, one->size);
		length += last.what ? 0 : one->size;
		one = &told->descriptor[one->next];
	}
	assert_int_equal(one->size, 1);
	assert_int_equal(one->flags, FLAG_WRITTEN);
	if (behaviour != NO_STATUS)
		*(unsigned char *)one->address = behaviour == FAILS ? 1 : 0;
	return length;
}

static void answer(void)
{
	unsigned int slot = heard->index % QUEUE_SIZE, length = carry_out();

	heard->ring[slot].id = behaviour == WRONG_ID;
	heard->ring[slot].written = length + (behaviour == WRITES_MUCH) - (behaviour == WRITES_LITTLE);
	heard->index += behaviour == JUMPS ? 2 : behaviour == STEPS_BACK ? -1 : 1;
	served++;
	irq_pending = behaviour != NO_INTERRUPT;
}

static void device_step(void)
{
	if (behaviour == LATE && steps++ < 3)
		irq_pending = true;
	else if (behaviour != SILENT && heard->index != told->available.index)
		answer();
}

static void put_capability(unsigned int at, unsigned int next, unsigned int kind, unsigned int page,
			   unsigned int size)
{
	config_space[at / 4] = CAPABILITY_VENDOR | next << 8 | 20 << 16 | kind << 24;
	config_space[at / 4 + 1] = 4;
	config_space[at / 4 + 2] = page * 4096;
	config_space[at / 4 + 3] = size;
	config_space[at / 4 + 4] = 4;
}

static void offer(unsigned int features_of_both_halves)
{
	((struct common *)registers[0])->device_feature = features_of_both_halves;
}

static int setup(void **state)
{
	(void)state;
	memset(config_space, 0, sizeof(config_space));
	memset(registers, 0, sizeof(registers));
	config_space[0] = ID_TRANSITIONAL;
	config_space[REG_COMMAND / 4] = STATUS_CAPABILITIES | COMMAND_MASTER;
	config_space[REG_CAPABILITIES / 4] = 0x40;
	config_space[(REG_BAR + 16) / 4] = REGISTERS | BAR_64_BITS;
	put_capability(0x40, 0x60, KIND_COMMON, 0, 56);
	put_capability(0x60, 0x80, KIND_NOTIFY, 1, 8);
	put_capability(0x80, 0xa0, KIND_DEVICE, 2, 8);
	config_space[0xa0 / 4] = CAPABILITY_MSIX;
	config_space[0xa4 / 4] = 3 * 4096 | 4;
	((struct common *)registers[0])->queue_size = 256;
	((struct common *)registers[0])->queue_notify = 1;
	*(l4_word_t *)registers[2] = 1000;
	offer(1 | FEATURE_FLUSH);
	behaviour = GOOD;
	steps = served = config_reads = 0;
	config_error = 0;
	irq_pending = false;
	for (unsigned int i = 0; i < sizeof(stored); i++)
		stored[i] = i * 7;
	return 0;
}

/* As main does. */
static long begin(void)
{
	long error = find_device();

	return error ? error : start();
}

static int setup_all(void **state)
{
	setup(state);
	assert_int_equal(block ? 0 : get_memory(), 0);
	assert_int_equal(begin(), 0);
	return 0;
}

static unsigned int device_status(void)
{
	return common->status;
}

static bool is_master(void)
{
	return config_space[REG_COMMAND / 4] & COMMAND_MASTER;
}

static long read_buffer(void)
{
	memset(buffer, 0x11, sizeof(buffer));
	return move(false, 0, 0, 5, 128, (l4_word_t)buffer);
}

static void begins(void **state)
{
	const unsigned int *entry = (const void *)registers[3];

	(void)state;
	assert_int_equal(device_status(), 15);
	assert_true(is_master());
	assert_int_equal(virtio_config(), 1000);
	assert_int_equal(entry[0], 0xfee01000);
	assert_int_equal(entry[2], 0x41);
	assert_int_equal(config_space[0xa0 / 4] >> 30, 2);
	assert_ptr_equal(doorbell, registers[1] + 4);
	assert_int_equal(common->config_vector, 0xffff);
}

static void moves(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(read_buffer(), 0);
		assert_memory_equal(buffer, stored, sizeof(buffer));
		assert_int_equal(last.what, REQUEST_READ);
		assert_int_equal(last.sector, 5);
		buffer[i] ^= 0xff;
		assert_int_equal(move(true, 0, 0, 9, 128, (l4_word_t)buffer), 0);
		assert_memory_equal(buffer, stored, sizeof(buffer));
		assert_int_equal(last.what, REQUEST_WRITE);
		assert_int_equal(last.sector, 9);
	}
	assert_int_equal(flush(), 0);
	assert_int_equal(last.what, REQUEST_FLUSH);
	assert_int_equal(served, 21);
}

/* After more requests than an index can count. */
static void index_wraps(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 65540; i++)
		assert_int_equal(flush(), 0);
	assert_int_equal(read_buffer(), 0);
}

static void late_interrupts(void **state)
{
	(void)state;
	irq_pending = true;
	behaviour = LATE;
	assert_int_equal(read_buffer(), 0);
	assert_memory_equal(buffer, stored, sizeof(buffer));
	behaviour = NO_INTERRUPT;
	assert_int_equal(read_buffer(), 0);
}

/* It is stopped, what it says has reached no client, and the next request finds it well again. */
static void lies(void **state)
{
	static const enum behaviour lie[] = { JUMPS, STEPS_BACK, WRONG_ID, WRITES_MUCH, SILENT };

	(void)state;
	for (unsigned int i = 0; i < sizeof(lie) / sizeof(lie[0]); i++) {
		behaviour = lie[i];
		assert_int_equal(read_buffer(), behaviour == SILENT ? -L4_ETIMEDOUT : -DISK_EIO);
		assert_int_equal(buffer[0], 0x11);
		assert_int_equal(device_status(), 0);
		assert_false(is_master());
		behaviour = GOOD;
		assert_int_equal(read_buffer(), 0);
		assert_int_equal(device_status(), 15);
		assert_true(is_master());
	}
}

static void fails(void **state)
{
	static const enum behaviour how[] = { WRITES_LITTLE, NO_STATUS, FAILS };

	(void)state;
	for (unsigned int i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		behaviour = how[i];
		assert_int_equal(read_buffer(), -DISK_EIO);
		assert_int_equal(buffer[0], 0x11);
		assert_int_equal(device_status(), 15);
		behaviour = GOOD;
		assert_int_equal(read_buffer(), 0);
	}
	behaviour = FAILS;
	assert_int_equal(flush(), -DISK_EIO);
	assert_int_equal(move(true, 0, 0, 0, 1, (l4_word_t)buffer), -DISK_EIO);
}

static void nothing_is_written_of_what_is_gone(void **state)
{
	(void)state;
	lost_next = true;
	assert_int_equal(move(true, 0, 0, 0, 1, (l4_word_t)buffer), -L4_EFAULT);
	assert_int_equal(served, 0);
}

static void read_only(void **state)
{
	(void)state;
	offer(1 | FEATURE_READ_ONLY);
	assert_int_equal(begin(), 0);
	assert_int_equal(move(true, 0, 0, 0, 1, (l4_word_t)buffer), -L4_ERIGHTS);
	assert_int_equal(flush(), 0);
	assert_int_equal(served, 0);
	assert_int_equal(read_buffer(), 0);
}

static void other_devices(void **state)
{
	setup(state);
	config_space[0] = ID_MODERN;
	assert_int_equal(begin(), 0);
	config_space[0] = ID_MODERN + 0x10000;
	assert_int_equal(begin(), -L4_ENOCAP);
	setup(state);
	config_space[REG_HEADER / 4] = 1 << 16;
	assert_int_equal(begin(), -L4_ENOCAP);
	setup(state);
	config_error = -L4_ERIGHTS;
	assert_int_equal(begin(), -L4_ERIGHTS);
	setup(state);
	offer(FEATURE_FLUSH);
	assert_int_equal(begin(), -L4_ENOSYS);
	assert_false(is_master());
}

#define WITH(change, error) do { \
	setup(state); \
	change; \
	assert_int_equal(begin(), error); \
	assert_false(is_master()); \
} while (0)

static void bad_capabilities(void **state)
{
	WITH(config_space[REG_COMMAND / 4] &= ~STATUS_CAPABILITIES, -L4_ENOSYS);
	WITH(config_space[REG_CAPABILITIES / 4] = 0, -L4_ENOSYS);
	/* In a circle, without one that is needed. */
	WITH(put_capability(0x60, 0x40, KIND_NOTIFY, 1, 8), -L4_ERIGHTS);
	WITH(put_capability(0x80, 0x40, KIND_DEVICE, 2, 8), -L4_ENOSYS);
	WITH(put_capability(0x40, 0x60, 7, 0, 56), -L4_ENOSYS);
	WITH(put_capability(0x40, 0x60, KIND_COMMON, 0, 55), -L4_ERIGHTS);
	WITH(put_capability(0x40, 0x60, KIND_COMMON, 4, 56), -L4_ERIGHTS);
	WITH(put_capability(0x40, 0x60, KIND_COMMON, 0, ~0U), -L4_ERIGHTS);
	WITH(config_space[0x48 / 4] = 2, -L4_ERIGHTS);
	WITH(config_space[0x44 / 4] = 6; config_space[(REG_BAR + 24) / 4] = REGISTERS, -L4_ERIGHTS);
	WITH(config_space[0x44 / 4] = 255, -L4_ERIGHTS);
	WITH(config_space[0x44 / 4] = 0, -L4_ERIGHTS);
	WITH(config_space[(REG_BAR + 16) / 4] |= BAR_IO, -L4_ERIGHTS);
	WITH(put_capability(0x60, 0x80, KIND_NOTIFY, 1, 1), -L4_ERIGHTS);
	WITH(put_capability(0x60, 0x80, KIND_NOTIFY, 1, 5), -L4_ENOSYS);
	WITH(config_space[0x70 / 4] = 7, -L4_ENOSYS);
	WITH(config_space[0x70 / 4] = 3, -L4_ENOSYS);
	WITH(put_capability(0x80, 0xa0, KIND_DEVICE, 2, 7), -L4_ERIGHTS);
	WITH(config_space[0xa0 / 4] = 0, -L4_ENOSYS);
	WITH(config_space[0xa4 / 4] = 4 * 4096 | 4, -L4_ERIGHTS);
	WITH(((struct common *)registers[0])->queue_size = 2, -L4_ENOSYS);
}

#undef main
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(begins, setup_all),
		cmocka_unit_test_setup(moves, setup_all),
		cmocka_unit_test_setup(index_wraps, setup_all),
		cmocka_unit_test_setup(late_interrupts, setup_all),
		cmocka_unit_test_setup(lies, setup_all),
		cmocka_unit_test_setup(fails, setup_all),
		cmocka_unit_test_setup(nothing_is_written_of_what_is_gone, setup_all),
		cmocka_unit_test_setup(read_only, setup_all),
		cmocka_unit_test(other_devices),
		cmocka_unit_test(bad_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
