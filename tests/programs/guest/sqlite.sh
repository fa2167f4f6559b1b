#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# SQLite as a user of locks, fsync, mmap and shared memory. Each line printed is
# "NAME: WHAT" and must be the same on each kernel.

work=/var/tmp/sqlite-test
rm -rf $work
mkdir $work
cd $work || exit 1

say()
{
	name=$1
	shift
	echo "$name: $("$@" 2>&1 | tr '\n' ' ')"
}

sql()
{
	sqlite3 -bail -cmd ".timeout 60000" "$@"
}

check()
{
	say "$1 integrity" sql "$2" "pragma integrity_check; pragma foreign_key_check;"
}

# A million small steps in one statement, then sums of what came out.
fill="create table n(i integer primary key, a, b text);
	with recursive c(x) as (values(1) union all select x+1 from c where x<20000)
	insert into n select x, x*7919%10007, printf('%08x', x*2654435761%4294967296) from c;
	create index na on n(a); create index nb on n(b);"
sums="select count(*), sum(a), min(b), max(b) from n; select count(*) from n where a in
	(select a from n where b like 'a%'); select sum(length(b||a)) from n;"

for mode in delete truncate persist memory wal; do
	say "$mode mode" sql $mode.db "pragma journal_mode=$mode;"
	say "$mode fill" sql $mode.db "begin; $fill commit;"
	say "$mode sums" sql $mode.db "$sums"
	say "$mode rollback" sql $mode.db "pragma journal_mode=$mode; begin; delete from n;
		select count(*) from n; rollback; select count(*) from n;"
	say "$mode savepoint" sql $mode.db "begin; savepoint s; update n set a=0;
		select sum(a) from n; rollback to s; update n set a=a+1 where i<100; commit;
		select sum(a) from n;"
	check $mode $mode.db
	say "$mode vacuum" sql $mode.db "delete from n where i%2; vacuum; $sums"
	check "$mode vacuumed" $mode.db
done
say "mmap" sql delete.db "pragma mmap_size=268435456; $sums"
say "dump" sh -c "sqlite3 wal.db .dump | cksum"
say "constraint" sql delete.db "insert into n values(2, 0, 0);"
say "backup" sh -c "sqlite3 wal.db '.backup copy.db' && sqlite3 copy.db .dump | cksum"
say "full text" sql :memory: "create virtual table t using fts5(x);
	insert into t values('one two'),('two three'); select count(*) from t where t match 'two';"
say "json" sql :memory: "select json_extract('{\"a\":[1,2,3]}', '\$.a[2]');"

# Several processes write to one database, one row a transaction.
writers()
{
	sql "$2" "pragma journal_mode=$1; create table w(who, n);" >/dev/null
	for who in 1 2 3 4; do
		i=0
		while [ $i -lt 40 ]; do
			echo "begin immediate; insert into w values($who, $i); commit;"
			i=$((i + 1))
		done | sql "$2" &
	done
	wait
	sql "$2" "select who, count(*), sum(n) from w group by who;"
}
for mode in delete wal; do
	say "$mode writers" writers $mode w-$mode.db
	check "$mode writers" w-$mode.db
done

# A writer is killed in the middle, again and again: what was committed stays.
killed()
{
	sql k.db "pragma journal_mode=$1; create table k(n); insert into k values(0);" >/dev/null
	for round in 1 2 3 4 5; do
		{
			echo "begin; insert into k select n+1 from k; update k set n=n+1000000;"
			yes "insert into k values(-1);" | head -n 20000
			sleep 5
		} | sqlite3 -cmd "pragma cache_size=10" k.db &
		sleep 2
		pkill -KILL -x sqlite3
		wait
		sql k.db "pragma integrity_check; select count(*), sum(n) from k;"
	done
	rm -f k.db*
}
say "killed delete" killed delete
say "killed wal" killed wal

python3 - <<end
import sqlite3, threading
db = "threads.db"
sqlite3.connect(db).executescript("pragma journal_mode=wal; create table t(a, b)")
def work(n):
    c = sqlite3.connect(db, timeout=60)
    for i in range(50):
        with c:
            c.execute("insert into t values(?, ?)", (n, i))
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print("threads:", sqlite3.connect(db).execute(
    "select count(*), sum(a * b), count(distinct a) from t").fetchall())
end
cd /
rm -rf $work
