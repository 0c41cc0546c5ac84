/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The configuration file, read once into plain structs. Every option is one row in the
 * config_options_….c of its section, from which parser, defaults, --help and the check of
 * authcode.conf(5) come.
 */
#ifndef AC_SERVER_CONFIG_H
#define AC_SERVER_CONFIG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/client.h>
#include <authcode/error.h>
#include <authcode/issuer.h>

#include "base/attr.h"
#include "server/config_hash.h"

enum ac_listen_kind {
	AC_LISTEN_TCP,  /* "127.0.0.1:8080", "[::1]:8080" */
	AC_LISTEN_UNIX, /* "unix:/run/authcode/http.sock" */
};

struct ac_listen {
	enum ac_listen_kind kind;
	const char *text; /* as written */
	bool tls;         /* tls_certificate_file is set and kind is TCP */
	bool admin;       /* serves the routes of administration, and no other */
	bool metrics;     /* serves /metrics and /health, and no other */
};

enum ac_first_prompt {
	AC_FIRST_PROMPT_PASSWORD, /* the first hidden question is answered from the sign-in page */
	AC_FIRST_PROMPT_ASK,      /* the page asks for the name alone */
};

struct ac_client_settings;

/* What signing in with a PAM service is declared to prove, and how it begins. */
struct ac_service {
	const char *name; /* of the PAM service */
	const char *acr;  /* or NULL */
	uint32_t level;   /* struct authcode_acr */
	const char *amr;  /* space-separated, or NULL */
	enum ac_first_prompt first_prompt;
};

#define AC_MAX_SERVICES 64
#define AC_CONFIG_MAX_RESOURCES 256

/* Sources whose e-mail addresses count as verified. */
#define AC_VERIFIED_TEMPLATE 1u
#define AC_VERIFIED_FILE 2u
#define AC_VERIFIED_COMMAND 4u

struct ac_config {
	const char *path;             /* the file it came from */
	const char *const *file_dirs; /* where it and the files it names lie */
	size_t file_dir_count;
	char hash[AC_CONFIG_HASH_LEN + 1]; /* of the files it came from */
	const char *issuer;                /* URL */
	const char *issuer_path;           /* its path without a closing slash, "" for none */
	bool issuer_is_dev;                /* http on a loopback host: development cookie names */
	const struct ac_listen *listens;
	size_t listen_count;
	const char *tls_certificate_file; /* or NULL */
	const char *tls_key_file;
	const char *const *trusted_proxies; /* addresses or prefixes */
	size_t trusted_proxy_count;
	const char *state_dir;
	const char *master_key_file; /* NULL: in state_dir */
	const char *login_socket;
	const char *admin_socket; /* or NULL */
	const char *admin_group;
	const char *passwd_socket;
	const char *check_socket;
	const char *fetch_socket;
	const char *pam_service; /* default service */
	const char *user;        /* whom to become when started as root */
	uint32_t threads;        /* 0: one per core, at most 8 */
	uint32_t max_connections;
	uint32_t max_connections_per_address;
	uint32_t max_sign_ins; /* conversations at once */
	uint32_t max_sign_ins_per_address;
	uint32_t failure_floor_ms;
	uint32_t stranger_guesses; /* failures per 15 minutes; 0: any number */
	uint32_t known_guesses;
	uint32_t address_guesses;
	uint32_t total_guesses;
	uint32_t token_guesses;
	uint32_t device_requests;
	uint32_t prompt_timeout_s;
	uint32_t sign_in_timeout_s;
	uint32_t account_cache_s;
	uint32_t account_grace_s;
	uint32_t account_sweep_s; /* 0: no sweep */
	uint32_t gone_after_s;
	bool lock_means_gone;
	const char *contact;           /* whom people ask, or NULL */
	const char *email;             /* template, or NULL */
	unsigned email_verified;       /* AC_VERIFIED_… */
	const char *const *env_claims; /* "NAME=claim" */
	size_t env_claim_count;
	const char *const *env_amr; /* names */
	size_t env_amr_count;
	const struct ac_service *services;
	size_t service_count;
	const struct authcode_resource *resources;
	size_t resource_count;
	const char *log_level;
	unsigned log_sink; /* enum ac_log_sink */
	unsigned audit;    /* 1: operations leave records */
	uint32_t audit_retention_s;
	uint32_t audit_address_retention_s; /* 0: as long as the record */
	const char *metrics_listen;         /* or NULL */
	struct authcode_lifetimes lifetimes;
	uint32_t refresh_retry_s;              /* 0: a lost answer stays lost */
	const char *const *signing_algorithms; /* JWS names, RS256 among them */
	size_t signing_algorithm_count;
	struct authcode_clients *clients; /* of the files alone */
	/* What they were made from, for those of the database beside them (config_stored.h). */
	struct ac_client_settings **file_clients;
	size_t file_client_count;
	struct authcode_arena *client_arena; /* the former live here, and */
	struct authcode_arena *arena;        /* all of the above here */
	atomic_uint references;
};

/* Reads path (and every file of clients.d beside it, in order of name). On
 * failure reason is one sentence with file and line. New: ac_config_free(). */
AC_MUST_USE enum authcode_err ac_config_load(const char *path, struct ac_config **ret,
					     struct authcode_reason *reason);
struct ac_config *ac_config_ref(struct ac_config *config);
/* Drops a reference. NULL-safe, sets NULL. */
void ac_config_free(struct ac_config **config);

/* Reads the file of running again, for a daemon that runs by it. What needs a restart
 * stays as it is in running; ret_kept tells which of that stands otherwise in the file:
 * names of options, ", " between them, "" none. A file that a start would refuse is
 * refused with the same sentence. */
#define AC_CONFIG_KEPT 1024
AC_MUST_USE enum authcode_err ac_config_reload(const struct ac_config *running,
					       struct ac_config **ret,
					       char ret_kept[AC_CONFIG_KEPT],
					       struct authcode_reason *reason);

/* The section of that PAM service; the one that proves acr; or NULL. */
const struct ac_service *ac_config_service(const struct ac_config *config, const char *name);
const struct ac_service *ac_config_service_of_acr(const struct ac_config *config, const char *acr);

/* The PAM service a sign-in is to use: the client's own where that one proves acr
 * (NULL or "": nothing was asked for), else the one that does, else the client's or
 * the default. */
const char *ac_config_sign_in_service(const struct ac_config *config,
				      const struct authcode_client *client, const char *acr);

/* The option table, for --help and the drift check: name, type, default, help. */
struct ac_option_row {
	const char *section; /* "", "client", "service" or "resource" */
	const char *name;
	const char *type;
	const char *fallback; /* default as written in a file; "" none */
	const char *help;
	bool reload; /* SIGHUP takes a new value over */
};
const struct ac_option_row *ac_config_option_at(size_t i); /* NULL past the end */

#endif
