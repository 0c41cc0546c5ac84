/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the issuer answers: the host turns it into HTTP without looking inside.
 * Every pointer is borrowed from the exchange and lives as long as it does.
 */
#ifndef AUTHCODE_RESPONSE_H
#define AUTHCODE_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include <authcode/client.h>
#include <authcode/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum authcode_response_kind {
	AUTHCODE_RESPONSE_PAGE = 0,  /* a local error page, never a redirect (RFC 6749 §4.1.2.1) */
	AUTHCODE_RESPONSE_JSON,      /* body, application/json */
	AUTHCODE_RESPONSE_EMPTY,     /* status and headers only */
	AUTHCODE_RESPONSE_REDIRECT,  /* 303 to location (RFC 9700 §4.12) */
	AUTHCODE_RESPONSE_SIGN_IN,   /* show the sign-in page of interaction */
	AUTHCODE_RESPONSE_CONSENT,   /* show the consent page of interaction */
	AUTHCODE_RESPONSE_ACCOUNTS,  /* ask which account is meant: decision=choose is the one of
				     * interaction, decision=another leads to a sign-in */
	AUTHCODE_RESPONSE_FORM_POST, /* a page that posts form_post to the client (Form Post
				      * Response Mode §2) */
	AUTHCODE_RESPONSE_REFUSED,   /* this person may not use the client: a page whose only way on
				     * is decision=deny, which tells the client access_denied */
	AUTHCODE_RESPONSE_LOGOUT,    /* ask whether to sign out: interaction, posted to
				     * AUTHCODE_ENDPOINT_LOGOUT_CONFIRM */
	AUTHCODE_RESPONSE_LOGGED_OUT,  /* nobody is signed in any more: a page that says so */
	AUTHCODE_RESPONSE_USER_CODE,   /* ask for the code that a device shows; with a refusal: the
				       * one just typed is none that waits */
	AUTHCODE_RESPONSE_DEVICE,      /* show the page on which a device is allowed or not */
	AUTHCODE_RESPONSE_DEVICE_DONE, /* it has been answered for */
	AUTHCODE_RESPONSE_JWT,         /* body, application/jwt (OIDC-Core §5.3.2) */
};

/* Why a sign-in page is shown again; sealed into the transaction, so that no
 * link can forge it. */
enum authcode_notice {
	AUTHCODE_NOTICE_NONE = 0,
	AUTHCODE_NOTICE_FAILED,  /* one uniform sentence for every failed attempt */
	AUTHCODE_NOTICE_EXPIRED, /* the page was older than its seal, or another browser's */
	AUTHCODE_NOTICE_BUSY,    /* too many attempts at this moment */
	AUTHCODE_NOTICE_COUNT,
};

/* What a page needs. Everything is plain text; the host escapes it. A member that a
 * page has no use for is NULL, its count 0. */
struct authcode_interaction {
	const char *transaction;              /* the sealed request: hidden field "txn" */
	const char *csrf;                     /* hidden field "csrf" */
	const struct authcode_client *client; /* logout: who asks for it, or NULL */
	const char *user_name;     /* who is signed in: consent, accounts, refused, logout, and a
				* sign-in that is to prove more or be newer; else NULL */
	const char *login_hint;    /* sign-in: whom the client expects, unproved; or NULL */
	const char *acr;           /* sign-in: what it is to prove; NULL: nothing was asked for */
	const char *const *scopes; /* requested scope values */
	size_t scope_count;
	const char *const *resources; /* names of the resource servers that are asked for */
	size_t resource_count;
	enum authcode_notice notice;
	int64_t attempt;       /* sign-in: the host's number of what the notice is about; 0: none */
	const char *user_code; /* of a device: the code it shows; USER_CODE: what to fill in,
				* or NULL; else NULL */
	bool allowed;          /* DEVICE_DONE: what the answer was */
};

struct authcode_form_field {
	const char *name, *value; /* plain text */
};

/* An answer for the client that no URL may hold. It may carry a code: the host keeps
 * it from caches, and posts it to action and nowhere else. */
struct authcode_form_post {
	const char *action;
	const char *origin; /* of action: nothing in it needs quoting in a CSP */
	const struct authcode_client *client;
	const struct authcode_form_field *fields;
	size_t field_count;
};

/* A protocol refusal as shown to people and logged. */
struct authcode_refusal {
	const char *error;       /* "invalid_request", a row of the error table */
	const char *description; /* printable ASCII without '"' and '\' (RFC 6749 §5.2) */
	const char *client_id;   /* whose request it was, proved or not; NULL: it named nobody */
	const char *check;       /* the row of the checks of /authorize that refused; or NULL */
};

struct authcode_response {
	enum authcode_response_kind kind;
	unsigned status;              /* HTTP status */
	const char *body;             /* JSON, JWT: terminated text, else NULL */
	size_t body_len;              /* bytes of body */
	const char *location;         /* REDIRECT: absolute URL, else NULL */
	const char *www_authenticate; /* header value, or NULL */
	const char *allow;            /* 405: header value, or NULL */
	const char *set_session;      /* new value of the session cookie; "" clears; NULL keeps */
	struct authcode_refusal refusal;                /* error is NULL when nothing was refused */
	const struct authcode_interaction *interaction; /* of the kinds that show one; else NULL */
	const struct authcode_form_post *form_post;     /* FORM_POST; else NULL */
};

#ifdef __cplusplus
}
#endif
#endif
