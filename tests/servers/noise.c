/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sends the servers that it may call, and its parent, ROUNDS messages of noise
 * each: any protocol and operation, any number of words, items of any kind.
 * They have to answer all that ask for an answer, and to go on.
 */
#include <l4/p9.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>

#define TARGETS		9
#define PATIENCE_US	3000000

static unsigned long long state;
static char *block;

static l4_word_t next(void)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return state >> 33;
}

static l4_word_t any_word(void)
{
	static const l4_word_t edges[] = {
		0, 1, 2, 7, 8, 11, 12, 13, 63, 64, 511, 512, 4095, 4096, 1UL << 16, 1UL << 32,
		1UL << 47, 1UL << 63, ~0UL, ~0UL << 12, -512UL, L4_IMAGE_LOW, L4_KIP_ADDRESS,
		0xffff800000000000UL,
	};

	if (next() % 4)
		return edges[next() % ARRAY_SIZE(edges)];
	return next() << 32 ^ next() << 8;
}

static struct l4_item any_item(void)
{
	l4_word_t order = 12 + next() % 5;

	switch (next() % 5) {
	case 0:
		return (struct l4_item){ l4_fpage_mem((l4_word_t)block, order, next() % 8), any_word() };
	case 1:
		return (struct l4_item){ l4_fpage_cap(L4_CAP_PARENT, next() % 2, next() % 8), any_word() };
	case 2:
		return (struct l4_item){ l4_string(next() % 100000), (l4_word_t)block };
	case 3:
		return (struct l4_item){ l4_string(next() % 100000), any_word() };
	default:
		return (struct l4_item){ any_word(), any_word() };
	}
}

/* Protocols of sigma0, parents, disks, files and examples. */
static l4_word_t any_tag(bool is_parent)
{
	l4_word_t protocol = next() % 2 ? next() % (L4_PROTO_P9 + 1) : L4_PROTOCOL_OWN + next() % 5;
	l4_word_t number = next() % 8;

	if (next() % 16 == 0)
		protocol = next() & 0xffff;
	/* Its own end it does not ask for. */
	if (is_parent && protocol == L4_PROTO_PARENT && number == 2)
		number = 1;
	return l4_tag(next() % (L4_MSG_WORDS + 1), next() % 3 ? 0 : next() % (L4_MSG_ITEMS + 1),
		      protocol) | number << L4_TAG_USER_SHIFT;
}

/* Whether the server is well: it took the message and answered. */
static bool send(l4_cap_t target, bool is_parent)
{
	l4_word_t timeout = l4_timeout_us(PATIENCE_US);
	struct l4_msg msg = { .tag = any_tag(is_parent) };
	struct l4_utcb *utcb = l4_utcb();
	long error;

	for (unsigned int i = 0; i < L4_MSG_REGS; i++)
		msg.mr[i] = any_word();
	for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++)
		utcb->mr[i] = any_word();
	/* A console full of noise helps nobody. */
	if (is_parent && l4_tag_proto(msg.tag) == L4_PROTO_PARENT && msg.mr[0] < 4096)
		msg.mr[0] = 0;
	for (unsigned int i = 0; i < L4_MSG_ITEMS; i++)
		utcb->item[i] = any_item();
	error = l4_ipc(target, L4_IPC_SEND | (next() % 8 ? L4_IPC_RECV | L4_IPC_CALL : 0) |
		       l4_send_timeout(timeout) | l4_recv_timeout(timeout), &msg);
	return error != -L4_ETIMEDOUT && error != -L4_EDEAD && error != -L4_ENOCAP;
}

int main(int argc, char **argv)
{
	l4_word_t rounds = argc > 1 ? l4_number(argv[1]) : 0;
	l4_cap_t target[TARGETS] = { L4_CAP_PARENT };
	int count = 1;

	state = argc ? l4_number(argv[0]) : 0;
	block = l4_pages_alloc(17);
	for (int i = 2; i < argc && count < TARGETS; i++) {
		long gate = l4_connect(argv[i]);

		if (gate < 0)
			return gate;
		target[count++] = gate;
	}
	for (l4_word_t i = 0; i < rounds; i++) {
		for (int t = 0; t < count; t++) {
			if (!send(target[t], t == 0)) {
				printf("round %lu: %s does not go on\n", i, t ? argv[t + 1] : "the parent");
				return 1;
			}
		}
	}
	printf("%lu rounds\n", rounds);
	return 0;
}
