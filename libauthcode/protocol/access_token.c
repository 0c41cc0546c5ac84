/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See access_token.h.
 */
#include "protocol/access_token.h"

#include <string.h>

#include "protocol/resource.h"
#include "protocol/scope.h"

/* RFC 9068 §2.1: the one algorithm that everybody knows. */
#define DEFAULT_ALG "RS256"

static bool
takes_jwt(const struct authcode_resource *row, const struct authcode_client *client)
{
	if (row->format == AUTHCODE_FORMAT_DEFAULT)
		return client->access_token_format == AUTHCODE_FORMAT_JWT;
	return row->format == AUTHCODE_FORMAT_JWT;
}

static const char *
alg_for(const struct authcode_resource *row, const struct authcode_client *client)
{
	if (row->access_token_alg != NULL)
		return row->access_token_alg;
	return client->access_token_alg != NULL ? client->access_token_alg : DEFAULT_ALG;
}

struct ac_access_form
ac_access_form(const struct authcode_issuer *issuer, const struct authcode_client *client,
	       const char *resource)
{
	const struct authcode_lifetimes *lifetimes = &issuer->lifetimes;
	struct ac_access_form form = { 0 };
	bool jwt = true;

	for (size_t i = 0; i < issuer->resource_count; i++) {
		const struct authcode_resource *row = &issuer->resources[i];
		const char *alg = alg_for(row, client);

		if (!ac_resource_has(issuer, resource, row->uri))
			continue;
		jwt = jwt && takes_jwt(row, client);
		if (form.alg != NULL && strcmp(form.alg, alg) != 0)
			alg = DEFAULT_ALG;
		form.alg = alg;
		if (row->access_token_ttl_s != 0 &&
		    (form.ttl_s == 0 || row->access_token_ttl_s < form.ttl_s))
			form.ttl_s = row->access_token_ttl_s;
	}
	if (!jwt)
		form.alg = NULL;
	if (form.ttl_s == 0)
		form.ttl_s = client->access_token_ttl_s;
	if (form.ttl_s == 0)
		form.ttl_s = form.alg != NULL ? lifetimes->access_token_jwt_s
					      : lifetimes->access_token_s;
	return form;
}
