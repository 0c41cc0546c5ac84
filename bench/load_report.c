/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See load.h: the file that requests come from, and the figures that are told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define MAX_FILE (256u * 1024 * 1024)

/* The whole file and a NUL; NULL when it cannot be read. */
static char *
read_file(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rbe");
	char *text = NULL;
	long len = -1;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0)
		len = ftell(file);
	if (len > 0 && (unsigned long)len <= MAX_FILE && fseek(file, 0, SEEK_SET) == 0)
		text = malloc((size_t)len + 1);
	if (text != NULL && fread(text, 1, (size_t)len, file) != (size_t)len) {
		free(text);
		text = NULL;
	}
	(void)fclose(file);
	if (text != NULL) {
		text[len] = '\0';
		*ret_len = (size_t)len;
	}
	return text;
}

static bool
append(struct bench_requests *requests, const char *data, size_t len)
{
	if ((requests->count & (requests->count - 1)) == 0) {
		size_t capacity = requests->count == 0 ? 1 : requests->count * 2;
		struct bench_request *list = realloc(requests->list, capacity * sizeof(*list));

		if (list == NULL)
			return false;
		requests->list = list;
	}
	requests->list[requests->count++] = (struct bench_request){ data, len };
	return true;
}

bool
bench_read_requests(const char *path, struct bench_requests *ret)
{
	size_t left = 0;
	char *at = read_file(path, &left);

	ret->text = at;
	while (at != NULL && left > 0) {
		char *end = NULL;
		unsigned long len = strtoul(at, &end, 10);
		size_t head = (size_t)(end - at) + 1;

		if (*end != '\n' || len == 0 || head > left || len > left - head ||
		    !append(ret, at + head, len)) {
			at = NULL;
			break;
		}
		at += head + len;
		left -= head + len;
	}
	if (at == NULL || ret->count == 0) {
		(void)fprintf(stderr, "load: %s holds no requests\n", path);
		return false;
	}
	return true;
}

bool
bench_count(struct bench_tally *tally, int status, uint32_t took_us)
{
	if (tally->answered == tally->capacity) {
		size_t capacity = tally->capacity == 0 ? 65536 : tally->capacity * 2;
		uint32_t *took_us_now = realloc(tally->took_us, capacity * sizeof(*took_us_now));

		if (took_us_now == NULL)
			return false;
		tally->took_us = took_us_now;
		tally->capacity = capacity;
	}
	tally->took_us[tally->answered++] = took_us;
	tally->statuses[status >= 100 && status < 600 ? status / 100 : 0]++;
	return true;
}

static int
by_time(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The time that so many of a thousand did not exceed. */
static uint32_t
quantile(const struct bench_tally *tally, size_t per_mille)
{
	size_t at = tally->answered * per_mille / 1000;

	if (tally->answered == 0)
		return 0;
	return tally->took_us[at < tally->answered ? at : tally->answered - 1];
}

void
bench_report(struct bench_tally *tally, double elapsed_s)
{
	if (tally->answered > 0)
		qsort(tally->took_us, tally->answered, sizeof(*tally->took_us), by_time);
	(void)printf("{\"answered\": %zu, \"elapsed_s\": %.6f, \"p50_us\": %u, \"p99_us\": %u, "
		     "\"p999_us\": %u, \"broken\": %llu, \"statuses\": {",
		     tally->answered, elapsed_s, quantile(tally, 500), quantile(tally, 990),
		     quantile(tally, 999), (unsigned long long)tally->broken);
	for (int i = 1; i <= 5; i++)
		(void)printf("%s\"%dxx\": %llu", i > 1 ? ", " : "", i,
			     (unsigned long long)tally->statuses[i]);
	(void)puts("}}");
}
