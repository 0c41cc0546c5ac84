/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The configuration file, read once into plain structs. Every option is one
 * row of the table in config_options.c, from which parser, defaults, --help
 * and the check of authcode.conf(5) come.
 */
#ifndef AC_SERVER_CONFIG_H
#define AC_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <authcode/client.h>
#include <authcode/error.h>
#include <authcode/issuer.h>

#include "base/attr.h"

enum ac_listen_kind {
	AC_LISTEN_TCP,  /* "127.0.0.1:8080", "[::1]:8080" */
	AC_LISTEN_UNIX, /* "unix:/run/authcode/http.sock" */
};

struct ac_listen {
	enum ac_listen_kind kind;
	const char *text; /* as written */
	bool tls;         /* tls_certificate_file is set and kind is TCP */
	bool admin;       /* serves the routes of administration, and no other */
};

struct ac_config {
	const char *path;        /* the file it came from */
	const char *issuer;      /* URL */
	const char *issuer_path; /* its path without a closing slash, "" for none */
	bool issuer_is_dev;      /* http on a loopback host: development cookie names */
	const struct ac_listen *listens;
	size_t listen_count;
	const char *tls_certificate_file; /* or NULL */
	const char *tls_key_file;
	const char *const *trusted_proxies; /* addresses or prefixes */
	size_t trusted_proxy_count;
	const char *state_dir;
	const char *login_socket;
	const char *admin_socket; /* or NULL */
	const char *admin_group;
	const char *passwd_socket;
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
	uint32_t prompt_timeout_s;
	uint32_t sign_in_timeout_s;
	const char *log_level;
	struct authcode_lifetimes lifetimes;
	struct authcode_clients *clients;
	struct authcode_arena *arena; /* all of the above lives here */
};

/* Reads path (and every file of clients.d beside it, in order of name). On
 * failure reason is one sentence with file and line. New: ac_config_free(). */
AC_MUST_USE enum authcode_err ac_config_load(const char *path, struct ac_config **ret,
					     struct authcode_reason *reason);
void ac_config_free(struct ac_config **config);

/* The option table, for --help and the drift check: name, type, default, help. */
struct ac_option_row {
	const char *section; /* "" or "client" */
	const char *name;
	const char *type;
	const char *fallback; /* default as written in a file; "" none */
	const char *help;
};
const struct ac_option_row *ac_config_option_at(size_t i); /* NULL past the end */

#endif
