/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Everything the daemon has to report, one row each: its name, the words of its
 * line, how important it is, its MESSAGE_ID, which fields come with it, and what
 * it means to an administrator. Lines, the catalog of the journal, doc/log.md
 * and authcodectl explain are made of the rows or checked against them.
 *
 * Names, words and ids are an interface: they are added, never changed.
 */
#ifndef AC_SERVER_EVENT_H
#define AC_SERVER_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum ac_log_level {
	AC_LOG_ERROR = 3,
	AC_LOG_WARNING = 4,
	AC_LOG_NOTICE = 5,
	AC_LOG_INFO = 6,
	AC_LOG_DEBUG = 7,
};

enum ac_event {
	AC_EVENT_READY,
	AC_EVENT_START_REFUSED,
	AC_EVENT_STOPPING,
	AC_EVENT_CONFIG_LOADED,
	AC_EVENT_CONFIG_RELOADED,
	AC_EVENT_CONFIG_REFUSED,
	AC_EVENT_AUDIT_HEAD,
	AC_EVENT_SCHEMA_UPGRADED,
	AC_EVENT_CLOCK_JUMPED,
	AC_EVENT_REQUEST,
	AC_EVENT_REQUEST_BROKEN_OFF,
	AC_EVENT_REQUEST_REFUSED,
	AC_EVENT_AUTHORIZATION_REFUSED,
	AC_EVENT_SIGN_IN_BEGUN,
	AC_EVENT_LOGIN_SUCCEEDED,
	AC_EVENT_LOGIN_FAILED,
	AC_EVENT_USER_CODE_REFUSED,
	AC_EVENT_CODE_ISSUED,
	AC_EVENT_CODE_REUSED,
	AC_EVENT_TOKEN_ISSUED,
	AC_EVENT_TOKEN_REFRESHED,
	AC_EVENT_REFRESH_REUSED,
	AC_EVENT_CLIENT_TOKEN_ISSUED,
	AC_EVENT_TOKENS_REVOKED,
	AC_EVENT_TOKEN_REVOKED,
	AC_EVENT_SESSION_ENDED,
	AC_EVENT_DEVICE_STARTED,
	AC_EVENT_DEVICE_ALLOWED,
	AC_EVENT_DEVICE_DENIED,
	AC_EVENT_DEVICE_TOKEN_ISSUED,
	AC_EVENT_DEVICE_REUSED,
	AC_EVENT_CLIENT_ADDED,
	AC_EVENT_CLIENT_CHANGED,
	AC_EVENT_CLIENT_REMOVED,
	AC_EVENT_CONSENT_WITHDRAWN,
	AC_EVENT_CLIENT_SECRET_ROTATED,
	AC_EVENT_CLIENT_ENABLED,
	AC_EVENT_CLIENT_DISABLED,
	AC_EVENT_CLIENT_HIDDEN,
	AC_EVENT_CLIENT_REFUSED,
	AC_EVENT_SUBJECT_RELINKED,
	AC_EVENT_PERSON_REVOKED,
	AC_EVENT_PERSON_ERASED,
	AC_EVENT_ACCOUNT_GONE,
	AC_EVENT_ACCOUNT_NOT_RETIRED,
	AC_EVENT_ACCOUNTS_MISSING,
	AC_EVENT_ACCOUNTS_UNREACHABLE,
	AC_EVENT_ACCOUNTS_REACHABLE,
	AC_EVENT_CHECK_HELPER_MISSING,
	AC_EVENT_CLAIMS_IGNORED,
	AC_EVENT_SIGNING_KEY_CREATED,
	AC_EVENT_SIGNING_KEY_IN_USE,
	AC_EVENT_SIGNING_KEY_FORGOTTEN,
	AC_EVENT_SIGNING_KEYS_ROTATED,
	AC_EVENT_SIGNING_KEYS_NOT_ROTATED,
	AC_EVENT_SIGNING_KEY_WITHDRAWN,
	AC_EVENT_SIGNING_KEY_NOT_WITHDRAWN,
	AC_EVENT_MASTER_KEY_ROTATED,
	AC_EVENT_MASTER_KEY_NOT_ROTATED,
	AC_EVENT_CLIENT_KEYS_NOT_FETCHED,
	AC_EVENT_LOGOUT_TOLD,
	AC_EVENT_LOGOUT_NOT_TOLD,
	AC_EVENT_LOGOUT_GIVEN_UP,
	AC_EVENT_LOGOUT_NOT_RECORDED,
	AC_EVENT_LOGOUTS_NOT_READ,
	AC_EVENT_NOTHING_STORED,
	AC_EVENT_STORED_AGAIN,
	AC_EVENT_COUNT,
};

/* What a line can say. A NULL member is left out; nothing secret is ever one: no
 * password, code, token, cookie, claim or text of a PAM module, and a user name only
 * when it is proved to be one. */
struct ac_event_fields {
	const char *rhost; /* address of the browser or client, verified */
	const char *reason;
	const char *client;
	const char *user;
	const char *user_mac; /* of a name that nobody has proved */
	const char *uid;
	const char *admin_uid; /* who asked for it by the socket of administration */
	const char *old;
	const char *sub; /* of a person who is not to be named */
	const char *service;
	const char *prompts;
	const char *session;
	const char *alg;
	const char *kid;
	const char *at_once;
	const char *count;
	const char *effect;
	const char *advice;
	const char *issuer;
	const char *file;
	const char *hash;
	const char *head; /* of the chain of audit records: number and MAC */
	const char *old_schema;
	const char *schema;
	const char *by_ms;
	const char *socket;
	const char *source;
	const char *url;
	const char *outcome;
	const char *error;
	const char *operation;
	const char *check;
	const char *method;
	const char *path;
	const char *status;
	const char *ms;
	const char *why;
	const char *begun; /* txn of the request that has begun the sign-in */
	const char *txn;   /* of the request; people read it off an error page */
};

/* In the order of the members, which is that of a line: rhost first, so that a filter
 * for it can be anchored in front of whatever a stranger can choose. */
struct ac_event_field {
	const char *name;    /* and AUTHCODE_NAME in the journal */
	bool bare;           /* written without quotes when it is a word */
	const char *meaning; /* for people */
};

/* The bit of a member in a row. */
#define AC_EVENT_FIELD(member)                                                                     \
	(UINT64_C(1) << (offsetof(struct ac_event_fields, member) / sizeof(const char *)))

struct ac_event_row {
	const char *name;
	const char *words;
	enum ac_log_level level;
	const char *id;     /* MESSAGE_ID: 128 bits in hexadecimal */
	const char *result; /* "done", "refused", "failed" or NULL: it is no decision */
	uint64_t fields;    /* bit i: field i of the table may come with it */
	const char *means;  /* one sentence */
	const char *act;    /* what to do about it; NULL: nothing */
};

/* NULL past the end. */
const struct ac_event_row *ac_event_row(enum ac_event event);
const struct ac_event_field *ac_event_field_at(size_t i);

/* AC_EVENT_COUNT: there is no such event. */
enum ac_event ac_event_from_name(const char *name);

/* The value of field i, NULL when it is absent or does not belong to the row. */
const char *ac_event_value(const struct ac_event_row *row, const struct ac_event_fields *fields,
			   size_t i);

/* What a reason means: the words after reason=. */
struct ac_reason_row {
	const char *word;
	const char *means;
	const char *act;
};
const struct ac_reason_row *ac_reason_at(size_t i); /* NULL past the end */
const struct ac_reason_row *ac_reason_find(const char *word);

#endif
