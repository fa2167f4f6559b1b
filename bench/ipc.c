/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two processes or threads that talk: round trips of one byte with a peer that
 * echoes, and bandwidth from a peer that writes without end. A call of a
 * bandwidth operation moves 64 KiB.
 */
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "bench.h"

#define BLOCK	65536

static int here[2], there[2];	/* we read and write here; the peer there */
static pid_t peer;
static char block[BLOCK];

static void echo(int unused)
{
	char byte;

	while (read(there[0], &byte, 1) == 1)
		CHECK(write(there[1], &byte, 1) == 1);
}

static void pour(int unused)
{
	while (write(there[1], block, BLOCK) > 0)
		;
}

static void open_pipes(void)
{
	int to[2], from[2];

	CHECK(!pipe(to) && !pipe(from));
	here[0] = from[0];
	here[1] = to[1];
	there[0] = to[0];
	there[1] = from[1];
}

static void open_sockets(int a, int b)
{
	here[0] = here[1] = a;
	there[0] = there[1] = b;
}

static void open_unix(void)
{
	int fds[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	open_sockets(fds[0], fds[1]);
}

/* False when there is no TCP, or no loopback device that is up. */
static bool open_tcp(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	int client;

	if (server < 0)
		return false;
	if (bind(server, (struct sockaddr *)&address, length))
		return false;
	CHECK(!listen(server, 1));
	CHECK(!getsockname(server, (struct sockaddr *)&address, &length));
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&address, length))
		return false;
	open_sockets(client, accept(server, NULL, NULL));
	CHECK(there[0] >= 0);
	setsockopt(here[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(there[0], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(server);
	return true;
}

enum { ECHO, POUR };

static bool begin(unsigned int what)
{
	peer = start_peer(what == ECHO ? echo : pour, 0);
	return true;
}

static bool begin_pipe(unsigned int what)
{
	open_pipes();
	return begin(what);
}

static bool begin_unix(unsigned int what)
{
	open_unix();
	return begin(what);
}

static bool begin_tcp(unsigned int what)
{
	return open_tcp() && begin(what);
}

static void end(void)
{
	stop_peer(peer);
	for (int i = 0; i < 2; i++) {
		close(here[i]);
		close(there[i]);
	}
}

static void trip_run(unsigned int calls)
{
	char byte = 0;

	while (calls--) {
		CHECK(write(here[1], &byte, 1) == 1);
		CHECK(read(here[0], &byte, 1) == 1);
	}
}

static void bandwidth_run(unsigned int calls)
{
	ssize_t left = (ssize_t)calls * BLOCK, got;

	for (; left > 0; left -= got) {
		got = read(here[0], block, left < BLOCK ? left : BLOCK);
		CHECK(got > 0);
	}
}

/* The threads take turns: the word names whose turn it is. */
static volatile unsigned int turn;
static pthread_t thread;

static void wait_for_turn(unsigned int mine)
{
	while (turn != mine)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, NULL, NULL,
			0);
}

static void pass_turn(unsigned int next)
{
	turn = next;
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *partner(void *unused)
{
	for (;;) {
		wait_for_turn(1);
		pass_turn(0);
		pthread_testcancel();
	}
	return NULL;
}

static bool begin_futex(unsigned int unused)
{
	turn = 0;
	CHECK(!pthread_create(&thread, NULL, partner, NULL));
	return true;
}

static void futex_run(unsigned int calls)
{
	while (calls--) {
		pass_turn(1);
		wait_for_turn(0);
	}
}

/* The partner notices after one more turn. */
static void end_futex(void)
{
	pthread_cancel(thread);
	pass_turn(1);
	pthread_join(thread, NULL);
}

const struct op ipc_ops[] = {
	{ "pipe", 20, 0, ECHO, begin_pipe, trip_run, end },
	{ "unix", 100, 0, ECHO, begin_unix, trip_run, end },
	{ "tcp", 20, 0, ECHO, begin_tcp, trip_run, end },
	{ "futex", 20, 0, 0, begin_futex, futex_run, end_futex },
	{ "pipe_bandwidth", 64, 0, POUR, begin_pipe, bandwidth_run, end },
	{ "unix_bandwidth", 64, 0, POUR, begin_unix, bandwidth_run, end },
	{ "tcp_bandwidth", 64, 0, POUR, begin_tcp, bandwidth_run, end },
	{}
};
