/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See <authcode/inspect.h>.
 */
#include "protocol/inspect.h"

#include <stdlib.h>
#include <string.h>

struct inspection {
	struct authcode_inspection shown;
	struct authcode_exchange *exchange; /* in whose arena the texts are */
};

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* Rows have no NULL, but not every kind has every text. */
static void
fill_gaps(struct authcode_inspection *shown)
{
	shown->client_id = or_empty(shown->client_id);
	shown->user_name = or_empty(shown->user_name);
	shown->sub = or_empty(shown->sub);
	shown->scope = or_empty(shown->scope);
	shown->resource = or_empty(shown->resource);
	shown->acr = or_empty(shown->acr);
}

enum authcode_err
authcode_inspect(struct authcode_issuer *issuer, const char *text, int64_t now_ms,
		 struct authcode_inspection **ret_inspection)
{
	struct inspection *whole;
	struct authcode_inspection *shown;
	enum authcode_err err;

	if (issuer == NULL || text == NULL || now_ms <= 0 || ret_inspection == NULL)
		return AUTHCODE_ERR_USAGE;
	whole = calloc(1, sizeof(*whole));
	if (whole == NULL)
		return AUTHCODE_ERR_MEMORY;
	shown = &whole->shown;
	err = ac_exchange_new(issuer, now_ms, &whole->exchange);
	if (err == AUTHCODE_OK)
		/* Nothing opaque of ours has a dot. */
		err = strchr(text, '.') != NULL ? ac_inspect_jwt(whole->exchange, text, shown)
						: ac_inspect_row(whole->exchange, text, shown);
	if (err != AUTHCODE_OK) {
		authcode_inspection_free(&shown);
		return err;
	}
	fill_gaps(shown);
	*ret_inspection = shown;
	return AUTHCODE_OK;
}

/* The inspection begins with what was shown of it. */
void
authcode_inspection_free(struct authcode_inspection **inspection)
{
	struct inspection *whole;

	if (inspection == NULL || *inspection == NULL)
		return;
	whole = (struct inspection *)(void *)*inspection;
	*inspection = NULL;
	authcode_exchange_free(&whole->exchange);
	free(whole);
}
