/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the server can do, told to clients (RFC 8414 §2, OIDC-Disc §3) from the
 * tables that do it, in one document for both. Where leaving a member out means
 * something else than we do (RFC 8414 §2, OIDC-Disc §3), it is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <authcode/keys.h>

#include "jose/algorithm.h"
#include "jose/hmac_jws.h"
#include "protocol/claims.h"
#include "protocol/exchange.h"
#include "protocol/grant.h"
#include "protocol/json_member.h"
#include "protocol/response_mode.h"

/* One row per list that is no table elsewhere: a single value each. */
static const struct {
	const char *name, *value;
} single_values[] = {
	{ "response_types_supported", "code" },
	{ "code_challenge_methods_supported", "S256" }, /* RFC 8414 §2, RFC 7636 §4.3 */
};

static const struct {
	const char *name;
	bool value;
} flags[] = {
	{ "authorization_response_iss_parameter_supported", true }, /* RFC 9207 §3 */
	{ "claims_parameter_supported", true },
	{ "request_parameter_supported", false },
	{ "request_uri_parameter_supported", false },
};

static const struct {
	const char *name, *algs; /* algs: of assertions (RFC 8414 §2) */
	bool nobody;             /* a public client has a use for the endpoint */
} auth_methods[] = {
	{ "token_endpoint_auth_methods_supported",
	  "token_endpoint_auth_signing_alg_values_supported", true },
	{ "revocation_endpoint_auth_methods_supported",
	  "revocation_endpoint_auth_signing_alg_values_supported", true },
	{ "introspection_endpoint_auth_methods_supported",
	  "introspection_endpoint_auth_signing_alg_values_supported", false },
};

/* Claims that no claims text can hold: the issuer's own. */
static const char *const own_claims[] = { "sub",       "iss", "aud", "exp", "iat",
					  "auth_time", "acr", "amr", "sid", "preferred_username",
					  "groups" };

/* OIDC-Core §5.4 and our own; a client may be given others, which mean nothing here. */
static const char *const scopes[] = { "openid", "profile", "email", "address", "phone", "groups" };

static bool
append(json_t *list, const char *value)
{
	return json_array_append_new(list, json_string(value)) == 0;
}

static bool
put_url(json_t *object, const struct authcode_issuer *issuer, enum authcode_endpoint endpoint)
{
	const char *name = ac_endpoint_metadata(endpoint);

	return name == NULL || ac_json_put_take(object, name,
						json_sprintf("%s%s", issuer->url,
							     authcode_endpoint_path(endpoint)));
}

static bool
put_auth_methods(json_t *object, const char *name, bool nobody)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, name, list);

	for (int i = 0; ok && i < AUTHCODE_AUTH_COUNT; i++) {
		if (i != AUTHCODE_AUTH_NONE || nobody)
			ok = append(list, authcode_client_auth_name((enum authcode_client_auth)i));
	}
	return ok;
}

static bool
put_auth_algs(json_t *object, const char *name)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, name, list);

	for (int i = 0; ok && i < AC_ALG_COUNT; i++)
		ok = append(list, ac_alg((enum ac_alg_id)i)->name);
	return ok && append(list, AC_HS256_NAME);
}

static bool
put_grants(json_t *object)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, "grant_types_supported", list);

	for (size_t i = 0; ok && ac_grant_name(i) != NULL; i++)
		ok = append(list, ac_grant_name(i));
	return ok;
}

static bool
put_response_modes(json_t *object)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, "response_modes_supported", list);

	for (size_t i = 0; ok && ac_response_mode_name(i) != NULL; i++)
		ok = append(list, ac_response_mode_name(i));
	return ok;
}

static bool
put_claims(json_t *object)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, "claims_supported", list);

	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(own_claims); i++)
		ok = append(list, own_claims[i]);
	for (size_t i = 0; ok && ac_claims_name(i) != NULL; i++)
		ok = append(list, ac_claims_name(i));
	return ok;
}

