/* SPDX-License-Identifier: GPL-2.0 */
/* What a case of the fault test is: a name and something no program should do. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdint.h>

struct fault_case {
	const char *name;
	void (*run)(uint64_t argument);	/* in a process of its own */
	uint64_t argument;
};

/* Each table ends with an entry without a name. */
extern const struct fault_case instruction_cases[];
extern const struct fault_case memory_cases[];
extern const struct fault_case stack_cases[];
extern const struct fault_case call_cases[];

/* Addresses at which a Linux or a microkernel may have something. */
extern const uint64_t kernel_addresses[];
extern const unsigned int kernel_address_count;

/* Prints one line of the result, after the case's name. */
void result(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
