/* SPDX-License-Identifier: GPL-2.0 */
/* Memory whose contents are known: each page has a number and a seed in all its words. */
#ifndef SWAP_H
#define SWAP_H

#include <stdbool.h>
#include <stddef.h>

#define PAGE	4096UL
#define WORDS	(PAGE / sizeof(unsigned long))

void *map(unsigned long pages, bool shared);
void fill_page(void *memory, unsigned long page, unsigned long seed);
void fill(void *memory, unsigned long pages, unsigned long seed);
bool page_wrong(const void *memory, unsigned long page, unsigned long seed);
/* How many pages are not what fill_page makes of them. */
unsigned long wrong(const void *memory, unsigned long pages, unsigned long seed);

void page_out(void *memory, unsigned long pages);
unsigned long resident(void *memory, unsigned long pages);
/* How many pages have a bit in /proc/self/pagemap. */
unsigned long marked(const void *memory, unsigned long pages, unsigned int bit);
#define SOFT_DIRTY	55
#define SWAPPED		62
/* Ends the program with a sentence unless it holds. */
void must(bool holds, const char *what);
/* A file of /proc or /sys. */
void set(const char *path, const char *value);
long number(const char *path);
/* Runs in a child and returns what it exits with, or minus the signal. */
int in_child(int (*function)(void *), void *argument);

void cases_of_memory(void);	/* memory.c */
void cases_of_sharing(void);	/* sharing.c */
void cases_of_pressure(unsigned int round);	/* pressure.c */
void use_for(unsigned long pages, unsigned int rounds);
void keep(unsigned long pages);

#endif
