/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The options of a resource block.
 */
#include "server/config_option_rows.h"

#include "server/config_values.h"

#define RESOURCE(field) offsetof(struct ac_resource_settings, field)

static const struct ac_option rows[] = {
	{ .row = { "resource", "name", "text", "", "the name people see; the URI when left out",
		   AT_RELOAD },
	  .kind = AC_OPTION_TEXT,
	  .offset = RESOURCE(resource.name),
	  .check = ac_value_label,
	  .allowed = "1 to 128 bytes of printable text" },
	{ .row = { "resource", "scope", "text", "",
		   "values that mean something to it; all when left out", AT_RELOAD },
	  .kind = AC_OPTION_TEXT,
	  .offset = RESOURCE(resource.scope),
	  .check = ac_value_scope,
	  .allowed = "scope values, separated by one space" },
	{ .row = { "resource", "access_token_format", "word", "",
		   "of access tokens for it; the client's when left out", AT_RELOAD },
	  .kind = AC_OPTION_CHOICE,
	  .offset = RESOURCE(resource.format),
	  .choices = ac_token_formats },
	{ .row = { "resource", "access_token_lifetime", "duration", "",
		   "access tokens for it; the client's when left out", AT_RELOAD },
	  .kind = AC_OPTION_DURATION,
	  .offset = RESOURCE(resource.access_token_ttl_s),
	  .min = 1,
	  .max = DAY },
	{ .row = { "resource", "access_token_signing_alg", "word", "",
		   "what signs JWTs for it; the client's when left out", AT_RELOAD },
	  .kind = AC_OPTION_TEXT,
	  .offset = RESOURCE(resource.access_token_alg),
	  .check = ac_value_signing_algorithm,
	  .allowed = "RS256, ES256, PS256 or EdDSA" },
};

AC_OPTION_TABLE(ac_resource_options, "resource");
