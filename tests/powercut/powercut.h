/* SPDX-License-Identifier: GPL-2.0 */
/* What a machine does whose power is cut, and what it finds afterwards. */
#ifndef POWERCUT_H
#define POWERCUT_H

#include <stdio.h>
#include <stdlib.h>

#define check(condition, ...)                     \
	do {                                      \
		if (!(condition)) {               \
			printf("wrong: " __VA_ARGS__); \
			printf("\n");             \
			fflush(stdout);           \
			exit(1);                  \
		}                                 \
	} while (0)

/* Says that WHO's step NUMBER is on the disk. Who hears it relies on it. */
static inline void acknowledge(const char *who, unsigned long number)
{
	printf("@%s %lu@\n", who, number);
	fflush(stdout);
}

/* The *_load work until the power is cut; each says what it has done. The
 * *_verify look at what is there, and say how far it goes. */
void files_load(void);
void files_verify(void);
void log_load(void);
void log_verify(void);
void noise_load(void);
void database_load(const char *name, const char *journal);
void database_verify(const char *name);

#endif
