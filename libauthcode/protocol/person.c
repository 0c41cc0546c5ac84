/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See person.h. OIDC-Core §5.4 and §5.5: scope releases claims, and so does
 * asking for one by name, as far as the client is registered for a scope that
 * would release it. What the account database itself holds is put here, the
 * rest is claims.c's. sub is what this client knows the person by.
 */
#include "protocol/person.h"

#include "protocol/access.h"
#include "protocol/asked_claims.h"
#include "protocol/claims.h"
#include "protocol/json_member.h"
#include "protocol/subject.h"

/* Each: a new value, or NULL with *ret_failed as it was when there is none. */
typedef json_t *own_function(const struct authcode_exchange *x, const struct ac_person *person,
			     bool *ret_failed);

static json_t *
text_value(const char *text, bool *ret_failed)
{
	json_t *value;

	if (*text == '\0')
		return NULL;
	value = json_string(text);
	*ret_failed = *ret_failed || value == NULL;
	return value;
}

static json_t *
user_name(const struct authcode_exchange *x, const struct ac_person *person, bool *ret_failed)
{
	(void)x;
	return text_value(person->subject->user_name, ret_failed);
}

static json_t *
full_name(const struct authcode_exchange *x, const struct ac_person *person, bool *ret_failed)
{
	(void)person;
	return text_value(x->account.full_name, ret_failed);
}

static json_t *
groups(const struct authcode_exchange *x, const struct ac_person *person, bool *ret_failed)
{
	json_t *list = ac_access_groups(person->client, x->account.groups);

	if (list == NULL) {
		*ret_failed = true;
		return NULL;
	}
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

/* Claims that the account database itself holds. gecos has a name when nothing
 * better is known. */
static const struct own {
	const char *name;
	const char *scope;
	own_function *value;
} owns[] = {
	{ "preferred_username", "profile", user_name },
	{ "name", "profile", full_name },
	{ "groups", "groups", groups },
};

static bool
put_own(const struct authcode_exchange *x, const struct ac_person *person,
	const struct ac_claims_release *release, json_t *object)
{
	bool failed = false;

	for (size_t i = 0; !failed && i < AC_ARRAY_SIZE(owns); i++) {
		json_t *value = NULL;

		if (json_object_get(object, owns[i].name) == NULL)
			value = owns[i].value(x, person, &failed);
		if (value == NULL)
			continue;
		if (ac_claims_released(release, owns[i].scope, owns[i].name, value))
			failed = !ac_json_put_take(object, owns[i].name, value);
		else
			json_decref(value);
	}
	return !failed;
}

static enum authcode_err
put_claims(struct authcode_exchange *x, const struct ac_person *person,
	   const struct ac_claims_release *release, json_t *object)
{
	struct ac_claims claims;
	enum authcode_err err =
		ac_claims_parse(x->issuer, x->account.claims, person->sign_in_claims, &claims);

	if (err == AUTHCODE_OK &&
	    (!ac_claims_put(object, release, &claims) || !put_own(x, person, release, object)))
		err = AUTHCODE_ERR_MEMORY;
	ac_claims_clear(&claims);
	return err;
}

enum authcode_err
ac_person_put(struct authcode_exchange *x, const struct ac_person *person, json_t *object)
{
	struct ac_claims_release release = { .scope = person->scope,
					     .allowed = person->client->scope };
	const char *sub;
	json_t *asked = NULL;
	enum authcode_err err =
		ac_subject_sub(x->issuer, person->client, person->subject->sub, x->arena, &sub);

	if (err == AUTHCODE_OK && !ac_json_put_text(object, "sub", sub))
		err = AUTHCODE_ERR_MEMORY;
	if (err == AUTHCODE_OK)
		err = ac_asked_claims_parse(person->claims_request, person->where, &asked);
	release.asked = asked;
	if (err == AUTHCODE_OK && (*person->scope != '\0' || asked != NULL))
		err = put_claims(x, person, &release, object);
	json_decref(asked);
	return err;
}

enum authcode_err
ac_person_wants_claims(const struct ac_person *person, bool *ret_wants)
{
	json_t *asked = NULL;
	enum authcode_err err =
		ac_asked_claims_parse(person->claims_request, person->where, &asked);

	if (err != AUTHCODE_OK)
		return err;
	*ret_wants = ac_claims_wanted(person->scope) || json_object_size(asked) > 0;
	json_decref(asked);
	return AUTHCODE_OK;
}
