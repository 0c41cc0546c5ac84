/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Runs a fuzz target over its corpus without a fuzzer: every file, every
 * beginning of it, and every byte of it changed. So each build and each
 * compiler checks what fuzzing has found. TAP; a broken file ends the program.
 *
 * With AUTHCODE_REPLAY_EVERY=N only every Nth byte of a file is varied, and in the next file
 * the bytes after those: a short run, which sees each kind of damage all the same.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define MAX_FILE 65536
#define MAX_VARIED 1024 /* longer files are run as they are */

static void
run(const uint8_t *data, size_t size)
{
	/* On the heap and exactly as long as it is. */
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void
run_with_variations(uint8_t *data, size_t size, size_t first, size_t every)
{
	static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xff };

	run(data, size);
	if (size > MAX_VARIED)
		return;
	for (size_t i = first; i < size; i += every) {
		const uint8_t kept = data[i];

		run(data, i);
		data[i] = 0;
		run(data, size);
		for (size_t m = 0; m < sizeof(masks); m++) {
			data[i] = kept ^ masks[m];
			run(data, size);
		}
		data[i] = kept;
	}
}

static bool
run_file(const char *path, size_t first, size_t every)
{
	static uint8_t data[MAX_FILE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, data + size, sizeof(data) - size)) > 0)
		size += (size_t)n;
	close(fd);
	if (n < 0 || size == sizeof(data))
		return false;
	run_with_variations(data, size, first, every);
	return true;
}

/* 1 when nothing else was asked for. */
static size_t
varied_every(void)
{
	const char *asked = getenv("AUTHCODE_REPLAY_EVERY");
	unsigned long every = asked != NULL ? strtoul(asked, NULL, 10) : 1;

	return every > 0 ? every : 1;
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *source = getenv("top_srcdir");
	const size_t every = varied_every();
	struct dirent **entries = NULL;
	char dir[2048], path[4096];
	bool ok = true;
	int count;

	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "lt-", 3) == 0)
		name += 3;
	if (argc > 1)
		(void)snprintf(dir, sizeof(dir), "%s", argv[1]);
	else
		(void)snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s",
			       source != NULL ? source : ".",
			       strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
	count = scandir(dir, &entries, visible, alphasort);
	if (count <= 0) {
		(void)printf("Bail out! %s: %s\n", dir, count < 0 ? strerror(errno) : "empty");
		return 1;
	}
	(void)printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		bool this_ok;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		this_ok = run_file(path, (size_t)i % every, every);
		ok = ok && this_ok;
		(void)printf("%s %d - %s\n", this_ok ? "ok" : "not ok", i + 1, entries[i]->d_name);
		(void)fflush(stdout);
		free(entries[i]);
	}
	free(entries);
	return ok ? 0 : 1;
}
