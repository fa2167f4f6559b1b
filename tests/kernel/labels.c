/* SPDX-License-Identifier: GPL-2.0 */
/* Which labels an irq object can have that is bound to a vCPU, and where they show. */
#include "vcpu.h"

static l4_word_t take(l4_word_t *word)
{
	return __atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST);
}

/* Labels that have no bit in the first word: it says that there are more. */
static const char *more_labels(void)
{
	static const l4_word_t labels[] = { 64, 100, 127, 128, 255, 319 };
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	CHECK_EQ(l4_irq_create(HOST_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(labels); i++) {
		CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, labels[i]), 0);
		CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
		CHECK_EQ(l4_vcpu_control(L4_VCPU_WAIT, 0, 0), 0);
		CHECK_EQ(vcpu->irq_pending, 1);
		vcpu->irq_pending = 0;
		CHECK_EQ(take(&vcpu->pending), 1UL << L4_VCPU_PENDING_MORE);
		for (unsigned int word = 0; word < L4_VCPU_MORE_WORDS; word++) {
			l4_word_t bits = word == labels[i] / 64 - 1 ? 1UL << labels[i] % 64 : 0;

			CHECK_EQ(take(&vcpu->pending_more[word]), bits);
		}
		CHECK_EQ(l4_irq_unbind(HOST_IRQ), 0);
	}
	return NULL;
}

const struct test labels_tests[] = {
	{ "labels beyond the first word", more_labels, true },
	{ 0 },
};
