/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Clients of the database beside those of the files: one registry, checked by the same
 * rows and rules. Of one id the file's wins.
 */
#ifndef AC_SERVER_CONFIG_STORED_H
#define AC_SERVER_CONFIG_STORED_H

#include "server/client_words.h"
#include "server/config.h"

enum ac_stored_state {
	AC_STORED_USED = 0, /* it is in the registry */
	AC_STORED_HIDDEN,   /* a file has the id */
	AC_STORED_REFUSED,  /* it goes with this configuration no more */
};

struct ac_stored_client {
	const char *id;
	struct ac_words words;
	const char *secret; /* where it is needed itself, or NULL */
	bool removed;       /* kept to be told of logouts: in the registry, and disabled */
	const char *broken; /* why it cannot even be looked at; NULL: it can */
	/* Filled in. */
	enum ac_stored_state state;
	char why[512]; /* HIDDEN, REFUSED: one sentence */
};

/* New: the caller drops it with authcode_clients_unref(). One that is refused keeps
 * nobody else out. Thread-safe, since it changes nothing but stored. */
AC_MUST_USE enum authcode_err ac_config_merge_clients(const struct ac_config *config,
						      struct ac_stored_client *stored, size_t count,
						      struct authcode_clients **ret);

/* The place and the words of a client that a file has; false: none has. */
bool ac_config_file_client(const struct ac_config *config, const char *id, const char **ret_file,
			   unsigned *ret_line, const struct ac_words **ret_words);

/* Is the name that of an option of a client? list: can it be said more than once? */
bool ac_config_client_option(const char *name, bool *ret_list);

#endif
