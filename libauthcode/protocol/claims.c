/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See claims.h. The texts come from the host's administrators, its directory or
 * the person: what is not of the type the standard gives a claim is left out,
 * and what speaks for the issuer or the protocol can never come from there. A
 * claim not held is left out, never null or empty (OIDC-Core §5.3.2).
 */
#include "protocol/claims.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "jose/json_text.h"
#include "protocol/asked_claims.h"
#include "protocol/scope.h"

#define MAX_TEXT (2 * AC_MAX_CLAIMS)
#define MAX_NAME 128

typedef json_t *pick_function(json_t *value);

/* Each: the value to be shown, a new reference; NULL: it is of another type. */
static json_t *
pick_text(json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 0 ? json_incref(value) : NULL;
}

static json_t *
pick_boolean(json_t *value)
{
	return json_is_boolean(value) ? json_incref(value) : NULL;
}

static json_t *
pick_number(json_t *value)
{
	return json_is_number(value) ? json_incref(value) : NULL;
}

/* OIDC-Core §5.1.1: all members are texts. */
static json_t *
pick_address(json_t *value)
{
	static const char *const members[] = { "formatted", "street_address", "locality",
					       "region",    "postal_code",    "country" };
	json_t *address = json_is_object(value) ? json_object() : NULL;

	for (size_t i = 0; address != NULL && i < AC_ARRAY_SIZE(members); i++) {
		json_t *text = pick_text(json_object_get(value, members[i]));

		if (text != NULL && json_object_set_new(address, members[i], text) != 0) {
			json_decref(address);
			address = NULL;
		}
	}
	if (address != NULL && json_object_size(address) > 0)
		return address;
	json_decref(address);
	return NULL;
}

/* OIDC-Core §5.4. */
static const struct claim {
	const char *name;
	const char *scope;
	pick_function *pick;
	const char *about; /* true only of the claim of that name from the same source */
} claims_table[] = {
	{ "name", "profile", pick_text, NULL },
	{ "family_name", "profile", pick_text, NULL },
	{ "given_name", "profile", pick_text, NULL },
	{ "middle_name", "profile", pick_text, NULL },
	{ "nickname", "profile", pick_text, NULL },
	{ "profile", "profile", pick_text, NULL },
	{ "picture", "profile", pick_text, NULL },
	{ "website", "profile", pick_text, NULL },
	{ "gender", "profile", pick_text, NULL },
	{ "birthdate", "profile", pick_text, NULL },
	{ "zoneinfo", "profile", pick_text, NULL },
	{ "locale", "profile", pick_text, NULL },
	{ "updated_at", "profile", pick_number, NULL },
	{ "email", "email", pick_text, NULL },
	{ "email_verified", "email", pick_boolean, "email" },
	{ "address", "address", pick_address, NULL },
	{ "phone_number", "phone", pick_text, NULL },
	{ "phone_number_verified", "phone", pick_boolean, "phone_number" },
};

/* Scope that releases what is in no table. */
#define CUSTOM_SCOPE "profile"

/* Said by the issuer or by the protocol (RFC 7519 §4.1, OIDC-Core §2 and §5.6.2,
 * RFC 7662 §2.2, RFC 8693 §4), never by a text of the host's. */
static const char *const reserved[] = {
	"iss",
	"sub",
	"aud",
	"exp",
	"nbf",
	"iat",
	"jti",
	"nonce",
	"auth_time",
	"acr",
	"amr",
	"azp",
	"at_hash",
	"c_hash",
	"s_hash",
	"sid",
	"sub_jwk",
	"sub_id",
	"cnf",
	"act",
	"may_act",
	"events",
	"txn",
	"active",
	"scope",
	"client_id",
	"username",
	"token_type",
	"authorization_details",
	"_claim_names",
	"_claim_sources",
	"preferred_username",
	"groups",
};

const char *
ac_claims_name(size_t i)
{
	return i < AC_ARRAY_SIZE(claims_table) ? claims_table[i].name : NULL;
}

static enum authcode_err
parse(const struct authcode_issuer *issuer, const char *text, json_t **ret)
{
	size_t len = strlen(text);
	json_error_t error;
	json_t *object;

	if (len == 0)
		return AUTHCODE_OK;
	if (len > MAX_TEXT || !ac_json_bounded(text, len)) {
		ac_issuer_debug(issuer, "claims: too long, too deep or too many members, left out");
		return AUTHCODE_OK;
	}
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL && json_error_code(&error) == json_error_out_of_memory)
		return AUTHCODE_ERR_MEMORY;
	if (!json_is_object(object)) {
		ac_issuer_debug(issuer, "claims: not a JSON object, left out");
		json_decref(object);
		return AUTHCODE_OK;
	}
	*ret = object;
	return AUTHCODE_OK;
}

enum authcode_err
ac_claims_parse(const struct authcode_issuer *issuer, const char *account, const char *sign_in,
		struct ac_claims *ret)
{
	enum authcode_err err;

	*ret = (struct ac_claims){ 0 };
	err = parse(issuer, account, &ret->from[AC_CLAIMS_ACCOUNT]);
	if (err == AUTHCODE_OK)
		err = parse(issuer, sign_in, &ret->from[AC_CLAIMS_SIGN_IN]);
	return err;
}

