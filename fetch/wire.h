/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What authcoded and authcode-fetch say to each other: one frame for each message
 * of a SOCK_SEQPACKET socket. Every frame begins with its kind, flags, the number
 * of the request, and the lengths of a text (the URL; in an answer, why there is
 * none) and of a body. A frame that is not exactly as long as it says, or of
 * another kind than may come, ends the connection.
 *
 *   kind     number  from           text  body
 *   GET      2       authcoded      URL   none
 *   POST     4       authcoded      URL   a form
 *   ANSWER   3       authcode-fetch why   what the server has sent
 *
 * Both ends are on one host: numbers are in its byte order.
 */
#ifndef AC_FETCH_WIRE_H
#define AC_FETCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

enum ac_fetch_kind {
	AC_FETCH_GET = 2,
	AC_FETCH_ANSWER = 3,
	AC_FETCH_POST = 4,
};

enum ac_fetch_outcome {
	AC_FETCH_FAILED = 0,  /* no connection, no TLS, no time, too much, no HTTP */
	AC_FETCH_ANSWERED,    /* status and body are the server's */
	AC_FETCH_REFUSED,     /* such a URL or address is not asked */
	AC_FETCH_BUSY,        /* too many at once */
	AC_FETCH_UNAVAILABLE, /* nobody is there to fetch it; never on the wire */
	AC_FETCH_OUTCOME_COUNT,
};

/* One lower-case phrase for a log line. */
const char *ac_fetch_outcome_words(enum ac_fetch_outcome outcome);

#define AC_FETCH_MAX_URL 2048
#define AC_FETCH_MAX_FORM 16384
#define AC_FETCH_MAX_BODY 65536 /* of an answer */
#define AC_FETCH_MAX_WHY 256
#define AC_FETCH_MAX_FRAME (64 + AC_FETCH_MAX_WHY + AC_FETCH_MAX_BODY)

#define AC_FETCH_ALLOW_PRIVATE 1u /* the URL is an administrator's: any address will do */

/* How long one may take, in milliseconds: the connection, all of it, and how long
 * authcoded waits for the answer. */
#define AC_FETCH_CONNECT_MS 2000
#define AC_FETCH_TOTAL_MS 5000
#define AC_FETCH_WAIT_MS 8000

struct ac_fetch_frame {
	enum ac_fetch_kind kind;
	uint32_t id;
	bool allow_private;            /* of a request */
	enum ac_fetch_outcome outcome; /* of an answer */
	unsigned status;               /* HTTP; ANSWERED only */
	const char *text;              /* terminated */
	const char *body;
	size_t body_len;
};

/* Appends the frame; false: it breaks a rule, or there is no memory. */
AC_MUST_USE bool ac_fetch_frame_format(const struct ac_fetch_frame *frame, struct ac_buf *out);

/* data has room for one byte more, which ends the text in place; frame borrows from
 * it. False: no such frame. */
AC_MUST_USE bool ac_fetch_frame_parse(char *data, size_t len, struct ac_fetch_frame *ret);

#endif
