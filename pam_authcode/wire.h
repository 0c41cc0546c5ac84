/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The frames between authcoded (unprivileged) and authcode-login (root).
 *
 * One SOCK_SEQPACKET message is one frame: type byte, then the fields of its
 * row in wire.c in that order, each a big-endian integer or a 16-bit length and
 * that many bytes. A byte too few or too many, a text past its maximum, bad
 * UTF-8 or a control character where the row forbids it is an error, and an
 * error ends the process that sees it. Even types go to the helper, odd ones
 * come back.
 *
 *   login, passwd   START → CANON → GO → ( PROMPT → ANSWER )* → RESULT
 *   check           ( CHECK → CHECKED | ASK → ABOUT )*
 *
 * CANON gives the name PAM really uses, so that the daemon takes its lock per
 * account before any module works; GO lets the helper begin.
 */
#ifndef AC_PAM_WIRE_H
#define AC_PAM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/error.h>

#include "base/attr.h"
#include "base/limits.h"

enum ac_wire_type {
	AC_WIRE_START = 2,
	AC_WIRE_CANON = 3,
	AC_WIRE_GO = 4,
	AC_WIRE_PROMPT = 5,
	AC_WIRE_ANSWER = 6,
	AC_WIRE_RESULT = 7,
	AC_WIRE_CHECK = 8,
	AC_WIRE_CHECKED = 9,
	AC_WIRE_ASK = 10,
	AC_WIRE_ABOUT = 11,
};

#define AC_WIRE_LAST AC_WIRE_ABOUT

/* 0 is refusal: success is the exception one line assigns. */
enum ac_verdict {
	AC_VERDICT_DENIED = 0, /* wrong answer, unknown or locked account: one verdict */
	AC_VERDICT_OK = 1,
	AC_VERDICT_UNAVAILABLE = 2, /* the stack could not decide (directory down, bad service) */
	AC_VERDICT_CHANGE_DUE = 3,  /* password change required first */
	AC_VERDICT_EXPIRED = 4,     /* check only: shadow says that the account has expired */
	AC_VERDICT_GONE = 5,        /* check only: no such account, or another uid */
	AC_VERDICT_LOCKED = 6,      /* check only: '!' stands in front of the hash in shadow */
	AC_VERDICT_COUNT,
};

enum ac_message_style {
	AC_MESSAGE_INFO = 1,
	AC_MESSAGE_ERROR = 2,
};

struct ac_wire_message {
	enum ac_message_style style;
	char text[AC_WIRE_MAX_TEXT + 1];
};

struct ac_wire_start {
	char service[AC_MAX_SERVICE + 1];
	char user[AC_MAX_USER_NAME + 1];
	char rhost[64];                      /* IP literal, or "" */
	char language[64];                   /* for LANGUAGE, [A-Za-z_:@.-], or "" */
	char ticket[AC_WIRE_TICKET_LEN + 1]; /* passwd: of the RESULT that asked for it; else "" */
};

struct ac_wire_canon {
	char user[AC_MAX_USER_NAME + 1];
};

struct ac_wire_prompt {
	bool echo;
	char text[AC_WIRE_MAX_TEXT + 1];
	uint16_t message_count; /* texts that came before this prompt */
	struct ac_wire_message messages[AC_WIRE_MAX_MESSAGES];
};

struct ac_wire_answer {
	uint16_t len;
	char text[AC_MAX_PASSWORD + 1]; /* wipe after use */
};

/* Who an account is, from NSS inside the helper. */
struct ac_wire_identity {
	char user[AC_MAX_USER_NAME + 1];
	uint32_t uid;
	char full_name[AC_MAX_FULL_NAME + 1];
	char home[1025];
	uint16_t groups_len;
	char groups[8193]; /* names joined by '\n' */
};

struct ac_wire_result {
	enum ac_verdict verdict;
	uint16_t message_count; /* texts after the last prompt; only with OK */
	struct ac_wire_message messages[AC_WIRE_MAX_MESSAGES];
	struct ac_wire_identity identity; /* OK only, else all zero */
	uint16_t environment_len;
	char environment[AC_WIRE_MAX_ENVIRONMENT + 1]; /* NAME=value joined by '\n'; OK only */
	char ticket[AC_WIRE_TICKET_LEN + 1]; /* CHANGE_DUE only: lets passwd begin, once */
};

struct ac_wire_check {
	char service[AC_MAX_SERVICE + 1];
	char user[AC_MAX_USER_NAME + 1];
	uint32_t uid; /* as bound to the subject */
	bool claims;  /* what else is known of the person is wanted */
};

struct ac_wire_checked {
	enum ac_verdict verdict;
	struct ac_wire_identity identity; /* OK only */
	uint16_t file_claims_len;         /* JSON texts as they were found, not parsed; OK only */
	char file_claims[AC_MAX_CLAIMS + 1];
	uint16_t command_claims_len;
	char command_claims[AC_MAX_CLAIMS + 1];
};

/* About a service that people sign in with. */
struct ac_wire_ask {
	char service[AC_MAX_SERVICE + 1];
};

struct ac_wire_about {
	bool usable;         /* on the list, with a file, and the policy allows it */
	uint32_t deny;       /* failures after which its pam_faillock locks; 0: none */
	uint32_t interval_s; /* within which it counts them */
	char reason[AC_WIRE_MAX_TEXT + 1]; /* why it is not usable: one sentence */
};

struct ac_wire_frame {
	enum ac_wire_type type; /* GO has no body */
	union {
		struct ac_wire_start start;
		struct ac_wire_canon canon;
		struct ac_wire_prompt prompt;
		struct ac_wire_answer answer;
		struct ac_wire_result result;
		struct ac_wire_check check;
		struct ac_wire_checked checked;
		struct ac_wire_ask ask;
		struct ac_wire_about about;
	} u;
};

/* Encodes into out; *ret_len bytes. ERR_USAGE when a field breaks its row. */
AC_MUST_USE enum authcode_err ac_wire_encode(const struct ac_wire_frame *frame, uint8_t *out,
					     size_t size, size_t *ret_len);

/* The whole of data must be one valid frame: ERR_SYNTAX otherwise. */
AC_MUST_USE enum authcode_err ac_wire_decode(const uint8_t *data, size_t len,
					     struct ac_wire_frame *ret);

/* "START" and so on for logs; "?" for others. */
const char *ac_wire_type_name(enum ac_wire_type type);

/* One frame through a socket. recv: ERR_NOT_FOUND at end of file, ERR_SYNTAX
 * for a bad, empty or truncated frame or one that carries descriptors, ERR_LIMIT
 * would block (non-blocking sockets), ERR_IO. Wipes its buffers. */
AC_MUST_USE enum authcode_err ac_wire_send(int fd, const struct ac_wire_frame *frame);
AC_MUST_USE enum authcode_err ac_wire_recv(int fd, struct ac_wire_frame *ret);

#endif