void
ac_claims_clear(struct ac_claims *claims)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims->from); i++)
		json_decref(claims->from[i]);
	*claims = (struct ac_claims){ 0 };
}

bool
ac_claims_wanted(const char *scope)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims_table); i++) {
		if (ac_scope_has(scope, claims_table[i].scope))
			return true;
	}
	return false;
}

static const struct claim *
claim_find(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims_table); i++) {
		if (strcmp(claims_table[i].name, name) == 0)
			return &claims_table[i];
	}
	return NULL;
}

const char *
ac_claims_scope(const char *name)
{
	/* Told from the account database (userinfo.c). */
	static const struct {
		const char *name, *scope;
	} accounts[] = {
		{ "preferred_username", "profile" },
		{ "groups", "groups" },
	};
	const struct claim *claim = claim_find(name);

	if (claim != NULL)
		return claim->scope;
	for (size_t i = 0; i < AC_ARRAY_SIZE(accounts); i++) {
		if (strcmp(accounts[i].name, name) == 0)
			return accounts[i].scope;
	}
	for (size_t i = 0; i < AC_ARRAY_SIZE(reserved); i++) {
		if (strcmp(reserved[i], name) == 0)
			return NULL;
	}
	return CUSTOM_SCOPE;
}

/* The first source that has it in the right type; a new reference or NULL. */
static json_t *
pick(const struct claim *claim, const struct ac_claims *claims, size_t *ret_source)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims->from); i++) {
		json_t *value = claim->pick(json_object_get(claims->from[i], claim->name));

		if (value != NULL) {
			*ret_source = i;
			return value;
		}
	}
	return NULL;
}

/* "Verified" is said of one address by one source: never of another's. */
static json_t *
pick_about(const struct claim *claim, const struct ac_claims *claims)
{
	size_t source = 0;
	json_t *about = pick(claim_find(claim->about), claims, &source);

	if (about == NULL)
		return NULL;
	json_decref(about);
	return claim->pick(json_object_get(claims->from[source], claim->name));
}

bool
ac_claims_released(const struct ac_claims_release *release, const char *scope, const char *name,
		   const json_t *value)
{
	if (ac_scope_has(release->scope, scope))
		return true;
	/* Naming a claim is no way around what the client is registered for. */
	return ac_scope_has(release->allowed, scope) &&
	       ac_asked_claims_fit(release->asked, name, value);
}

static bool
put_standard(json_t *object, const struct ac_claims_release *release,
	     const struct ac_claims *claims)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(claims_table); i++) {
		const struct claim *claim = &claims_table[i];
		size_t ignored;
		json_t *value;

		value = claim->about != NULL ? pick_about(claim, claims)
					     : pick(claim, claims, &ignored);
		if (value == NULL)
			continue;
		if (!ac_claims_released(release, claim->scope, claim->name, value))
			json_decref(value);
		else if (json_object_set_new(object, claim->name, value) != 0)
			return false;
	}
	return true;
}

static bool
custom(const char *name, json_t *value)
{
	size_t len = strlen(name);

	if (len == 0 || len > MAX_NAME || !ac_text_printable(name, len) || claim_find(name) != NULL)
		return false;
	for (size_t i = 0; i < AC_ARRAY_SIZE(reserved); i++) {
		if (strcmp(reserved[i], name) == 0)
			return false;
	}
	return !json_is_null(value) && !(json_is_string(value) && json_string_length(value) == 0);
}

static bool
put_custom(json_t *object, const struct ac_claims_release *release, const struct ac_claims *claims)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < AC_ARRAY_SIZE(claims->from); i++) {
		json_object_foreach(claims->from[i], name, value)
		{
			/* An earlier source has said it. */
			if (!custom(name, value) || json_object_get(object, name) != NULL ||
			    !ac_claims_released(release, CUSTOM_SCOPE, name, value))
				continue;
			if (json_object_set(object, name, value) != 0)
				return false;
		}
	}
	return true;
}

bool
ac_claims_put(json_t *object, const struct ac_claims_release *release,
	      const struct ac_claims *claims)
{
	return put_standard(object, release, claims) && put_custom(object, release, claims);
}

const char *
ac_claims_compact(const struct authcode_issuer *issuer, struct authcode_arena *arena,
		  const char *text)
{
	json_t *object = NULL;
	char *compact = NULL;
	size_t len;

	if (text != NULL && strlen(text) <= AC_MAX_CLAIMS) {
		if (parse(issuer, text, &object) != AUTHCODE_OK)
			return NULL;
	} else if (text != NULL) {
		ac_issuer_debug(issuer, "claims: too long, left out");
	}
	if (object == NULL)
		return "";
	len = json_dumpb(object, NULL, 0, JSON_COMPACT);
	if (len > 0)
		compact = authcode_arena_alloc(arena, len + 1);
	if (compact != NULL && json_dumpb(object, compact, len, JSON_COMPACT) != len)
		compact = NULL;
	json_decref(object);
	return compact;
}
