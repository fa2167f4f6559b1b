// SPDX-License-Identifier: GPL-2.0
/* Transfers between accounts, each with an entry in a list: the sum never
 * changes, and an entry is there if and only if its transfer is. */

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "powercut.h"

#define ACCOUNTS 100
#define SUM 100000

static const char *const make =
	"begin;"
	"create table if not exists account (id integer primary key, value);"
	"create table if not exists transfer (id integer primary key, source, target, amount, note);"
	"insert into account select value, 1000 from "
	"	(with recursive c(value) as (select 0 union all select value + 1 from c where value < 99)"
	"	select value from c) where not exists (select 1 from account);"
	"commit;";

static void execute(sqlite3 *db, const char *statement)
{
	char *error = NULL;

	check(sqlite3_exec(db, statement, NULL, NULL, &error) == SQLITE_OK, "%.60s: %s",
	      statement, error);
}

static int keep_text(void *text, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	snprintf(text, 100, "%s", values[0] ? values[0] : "0");
	return 0;
}

static void query(sqlite3 *db, const char *question, char *text)
{
	char *error = NULL;

	text[0] = '\0';
	check(sqlite3_exec(db, question, keep_text, text, &error) == SQLITE_OK, "%.60s: %s",
	      question, error);
}

static sqlite3 *open_database(const char *name)
{
	sqlite3 *db;
	char path[64];

	sprintf(path, "%s.db", name);
	check(sqlite3_open(path, &db) == SQLITE_OK, "opening %s", path);
	return db;
}

void database_load(const char *name, const char *journal)
{
	sqlite3 *db = open_database(name);
	char text[600];
	unsigned long number;

	sprintf(text, "pragma journal_mode = %s; pragma synchronous = extra;"
		      "pragma cache_size = 50; pragma wal_autocheckpoint = 100;", journal);
	execute(db, text);
	execute(db, make);
	query(db, "select max(id) from transfer", text);
	for (number = strtoul(text, NULL, 10) + 1;; number++) {
		int from = random() % ACCOUNTS, to = random() % ACCOUNTS;
		int amount = random() % 100;

		sprintf(text,
			"begin;"
			"update account set value = value - %d where id = %d;"
			"update account set value = value + %d where id = %d;"
			"insert into transfer values (%lu, %d, %d, %d, hex(randomblob(%ld)));"
			"delete from transfer where id < %lu - 500;"
			"commit;",
			amount, from, amount, to, number, from, to, amount, random() % 2000,
			number);
		execute(db, text);
		acknowledge(name, number);
	}
}

void database_verify(const char *name)
{
	char text[100];
	sqlite3 *db = open_database(name);

	query(db, "pragma integrity_check", text);
	check(strcmp(text, "ok") == 0, "%s: %s", name, text);
	query(db, "select count(*) from sqlite_master", text);
	if (atoi(text) == 0) {
		acknowledge(name, 0);
		sqlite3_close(db);
		return;
	}
	query(db, "select sum(value) from account", text);
	check(atoi(text) == SUM, "%s: the sum is %s", name, text);
	query(db, "select max(id) - min(id) + 1 - count(*) from transfer", text);
	check(atoi(text) == 0, "%s: transfers are missing", name);
	query(db, "select max(id) from transfer", text);
	acknowledge(name, strtoul(text, NULL, 10));
	sqlite3_close(db);
}
