/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The inside of the configuration: the options and where their values land.
 * An option exists when it has a row; parser, defaults, allowed values, --help
 * and the documentation checks all read the row.
 */
#ifndef AC_SERVER_CONFIG_OPTIONS_H
#define AC_SERVER_CONFIG_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include <authcode/store.h>

#include "server/client_words.h"
#include "server/config.h"

enum ac_option_kind {
	AC_OPTION_TEXT,     /* const char * */
	AC_OPTION_NUMBER,   /* uint32_t */
	AC_OPTION_DURATION, /* uint32_t, seconds */
	AC_OPTION_MILLIS,   /* uint32_t, a duration in milliseconds */
	AC_OPTION_FLAG,     /* bool */
	AC_OPTION_CHOICE,   /* an enum */
	AC_OPTION_LIST,     /* struct ac_texts */
	AC_OPTION_BITS,     /* unsigned, a list of choices */
};

struct ac_texts {
	const char *const *list;
	size_t count;
};

struct ac_choice {
	const char *word;
	unsigned value;
};

struct ac_option {
	struct ac_option_row row;
	enum ac_option_kind kind;
	size_t offset;                   /* in the settings of its section */
	uint32_t min, max;               /* NUMBER, DURATION, MILLIS */
	const struct ac_choice *choices; /* CHOICE, BITS: ends with a NULL word */
	bool (*check)(const char *text); /* TEXT, each item of a LIST */
	const char *allowed;             /* the end of the sentence "…; give …" */
};

#define AC_OPTION_COUNT_MAX 96 /* of one section */

/* Where an option was set. */
struct ac_place {
	const char *file;
	unsigned line; /* 0: not set, the default holds */
};

/* The line of what no file says: sentences about it name no place. */
#define AC_PLACE_NO_FILE UINT_MAX

/* Section "": config, and what only the rules need. */
struct ac_settings {
	struct ac_config config;
	struct ac_texts listen;
	struct ac_texts trusted_proxies;
	struct ac_texts env_claims;
	struct ac_texts env_amr;
	struct ac_texts signing_algorithms;
	struct ac_texts file_dirs;
	struct ac_place places[AC_OPTION_COUNT_MAX]; /* by ac_option_index() */
	const struct ac_settings *as_read;           /* before the rules, to be compared with */
};

/* Section "client". */
struct ac_client_settings {
	struct authcode_client client;
	struct ac_texts redirect_uris;
	struct ac_texts introspect_clients;
	struct ac_texts allow_users;
	struct ac_texts allow_groups;
	struct ac_texts group_claims;
	struct ac_texts resources;
	struct ac_texts allowed_origins;
	struct ac_texts post_logout_redirect_uris;
	const char *secret_file;
	const char *secret_sha256;
	const char *secret_expires_at;
	const char *previous_secret_sha256;
	const char *previous_secret_expires_at;
	const char *given_secret; /* of a client in the database that needs it itself, or NULL */
	const char *jwks_file;
	unsigned assertion_audience;
	struct authcode_arena *arena;   /* for what files hold */
	uid_t secret_owner, jwks_owner; /* 0 without the file */
	struct ac_place place;          /* of the block's opening line */
	size_t order;                   /* in which blocks were read */
	struct ac_words words;          /* what the block says */
	struct ac_place places[AC_OPTION_COUNT_MAX];
};

/* Section "service". */
struct ac_service_settings {
	struct ac_service service;
	struct ac_texts amr;
	struct ac_place place; /* of the block's opening line */
	struct ac_place places[AC_OPTION_COUNT_MAX];
};

/* Section "resource". */
struct ac_resource_settings {
	struct authcode_resource resource;
	struct ac_place place; /* of the block's opening line */
	struct ac_place places[AC_OPTION_COUNT_MAX];
};

/* Of all sections; NULL past the end, or when there is none. */
const struct ac_option *ac_option_at(size_t i);
const struct ac_option *ac_option_find(const char *section, const char *name, size_t len);

/* Its number in its section. */
size_t ac_option_index(const struct ac_option *option);

/* Sets every option of the section to its default. */
AC_MUST_USE bool ac_options_set_defaults(const char *section, void *target,
					 struct authcode_arena *arena);

/* Stores one value (item number index of a list) in target, copied into the
 * arena. ERR_SYNTAX: not an allowed value. */
AC_MUST_USE enum authcode_err ac_option_store(const struct ac_option *option, const char *value,
					      size_t index, void *target,
					      struct authcode_arena *arena);

/* Gives the options of section "" that need a restart the values they have in running,
 * copied into the arena, and appends the names of those that had others to names. */
AC_MUST_USE bool ac_options_keep(struct ac_settings *settings, const struct ac_settings *running,
				 struct authcode_arena *arena, char names[AC_CONFIG_KEPT]);

/* Another text at the end, copied. */
AC_MUST_USE enum authcode_err ac_texts_add(struct ac_texts *texts, const char *text,
					   struct authcode_arena *arena);

/* Writes "give …" for people. */
void ac_option_describe(const struct ac_option *option, char *out, size_t size);

/* Writes "file:line: …" or "file: …" unless something is already there; false
 * for the convenience of the caller. */
bool ac_config_refuse(struct authcode_reason *reason, const struct ac_place *place, const char *fmt,
		      ...) AC_PRINTF(3, 4);

#endif
