/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * JSON for administrators, written member by member into a buffer. Texts are escaped
 * here; what is no UTF-8 becomes '?', so that every answer can be read.
 */
#ifndef AC_SERVER_JSON_OUT_H
#define AC_SERVER_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct ac_json_out {
	struct ac_buf *buf;
	bool more; /* a comma is due before the next member */
};

/* '{' or '[' as the member name, or with NULL by itself; and its end. */
void ac_out_open(struct ac_json_out *out, const char *name, char bracket);
void ac_out_close(struct ac_json_out *out, char bracket);

/* name NULL: an element of an array. */
void ac_out_text(struct ac_json_out *out, const char *name, const char *text);
void ac_out_int(struct ac_json_out *out, const char *name, int64_t value);
void ac_out_bool(struct ac_json_out *out, const char *name, bool value);

/* The key of a row, as text: programs that read numbers as doubles lose its last digits.
 * Nothing for 0. */
void ac_out_key(struct ac_json_out *out, const char *name, int64_t key);
/* Unix milliseconds as seconds; nothing for 0. */
void ac_out_time(struct ac_json_out *out, const char *name, int64_t time_ms);
/* Nothing for "". */
void ac_out_optional(struct ac_json_out *out, const char *name, const char *text);
/* An array of the words of list, which separator is between. */
void ac_out_words(struct ac_json_out *out, const char *name, const char *list, char separator);

#endif
