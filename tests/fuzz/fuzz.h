/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What fuzz targets share. A target is one function over any bytes; it checks
 * what must hold for all of them and ends the process when it does not.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fuzz_broken(__FILE__, __LINE__, #condition);                               \
	} while (0)

_Noreturn void fuzz_broken(const char *file, int line, const char *condition);

/* A terminated copy on the heap, so that reading past its end is noticed; the
 * caller frees it. */
char *fuzz_text(const void *data, size_t size);

/* Takes the next line off the input: its bytes without the newline. */
struct fuzz_input {
	const char *data;
	size_t size;
};
struct fuzz_input fuzz_line(struct fuzz_input *rest);

#endif
