/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The registered claims of a JWT (RFC 7519 §4.1) as a pure function: what a
 * verified token claims, against what the caller expects at this moment.
 */
#ifndef AC_JOSE_JWT_H
#define AC_JOSE_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/attr.h"

/* Clocks differ: up to 10 s ahead must pass, over 60 s must not (CA-16). */
#define AC_JWT_AHEAD_S 60

enum ac_jwt_verdict {
	AC_JWT_NO_CLAIMS = 0, /* no JSON object */
	AC_JWT_ISS,           /* absent, or another */
	AC_JWT_SUB,           /* absent though needed, another, or no text */
	AC_JWT_AUD,           /* absent though needed, others, or wrongly typed */
	AC_JWT_EXP,           /* absent though needed, or no whole number */
	AC_JWT_EXPIRED,
	AC_JWT_TOO_LONG, /* exp lies further ahead than max_life_s */
	AC_JWT_NBF,      /* no whole number */
	AC_JWT_NOT_YET,
	AC_JWT_IAT, /* absent though needed, or no whole number */
	AC_JWT_FROM_FUTURE,
	AC_JWT_JTI, /* absent though needed, empty, too long, or no text */
	AC_JWT_GOOD,
	AC_JWT_VERDICT_COUNT
};

/* One lower-case phrase for a log line. */
const char *ac_jwt_words(enum ac_jwt_verdict verdict);

#define AC_JWT_NEED_SUB (1u << 0)
#define AC_JWT_NEED_IAT (1u << 1)
#define AC_JWT_NEED_JTI (1u << 2)
#define AC_JWT_AUD_PLAIN (1u << 3)  /* aud is one string, no array (CA-14) */
#define AC_JWT_MAY_EXPIRE (1u << 4) /* exp may be over: an id_token_hint */

struct ac_jwt_expect {
	const char *iss; /* NULL: any or none */
	const char *sub; /* NULL: any; present only if NEED_SUB says so */
	/* One of them must be (in) aud; count 0: aud is not looked for. */
	const char *const *auds;
	size_t aud_count;
	unsigned flags;
	int64_t now_s;      /* not negative */
	int64_t ahead_s;    /* how far nbf and iat may lie ahead */
	int64_t late_s;     /* how long after exp it still counts */
	int64_t max_life_s; /* how far exp may lie ahead; 0: any */
};

/* A registered claim that is present must have its type even when nothing is
 * expected of it. */
AC_MUST_USE enum ac_jwt_verdict ac_jwt_check(const json_t *claims,
					     const struct ac_jwt_expect *expect);

#endif
