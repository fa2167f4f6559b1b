/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking many descriptors whether they are ready: pipes, of which none is.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "bench.h"

#define MAX_FDS	100

static int fds[MAX_FDS][2];
static unsigned int count;
static struct pollfd polled[MAX_FDS];
static fd_set selected;
static int epoll_fd;

static bool open_pipes(unsigned int n)
{
	struct epoll_event event = { .events = EPOLLIN };

	count = n;
	epoll_fd = epoll_create1(0);
	CHECK(epoll_fd >= 0);
	FD_ZERO(&selected);
	for (unsigned int i = 0; i < n; i++) {
		CHECK(!pipe(fds[i]));
		polled[i] = (struct pollfd){ fds[i][0], POLLIN, 0 };
		FD_SET(fds[i][0], &selected);
		CHECK(!epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i][0], &event));
	}
	return true;
}

static void close_pipes(void)
{
	for (unsigned int i = 0; i < count; i++) {
		close(fds[i][0]);
		close(fds[i][1]);
	}
	close(epoll_fd);
}

static void select_run(unsigned int calls)
{
	while (calls--) {
		struct timeval now = { 0, 0 };
		fd_set set = selected;

		select(fds[count - 1][0] + 1, &set, NULL, NULL, &now);
	}
}

static void poll_run(unsigned int calls)
{
	while (calls--)
		poll(polled, count, 0);
}

static void epoll_run(unsigned int calls)
{
	struct epoll_event ready[8];

	while (calls--)
		epoll_wait(epoll_fd, ready, 8, 0);
}

const struct op poll_ops[] = {
	{ "select_10", 50, 0, 10, open_pipes, select_run, close_pipes },
	{ "select_100", 20, 0, 100, open_pipes, select_run, close_pipes },
	{ "poll_10", 50, 0, 10, open_pipes, poll_run, close_pipes },
	{ "poll_100", 20, 0, 100, open_pipes, poll_run, close_pipes },
	{ "epoll_10", 50, 0, 10, open_pipes, epoll_run, close_pipes },
	{ "epoll_100", 20, 0, 100, open_pipes, epoll_run, close_pipes },
	{}
};
