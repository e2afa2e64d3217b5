// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * The floor of a tick: reads and empties maps as fast as the kernel allows, and
 * discards what it reads. Each line on stdin has the ids of maps; the answer has
 * the number of entries read and the nanoseconds it took.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define MOST_MAPS 8
#define KEY_SIZE 16
#define VALUE_SIZE 16
#define BATCH_BYTES (1 << 20)	/* of values per system call */

static char *keys, *values;
static __u32 room;		/* entries that keys and values hold */

static void fail(const char *what)
{
	fprintf(stderr, "Cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/* Reads and deletes all entries; returns their number. */
static __u64 drain(int map)
{
	char cursors[2][KEY_SIZE];
	void *from = NULL;
	__u64 entries = 0;
	int turn = 0;

	for (;;) {
		__u32 count = room;
		int error = bpf_map_lookup_and_delete_batch(map, from,
				cursors[turn], keys, values, &count, NULL);

		if (error && errno != ENOENT)
			fail("read a map");
		entries += count;
		if (error)
			return entries;
		from = cursors[turn];
		turn = !turn;
	}
}

int main(void)
{
	int cpus = libbpf_num_possible_cpus();
	char line[256];

	room = BATCH_BYTES / (VALUE_SIZE * cpus);
	keys = calloc(room, KEY_SIZE);
	values = calloc(room, VALUE_SIZE * cpus);
	if (!keys || !values)
		fail("allocate");
	/* Touch all pages, as if the program had read before. */
	memset(keys, 1, room * KEY_SIZE);
	memset(values, 1, room * VALUE_SIZE * cpus);

	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		int maps[MOST_MAPS], count = 0;
		__u64 start, entries = 0;

		for (char *id = strtok(line, " \n"); id && count < MOST_MAPS;
		     id = strtok(NULL, " \n")) {
			maps[count] = bpf_map_get_fd_by_id(atoi(id));
			if (maps[count++] < 0)
				fail("open a map");
		}
		start = now();
		for (int map = 0; map < count; map++)
			entries += drain(maps[map]);
		printf("%llu %llu\n", (unsigned long long)entries,
		       (unsigned long long)(now() - start));
	}
	return 0;
}
