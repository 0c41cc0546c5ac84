/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The metadata of the server (RFC 8414), from memory, to anybody.
 */
#ifndef AC_SERVER_METADATA_H
#define AC_SERVER_METADATA_H

#include <authcode/issuer.h>

#include "server/etag.h"
#include "server/http.h"

struct ac_metadata {
	char *text;
	char etag[AC_ETAG_LEN + 1];
};

/* Of this moment; to be cleared. */
AC_MUST_USE enum authcode_err ac_metadata_init(struct ac_metadata *metadata,
					       struct authcode_issuer *issuer);
void ac_metadata_clear(struct ac_metadata *metadata);

enum ac_step ac_metadata_start(struct ac_app *app, struct ac_http *h);

#endif
