// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * Joins two taps as two virtual machines are joined, with virtio headers: packets
 * that one side merged arrive merged at the other. Prints a line when it does.
 * usage: relay TAP TAP (it creates both, in its network namespace)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <linux/if_tun.h>

#define MOST_BYTES (1 << 17)	/* of a merged packet and its headers */

struct way {
	int from, to;
};

static void fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int tap = open("/dev/net/tun", O_RDWR);

	if (tap < 0)
		fail("open /dev/net/tun");
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (ioctl(tap, TUNSETIFF, &request))
		fail("create a tap");
	if (ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6))
		fail("offer offloads");
	return tap;
}

static void *carry(void *argument)
{
	const struct way *way = argument;
	char *packet = malloc(MOST_BYTES);

	if (!packet)
		fail("allocate");
	for (;;) {
		ssize_t length = read(way->from, packet, MOST_BYTES);

		/* EIO: the device is not up yet. */
		if (length > 0 && write(way->to, packet, length) < 0 &&
		    errno != EIO)
			fail("write to a tap");
	}
	return NULL;
}

int main(int count, char **names)
{
	pthread_t thread;
	struct way there, back;

	if (count != 3)
		return 2;
	there.from = back.to = open_tap(names[1]);
	there.to = back.from = open_tap(names[2]);
	puts("joined");
	fflush(stdout);
	errno = pthread_create(&thread, NULL, carry, &there);
	if (errno)
		fail("start a thread");
	carry(&back);
	return 0;
}
