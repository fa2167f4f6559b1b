# SPDX-License-Identifier: GPL-2.0
# sqlite3: a join, a transaction taken back, a write-ahead log with two users.
sqlite3 a.db <<'sql'
pragma journal_mode = wal;
create table t (n integer primary key, text);
with recursive c(n) as (select 1 union all select n + 1 from c where n < 20000)
insert into t select n, hex(n * n) from c;
begin; delete from t; rollback;
create index i on t (text);
select count(*), sum(n), max(text) from t;
select count(*) from t a join t b on a.text = b.text where a.n % 2;
sql
for i in 1 2 3 4; do
	sqlite3 -cmd '.timeout 60000' a.db "insert into t (text) values ('w$i');" &
done
wait
sqlite3 a.db 'select count(*) from t; pragma integrity_check;'
#= wal
#= 20000|200010000|39393938323434
#= 10000
#= 20004
#= ok
