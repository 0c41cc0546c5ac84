/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A client as administrators are shown it. No secret, and no hash of one.
 */
#ifndef AC_SERVER_CLIENT_JSON_H
#define AC_SERVER_CLIENT_JSON_H

#include <jansson.h>

#include <authcode/store.h>

#include "server/client_words.h"
#include "server/config_stored.h"

struct ac_client_view {
	const char *id;
	const struct ac_words *words;
	const char *file; /* NULL: it is of the database */
	unsigned line;
	const struct authcode_stored_client *row; /* NULL: it is of a file */
	enum ac_stored_state state;
	const char *why; /* it is not used; or NULL */
};

/* With all its options, or with what a list has room for. NULL: out of memory. */
json_t *ac_client_json(const struct ac_client_view *view, bool whole);

/* The presets, for whoever wants to choose. NULL: out of memory. */
json_t *ac_client_presets_json(void);

#endif
