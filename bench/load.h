/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What is sent: requests from a file, each of them a line with the number of its
 * bytes and then the bytes as they go over the wire.
 */
#ifndef AC_BENCH_LOAD_H
#define AC_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_request {
	const char *data;
	size_t len;
};

struct bench_requests {
	struct bench_request *list;
	size_t count;
	char *text; /* of the file, which they lie in */
};

/* What the answers were. */
struct bench_tally {
	uint32_t *took_us; /* of each answer */
	size_t answered, capacity;
	uint64_t statuses[6]; /* by hundreds */
	uint64_t broken;      /* connections that ended before an answer */
};

/* False with a sentence on standard error. */
bool bench_read_requests(const char *path, struct bench_requests *ret);

/* Remembers one answer. */
bool bench_count(struct bench_tally *tally, int status, uint32_t took_us);

/* One JSON object on standard output. Sorts took_us. */
void bench_report(struct bench_tally *tally, double elapsed_s);

#endif