static bool
put_scopes(json_t *object)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, "scopes_supported", list);

	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(scopes); i++)
		ok = append(list, scopes[i]);
	return ok;
}

/* What this server can do, not what its clients have registered (OIDC-Disc §3; MD-04): HS256 is
 * there whether or not a client has a secret that is long enough, since any confidential one may
 * register it. It is last: it is for those who ask for it. */
static bool
put_algorithms(json_t *object, const char *name, const struct authcode_issuer *issuer)
{
	json_t *list = json_array();
	bool ok = ac_json_put_take(object, name, list);

	for (unsigned id = 0; ok && id < AC_ALG_COUNT; id++) {
		if (issuer->signing & AC_ALG_BIT(id))
			ok = append(list, ac_alg((enum ac_alg_id)id)->name);
	}
	return ok && append(list, AC_HS256_NAME);
}

/* Where the keys are, what they sign, and of whom it tells (OIDC-Disc §3). */
static bool
put_openid(json_t *object, const struct authcode_issuer *issuer)
{
	return ac_json_put_take(object, "jwks_uri",
				json_sprintf("%s%s", issuer->url, AUTHCODE_JWKS_PATH)) &&
	       put_algorithms(object, "id_token_signing_alg_values_supported", issuer) &&
	       put_algorithms(object, "userinfo_signing_alg_values_supported", issuer) &&
	       ac_json_put_take(object, "subject_types_supported", /* OIDC-Core §8 */
				json_pack("[ss]", "public", "pairwise"));
}

/* No member at all when there is nothing to ask for. */
static bool
put_acrs(json_t *object, const struct ac_issuer_rules *rules)
{
	json_t *list;
	bool ok;

	if (rules->acr_count == 0)
		return true;
	list = json_array();
	ok = ac_json_put_take(object, "acr_values_supported", list);
	for (size_t i = 0; ok && i < rules->acr_count; i++)
		ok = append(list, rules->acrs[i].name);
	return ok;
}

/* OIDC Back-Channel Logout §2.1. Every logout token has a sid. */
static bool
put_backchannel_logout(json_t *object, const struct authcode_issuer *issuer)
{
	return ac_json_put_take(object, "backchannel_logout_supported",
				json_boolean(issuer->tell_logout)) &&
	       ac_json_put_take(object, "backchannel_logout_session_supported",
				json_boolean(issuer->tell_logout));
}

static bool
put_all(json_t *object, const struct authcode_issuer *issuer, const struct ac_issuer_rules *rules)
{
	bool ok = ac_json_put_text(object, "issuer", issuer->url);

	for (int i = 0; ok && i < AUTHCODE_ENDPOINT_COUNT; i++)
		ok = put_url(object, issuer, (enum authcode_endpoint)i);
	ok = ok && put_openid(object, issuer) && put_scopes(object);
	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(single_values); i++)
		ok = ac_json_put_take(object, single_values[i].name,
				      json_pack("[s]", single_values[i].value));
	ok = ok && put_response_modes(object) && put_grants(object);
	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(auth_methods); i++)
		ok = put_auth_methods(object, auth_methods[i].name, auth_methods[i].nobody) &&
		     put_auth_algs(object, auth_methods[i].algs);
	ok = ok && put_claims(object) && put_acrs(object, rules) &&
	     put_backchannel_logout(object, issuer);
	for (size_t i = 0; ok && i < AC_ARRAY_SIZE(flags); i++)
		ok = ac_json_put_take(object, flags[i].name, json_boolean(flags[i].value));
	return ok;
}

enum authcode_err
ac_metadata_render(const struct authcode_issuer *issuer, struct ac_issuer_rules *rules)
{
	json_t *object = json_object();

	if (object != NULL && put_all(object, issuer, rules))
		rules->metadata = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	return rules->metadata != NULL ? AUTHCODE_OK : AUTHCODE_ERR_MEMORY;
}
