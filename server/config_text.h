/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The text of a configuration file, checked and cleaned before libconfuse
 * sees it. libconfuse 3.3 counts lines wrongly after comments, takes the last
 * of two settings in silence, accepts an unclosed block, expands ${VAR} from
 * the environment and drops characters it does not know; none of that reaches
 * it from here.
 */
#ifndef AC_SERVER_CONFIG_TEXT_H
#define AC_SERVER_CONFIG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/error.h>
#include <authcode/store.h>

#include "base/attr.h"

#define AC_CONFIG_MAX_FILE (16u * 1024 * 1024)

struct ac_config_text {
	const char *file; /* for messages; the caller's */
	char *data;       /* terminated, ends in a newline */
	size_t len;
	bool clients_only; /* settings outside blocks are refused, and other blocks */
	const struct ac_config_block {
		const char *section; /* "client" when its name is none */
		unsigned line;       /* where it begins */
	} * blocks;                  /* in order */
	size_t block_count;
};

/* Reads a regular file that only its owner may change. max bounds its size. */
AC_MUST_USE enum authcode_err ac_config_text_read(const char *path, size_t max,
						  struct authcode_arena *arena,
						  struct ac_config_text *ret,
						  struct authcode_reason *reason);

/* Where the block of that section with that number, from 0, begins; 0: none. */
AC_MUST_USE unsigned ac_config_text_block_line(const struct ac_config_text *text,
					       const char *section, size_t number);

/* Checks, and blanks comments in place. */
AC_MUST_USE enum authcode_err ac_config_text_prepare(struct ac_config_text *text,
						     struct authcode_arena *arena,
						     struct authcode_reason *reason);

/* Who may add a file to the directory may add a client: refused unless it is root's or
 * ours, and nobody else may write it. */
AC_MUST_USE bool ac_config_directory_check(const char *dir, struct authcode_reason *reason);

#endif
