#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Redis and memcached under their benchmarks. What is printed, "NAME: WHAT",
# must be the same on each kernel: no rates.

work=/var/tmp/redis-test
rm -rf $work
mkdir $work
cd $work || exit 1

cli()
{
	redis-cli -s $work/socket "$@"
}

start()
{
	redis-server --port 6399 --unixsocket $work/socket --dir $work --save '' \
		--appendonly "$1" --daemonize yes --logfile $work/log --protected-mode no \
		--enable-debug-command yes
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		[ "$(cli ping 2>/dev/null)" = PONG ] && return
		sleep 1
	done
	echo "no server"
	cat $work/log
}

say()
{
	name=$1
	shift
	echo "$name: $("$@" 2>&1 | tr '\n' ' ')"
}

finished()
{
	"$@" >out 2>&1
	echo "exit status $?, $(grep -ci -e error -e refused out) errors"
}

start no
say ping cli ping
# Without -r each operation works on one key: the contents are known.
for test in ping_inline,ping_mbulk set,get incr lpush,lpop rpush,rpop sadd,spop hset \
		zadd,zpopmin lrange_100 mset; do
	say "$test" finished redis-benchmark -p 6399 -n 1000 -c 20 -q -t $test
done
say "pipelined" finished redis-benchmark -s socket -n 4000 -P 16 -c 10 -q -t set,get
say "threads" finished redis-benchmark -s socket -n 2000 --threads 2 -c 10 -q -t set,get
say "large" finished redis-benchmark -p 6399 -n 200 -d 100000 -c 5 -q -t set,get
say "counter" cli get counter:__rand_int__
say "keys" sh -c "redis-cli -s socket keys '*' | sort"
cli debug populate 20000 >/dev/null
say "populated" cli dbsize
say "digest" cli debug digest
before=$(cli debug digest)
cli bgsave >/dev/null
while cli info persistence | grep -q rdb_bgsave_in_progress:1; do sleep 1; done
say "saved" sh -c "redis-cli -s socket info persistence | grep -a last_bgsave_status | tr -d '\r'"
say "file" sh -c "redis-check-rdb dump.rdb | grep -a -o -e 'RDB looks OK' -e '[0-9]* keys read'"
cli config set appendonly yes >/dev/null
say "script" cli eval "local s = 0 for i = 1, 1000 do s = s + i end return s" 0
while cli info persistence | grep -q aof_rewrite_in_progress:1; do sleep 1; done
cli shutdown nosave
sleep 1
start yes
say "after a restart" sh -c "[ '$before' = \"\$(redis-cli -s socket debug digest)\" ] && echo same"
cli shutdown nosave

memcached -u root -s $work/cache -t 4 -m 32 &
while [ ! -S cache ]; do sleep 1; done
python3 - <<end
import socket, threading
good = []
def client(n):
    s = socket.socket(socket.AF_UNIX)
    s.connect("$work/cache")
    f = s.makefile("rwb")
    for i in range(200):
        value = b"%d" % (n * i) * 50
        f.write(b"set k%d-%d 0 0 %d\r\n%s\r\n" % (n, i, len(value), value))
        f.flush()
        assert f.readline() == b"STORED\r\n"
        f.write(b"get k%d-%d\r\n" % (n, i))
        f.flush()
        f.readline()
        good.append(f.readline().rstrip() == value and f.readline() == b"END\r\n")
threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print("memcached:", len(good), all(good))
end
kill $!
wait
cd /
rm -rf $work
