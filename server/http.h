/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * HTTP as the rest of the server sees it. http.c is the only file that knows
 * libmicrohttpd; a handler gets one complete request and fills one reply, at
 * once or after having been suspended and resumed.
 */
#ifndef AC_SERVER_HTTP_H
#define AC_SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/request.h>

#include "base/attr.h"
#include "base/buf.h"

struct ac_http;         /* one request with its reply */
struct ac_http_service; /* the running HTTP side */
struct ac_config;
struct ac_app;
struct ac_live;

/* --- the request: borrowed, complete and already past the gate ---------- */

enum authcode_method ac_http_method(const struct ac_http *h); /* HEAD counts as GET */
const char *ac_http_method_name(const struct ac_http *h);
const char *
ac_http_path(const struct ac_http *h); /* below the issuer's path, undecoded, no query */
struct authcode_bytes ac_http_query(const struct ac_http *h);
struct authcode_bytes ac_http_body(const struct ac_http *h);
/* A header that occurs at most once, NULL when absent. */
const char *ac_http_header(const struct ac_http *h, const char *name);
/* The Authorization header, NULL when absent. Of two lines both, as a list that no
 * scheme accepts. */
const char *ac_http_authorization(const struct ac_http *h);
/* The first cookie of that name, NULL when absent. */
const char *ac_http_cookie(const struct ac_http *h, const char *name);
const char *
ac_http_peer(const struct ac_http *h); /* verified client address, "" on a Unix socket */

struct ac_bucket;
/* Where the bucket of that address is kept from one request of a connection to the next, at
 * first all zero. NULL: each request has an address of its own, which a proxy tells. */
struct ac_bucket *ac_http_kept_bucket(struct ac_http *h);

/* The number of the request (txn.h), and as people read it. */
int64_t ac_http_txn_number(const struct ac_http *h);
const char *ac_http_txn(const struct ac_http *h);

/* What the host part of an administrator's request says: the socket has no name. */
#define AC_HTTP_ADMIN_URL "http://localhost"
/* Did the request come by the socket of administration, and whose is it then? The
 * mode of the socket has decided that it may. */
bool ac_http_is_admin(const struct ac_http *h);
/* Did it come by metrics_listen? */
bool ac_http_is_metrics(const struct ac_http *h);
unsigned ac_http_admin_uid(const struct ac_http *h);

/* --- the reply ----------------------------------------------------------- */

enum ac_reply_kind {
	AC_REPLY_PAGE,     /* HTML: all headers of a page */
	AC_REPLY_JSON,     /* no-store JSON */
	AC_REPLY_REDIRECT, /* 303 */
	AC_REPLY_EMPTY,
	AC_REPLY_ASSET,  /* cacheable file of our own */
	AC_REPLY_PUBLIC, /* cacheable JSON for programs and pages of everybody */
	AC_REPLY_JWT,    /* as AC_REPLY_JSON, signed */
	AC_REPLY_TEXT,   /* plain text for programs, in the format of Prometheus */
};

/* Sets kind, status and body (copied; may be NULL). The headers that the kind
 * always carries come from one table in http.c. */
void ac_http_reply(struct ac_http *h, enum ac_reply_kind kind, unsigned status, const char *body,
		   size_t len);
/* Copies; repeated calls add headers. */
void ac_http_reply_header(struct ac_http *h, const char *name, const char *value);

/* --- two-step handlers --------------------------------------------------- */

enum ac_step {
	AC_STEP_REPLY, /* the reply is set */
	AC_STEP_WAIT,  /* suspended: somebody calls ac_http_resume() exactly once */
};

struct ac_handler {
	enum ac_step (*start)(struct ac_app *app, struct ac_http *h);
	/* After resume, on an HTTP thread; may wait again. */
	enum ac_step (*resumed)(struct ac_app *app, struct ac_http *h);
};

/* Data of the handler for this request; free_state runs when the request ends,
 * however it ends (a client that goes away is noticed only after resume). */
void ac_http_set_state(struct ac_http *h, void *state, void (*free_state)(void *state));
void *ac_http_state(const struct ac_http *h);

/* How many connections are open now. */
size_t ac_http_open_connections(const struct ac_http *h);

/* From any thread. */
void ac_http_resume(struct ac_http *h);

/* --- the service --------------------------------------------------------- */

/* Opens the listeners of the configuration and reads certificate and key: what
 * may need rights that are dropped next. On failure reason is one sentence.
 * New: ac_http_stop(). */
AC_MUST_USE bool ac_http_open(const struct ac_config *config, struct ac_http_service **ret,
			      struct authcode_reason *reason);
/* Begins to answer; live has a generation, and must outlive the service. */
AC_MUST_USE bool ac_http_run(struct ac_http_service *service, struct ac_live *live,
			     struct authcode_reason *reason);
/* Certificate and key of a configuration that is to be taken over while the service
 * runs. *ret stays NULL when there is nothing new in their files. False: one sentence in
 * reason. Of one thread at a time. New: to be given to ac_http_use() or
 * ac_http_tls_set_free(). */
struct ac_http_tls_set;
AC_MUST_USE bool ac_http_renew_tls(struct ac_http_service *service, const struct ac_config *config,
				   struct ac_http_tls_set **ret, struct authcode_reason *reason);
void ac_http_tls_set_free(struct ac_http_tls_set **set);
/* From now on new connections are met with this certificate (NULL: the one there is)
 * and the limits of config; those that are open stay. */
void ac_http_use_take(struct ac_http_service *service, const struct ac_config *config,
		      struct ac_http_tls_set *set);

/* Do certificate and key, if there are any, belong together? For a check without a
 * service. False: one sentence in reason. */
AC_MUST_USE bool ac_http_check_tls(const struct ac_config *config, struct authcode_reason *reason);

/* No connection is accepted any more; what was, goes on. NULL-safe. */
void ac_http_close_door(struct ac_http_service *service);
/* Closes the door, lets requests under way finish for up to grace_s, frees.
 * False: some are still suspended, so nothing was freed and what handlers use
 * must stay; the process can only exit. NULL-safe, sets NULL. */
bool ac_http_stop(struct ac_http_service **service, unsigned grace_s);

#endif
