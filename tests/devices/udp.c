// SPDX-License-Identifier: GPL-2.0
/*
 * udp echo PORT: sends back what comes to this port, by IPv4 and IPv6.
 * udp send ADDRESS PORT COUNT: sends COUNT datagrams, each when the one before
 * has come back; prints how many have come back as they were.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SIZE	1200

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int echo(int port)
{
	union address from = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
	int s = socket(AF_INET6, SOCK_DGRAM, 0);
	char data[65536];

	if (s < 0 || bind(s, &from.any, sizeof(from.v6))) {
		perror("udp");
		return 1;
	}
	for (;;) {
		socklen_t length = sizeof(from);
		ssize_t size = recvfrom(s, data, sizeof(data), 0, &from.any, &length);

		if (size >= 0)
			sendto(s, data, size, 0, &from.any, length);
	}
}

/* The address's length, 0 if it is none. */
static socklen_t parse(const char *text, int port, union address *to)
{
	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		return sizeof(to->v4);
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) != 1)
		return 0;
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(port);
	return sizeof(to->v6);
}

static int send_all(const char *host, int port, int count)
{
	struct timeval patience = { .tv_sec = 5 };
	char data[SIZE], back[SIZE];
	union address to;
	socklen_t length = parse(host, port, &to);
	int s = socket(to.any.sa_family, SOCK_DGRAM, 0);
	int right = 0;

	if (!length || s < 0 || connect(s, &to.any, length) ||
	    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience))) {
		perror("udp");
		return 1;
	}
	for (int n = 0; n < count; n++) {
		memset(data, n, sizeof(data));
		if (send(s, data, sizeof(data), 0) != sizeof(data) ||
		    recv(s, back, sizeof(back), 0) != sizeof(back))
			break;
		right += !memcmp(data, back, sizeof(data));
	}
	printf("%d\n", right);
	return right != count;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return echo(atoi(argv[2]));
	if (argc == 5 && !strcmp(argv[1], "send"))
		return send_all(argv[2], atoi(argv[3]), atoi(argv[4]));
	return 2;
}
