/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the http*.c files share, and nobody else sees.
 */
#ifndef AC_SERVER_HTTP_INTERNAL_H
#define AC_SERVER_HTTP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include <sys/types.h>

#include <microhttpd.h>

#include "server/address.h"
#include "server/config.h"
#include "server/gate.h"
#include "server/http.h"
#include "server/throttle.h"
#include "server/txn.h"

#define AC_HTTP_HEADER_MS 10000   /* first byte to end of the header */
#define AC_HTTP_REQUEST_MS 20000  /* first byte to end of the body; and the whole reply */
#define AC_HTTP_IDLE_MS 60000     /* kept alive without a byte, unless there are many */
#define AC_HTTP_OLD_TLS_MS 300000 /* kept alive after its certificate has been replaced */
#define AC_HTTP_MAX_DISCARD (1024 * 1024)
#define AC_HTTP_MAX_DAEMONS 8
#define AC_HTTP_MAX_REPLY_HEADERS 12

/* One accepted connection. Lives from accept() until the library closes it. */
struct ac_http_conn {
	int fd;
	bool from_proxy; /* the peer may speak for others (X-Forwarded-For) */
	bool admin;      /* came in by the socket of administration */
	bool metrics;    /* came in by metrics_listen */
	uid_t peer_uid;  /* admin: who connected, for the log */
	bool counted;    /* in the per-address count */
	bool adopted;    /* the library has it; guarded by the lock of the connections */
	struct ac_http_tls_set *tls; /* that serves it; NULL: plain */
	struct ac_address address;
	char peer[AC_ADDRESS_TEXT]; /* "" on a Unix socket */
	/* > 0: monotonic ms at which the connection is shut down; < 0: idle since
	 * that (negated) time; 0: a request is with its handler. */
	_Atomic int64_t clock;
	_Atomic uint64_t idle_bytes; /* received by the kernel when it became idle */
	struct ac_http *request;     /* under way; its HTTP thread only */
	struct ac_bucket bucket;     /* of address; the same */
};

struct ac_http_conns; /* the table of connections, http_conns.c */

AC_MUST_USE struct ac_http_conns *ac_http_conns_new(uint32_t max, uint32_t max_per_address);
void ac_http_conns_free(struct ac_http_conns **conns);

/* New connection in the table, or NULL: over a limit or out of memory. */
struct ac_http_conn *ac_http_conns_add(struct ac_http_conns *conns, int fd,
				       const struct ac_address *address, bool exempt);
/* The library has taken fd over; NULL when it is not ours. */
struct ac_http_conn *ac_http_conns_adopt(struct ac_http_conns *conns, int fd);
/* Before its descriptor is closed. */
void ac_http_conns_remove(struct ac_http_conns *conns, struct ac_http_conn *conn);
/* Shuts down what is past its time, and of too many idle ones the longest idle; with
 * idle_too, everything idle. How many are shut down: the library takes a moment to let
 * go of them. */
size_t ac_http_conns_sweep(struct ac_http_conns *conns, bool idle_too);
AC_MUST_USE bool ac_http_conns_full(struct ac_http_conns *conns);
/* Have so many come since the last sweep that the next is due? */
AC_MUST_USE bool ac_http_conns_crowded(struct ac_http_conns *conns);
size_t ac_http_conns_count(struct ac_http_conns *conns);
/* How many there can ever be; other limits, within that. */
size_t ac_http_conns_room(const struct ac_http_conns *conns);
void ac_http_conns_limit(struct ac_http_conns *conns, uint32_t max, uint32_t max_per_address);

/* Is its certificate so old that it is to end with its next reply? */
AC_MUST_USE bool ac_http_conn_outdated(const struct ac_http_conn *conn);

/* The clock of a connection, step by step. */
void ac_http_clock_request_line(struct ac_http_conn *conn);
void ac_http_clock_body(struct ac_http_conn *conn);
void ac_http_clock_stop(struct ac_http_conn *conn);
void ac_http_clock_reply(struct ac_http_conn *conn);
void ac_http_clock_idle(struct ac_http_conn *conn);

struct ac_http_listener {
	int fd;
	bool passed;                    /* by the service manager, whose socket it stays */
	const struct ac_listen *listen; /* borrowed from the configuration */
};

/* Certificate and key as text, to be cleared; and what tells whether they changed. */
struct ac_http_pem {
	char *certificate; /* NULL: no TLS */
	char *key;
	struct ac_http_stamp {
		dev_t device;
		ino_t inode;
		off_t size;
		struct timespec modified, changed;
	} stamps[2];
};

/* The daemons of one certificate. A newer one takes its place for new connections; it
 * goes when its last connection has gone. */
struct ac_http_tls_set {
	struct MHD_Daemon *daemons[AC_HTTP_MAX_DAEMONS];
	size_t count;
	struct ac_http_stamp stamps[2];
	_Atomic size_t connections;
	_Atomic int64_t retired_ms; /* monotonic; 0: it is the present one */
	struct ac_http_tls_set *next;
};

