/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A database workload: a table filled in many transactions, an index, queries,
 * updates. Prints a sum of what it finds.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define TRANSACTIONS	200
#define ROWS		50	/* in one transaction */

static sqlite3 *database;

static void execute(const char *statement)
{
	char *error;

	if (sqlite3_exec(database, statement, NULL, NULL, &error)) {
		fprintf(stderr, "%s: %s\n", statement, error);
		exit(1);
	}
}

static void insert(unsigned int transaction)
{
	char statement[128];

	execute("begin");
	for (unsigned int i = 0; i < ROWS; i++) {
		unsigned int key = transaction * ROWS + i;

		snprintf(statement, sizeof(statement),
			 "insert into items values (%u, %u, 'item number %u')",
			 key, key * 2654435761u % 10007, key);
		execute(statement);
	}
	execute("commit");
}

static int print_row(void *unused, int columns, char **values, char **names)
{
	printf("%s %s\n", values[0], columns > 1 ? values[1] : "");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2 || sqlite3_open(argv[1], &database))
		return 1;
	execute("create table items (id integer primary key, hash integer, name text)");
	for (unsigned int i = 0; i < TRANSACTIONS; i++)
		insert(i);
	execute("create index by_hash on items (hash)");
	execute("update items set name = name || ' again' where hash % 7 = 3");
	execute("delete from items where hash between 100 and 900");
	sqlite3_exec(database, "select sum(hash), count(*) from items "
		     "where name like '%again'", print_row, NULL, NULL);
	sqlite3_exec(database, "select a.id, b.id from items a, items b on "
		     "a.hash = b.hash + 1 order by a.name limit 5", print_row,
		     NULL, NULL);
	return sqlite3_close(database);
}
