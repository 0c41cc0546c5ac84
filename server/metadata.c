/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See metadata.h. Inline: it waits for nobody, and so is answered while every
 * stack of the host hangs.
 */
#include "server/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "server/app.h"

enum authcode_err
ac_metadata_init(struct ac_metadata *metadata, struct authcode_issuer *issuer)
{
	metadata->text = authcode_issuer_metadata(issuer);
	return metadata->text != NULL ? ac_etag_make(metadata->text, metadata->etag)
				      : AUTHCODE_ERR_MEMORY;
}

void
ac_metadata_clear(struct ac_metadata *metadata)
{
	free(metadata->text);
	metadata->text = NULL;
}

enum ac_step
ac_metadata_start(struct ac_app *app, struct ac_http *h)
{
	const struct ac_metadata *metadata = &app->metadata;

	if (ac_etag_matches(ac_http_header(h, "If-None-Match"), metadata->etag))
		ac_http_reply(h, AC_REPLY_PUBLIC, 304, NULL, 0);
	else
		ac_http_reply(h, AC_REPLY_PUBLIC, 200, metadata->text, strlen(metadata->text));
	ac_http_reply_header(h, "ETag", metadata->etag);
	return AC_STEP_REPLY;
}