struct ac_http_service {
	struct ac_live *live; /* set by ac_http_run() */
	const struct ac_config *config;
	struct ac_gate_issuer issuer;
	struct ac_gate_issuer admin; /* what requests of administration are addressed to */
	struct ac_gate_issuer metrics;
	char metrics_url[AC_ADDRESS_TEXT + 16];
	bool hsts;
	struct ac_prefix *trusted;
	size_t trusted_count;
	bool trust_unix;
	struct ac_http_listener *listeners;
	size_t listener_count;
	struct pollfd *polls; /* accept thread only: the stop event, then the listeners */
	struct ac_http_conns *conns;
	struct ac_http_pem pem; /* between opening and running */
	struct MHD_Daemon *plain[AC_HTTP_MAX_DAEMONS];
	struct ac_http_tls_set *tls;                /* accept thread only, once that runs */
	struct ac_http_tls_set *old_tls;            /* the same: with connections still */
	struct ac_http_stamp stamps[2];             /* main thread: of the newest set */
	_Atomic(struct ac_http_tls_set *) next_tls; /* the accept thread takes it */
	size_t daemon_count;                        /* of each set that is used */
	size_t next_daemon;                         /* accept thread only */
	int64_t swept_ms;                           /* the same; monotonic */
	int64_t room_by_ms;                         /* the same: 0, or it waits for a place */
	bool making_room;                           /* the same: connections are ending */
	pthread_t acceptor;
	bool accepting;
	int stop_fd;                /* eventfd */
	_Atomic uint32_t txn_count; /* of requests since some number, which nobody guesses */
	atomic_bool stopping;
	atomic_bool closed;          /* no handler begins any more */
	_Atomic size_t under_way;    /* requests between request line and end */
	_Atomic size_t with_handler; /* of these, begun and without a reply, or parked */
};

/* http_listen.c */
AC_MUST_USE bool ac_http_listen(struct ac_http_service *service, struct authcode_reason *reason);
void *ac_http_accept_loop(void *service);
/* Whoever connects from now on is refused; a service manager's sockets go on to
 * take connections, for who comes next. After the accept loop has ended. */
void ac_http_listen_close(struct ac_http_service *service);

/* http_service.c: a daemon of the library; pem NULL: a plain one. */
AC_MUST_USE struct MHD_Daemon *ac_http_daemon_new(struct ac_http_service *service,
						  const struct ac_http_pem *pem);

/* http_tls.c: certificate and key into memory, refused when others may read the key. */
AC_MUST_USE bool ac_http_pem_load(const struct ac_config *config, struct ac_http_pem *ret,
				  struct authcode_reason *reason);
void ac_http_pem_clear(struct ac_http_pem *pem);
char *ac_http_tls_priorities(void);

/* http_tls_set.c */
AC_MUST_USE struct ac_http_tls_set *ac_http_tls_set_new(struct ac_http_service *service,
							const struct ac_http_pem *pem,
							const struct ac_config *config,
							struct authcode_reason *reason);
/* No connection of it is under way in a handler. */
void ac_http_tls_set_free(struct ac_http_tls_set **set);
/* Accept thread: takes over what has been published, lets go of what is empty. */
void ac_http_tls_turn(struct ac_http_service *service);
void ac_http_tls_sweep(struct ac_http_service *service);

enum ac_http_phase {
	AC_HTTP_NEW = 0,
	AC_HTTP_READING,
	AC_HTTP_STARTED, /* the handler has been called */
	AC_HTTP_REPLIED,
};

/* Between a handler that waits and whoever resumes it. */
enum ac_http_wait {
	AC_HTTP_RUNNING = 0,
	AC_HTTP_PARKED,
	AC_HTTP_RESUMED,
};

struct ac_http_reply_header {
	char *name;
	char *value;
};

struct ac_http {
	struct ac_http_service *service;
	struct MHD_Connection *connection;
	struct ac_http_conn *conn;
	struct ac_app *app; /* pinned when it is first needed, to the end of the request */
	enum ac_http_phase phase;
	_Atomic int wait;  /* enum ac_http_wait */
	bool with_handler; /* counted in the service */
	int64_t began_us;
	int64_t txn_number;
	char txn[AC_TXN_LEN + 1];

	char method_name[16];
	const char *wire_target; /* where the library received it; for http_layout.c */
	char *path;              /* of the target, without query; for the log */
	char *below;             /* path below the issuer's, NULL outside of it */
	struct authcode_bytes query;
	size_t header_count;
	char *cookies; /* the Cookie value, cut into terminated pairs */
	size_t cookies_len;
	struct ac_buf authorization; /* every Authorization line, wiped after use */
	bool has_authorization;
	struct ac_buf body;
	size_t discarded;
	char peer[AC_ADDRESS_TEXT];

	bool too_long;   /* target is not kept */
	const char *why; /* of a refusal, for the log */

	bool answered;
	bool broken; /* a reply failed half-way: 500, whatever comes after */
	bool close;  /* Connection: close */
	enum ac_reply_kind kind;
	unsigned status;
	struct ac_http_body *reply; /* NULL: empty */
	size_t extra_count;

	void *state;
	void (*free_state)(void *state);

	/* From here on nothing is cleared when the request begins, since the counts above say
	 * what is there. */
	struct ac_gate_header headers[AC_GATE_MAX_HEADERS + 1];
	struct ac_http_reply_header extra[AC_HTTP_MAX_REPLY_HEADERS];
	char target[]; /* as sent; empty when it is too long */
};

/* http.c: what the library calls, with the service as first argument. */
void *ac_http_on_request_line(void *service, const char *uri, struct MHD_Connection *connection);
enum MHD_Result ac_http_on_request(void *service, struct MHD_Connection *connection,
				   const char *url, const char *method, const char *version,
				   const char *data, size_t *data_len, void **request);
void ac_http_on_done(void *service, struct MHD_Connection *connection, void **request,
		     enum MHD_RequestTerminationCode how);
void ac_http_on_connection(void *service, struct MHD_Connection *connection, void **context,
			   enum MHD_ConnectionNotificationCode code);

/* http_layout.c: did the library hide something of the header? */
AC_MUST_USE bool ac_http_layout_check(const struct ac_http *h, const char *method,
				      const char *version, struct ac_gate_refusal *ret);

/* http_reply.c */
AC_MUST_USE enum MHD_Result ac_http_queue(struct ac_http *h);
void ac_http_reply_clear(struct ac_http *h);

#endif
