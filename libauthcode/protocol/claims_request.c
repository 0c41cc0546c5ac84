/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See claims_request.h. What is not understood is left out (OIDC-Core §5.5,
 * §5.5.1); what is left may be kept and shown to other parts of the program as
 * it is. A claim reaches the client only where a scope of its registration
 * releases it: the parameter asks more finely, never for more.
 */
#include "protocol/claims_request.h"

#include <string.h>

#include <jansson.h>

#include "base/limits.h"
#include "jose/json_text.h"
#include "protocol/claims.h"
#include "protocol/json_member.h"
#include "protocol/scope.h"

static const char *const places[] = { "userinfo", "id_token" };

/* Text of the object in the arena. */
static const char *
dump(struct authcode_arena *arena, const json_t *object)
{
	size_t len = json_dumpb(object, NULL, 0, JSON_COMPACT);
	char *text = len > 0 ? authcode_arena_alloc(arena, len + 1) : NULL;

	return text != NULL && json_dumpb(object, text, len, JSON_COMPACT) == len ? text : NULL;
}

/* Takes over what may be asked for; false: no memory. */
static bool
keep(struct authcode_arena *arena, const struct authcode_client *client, json_t *asked,
     json_t *ret_kept, const char **scope)
{
	const char *name;
	json_t *how;

	json_object_foreach(asked, name, how)
	{
		const char *released_by = ac_claims_scope(name);

		if (!json_is_null(how) && !json_is_object(how))
			continue;
		if (released_by != NULL && !ac_scope_has(client->scope, released_by))
			continue;
		if (json_object_set(ret_kept, name, how) != 0)
			return false;
		if (released_by != NULL)
			*scope = ac_scope_union(arena, *scope, released_by);
		if (*scope == NULL)
			return false;
	}
	return true;
}

static bool
add_word(struct authcode_arena *arena, const json_t *value, const char **words)
{
	const char *word = json_string_value(value);

	if (word == NULL || *word == '\0' || strchr(word, ' ') != NULL)
		return true;
	*words = ac_scope_union(arena, *words, word);
	return *words != NULL;
}

/* OIDC-Core §5.5.1.1 */
static bool
read_acr(struct authcode_arena *arena, const json_t *acr, struct ac_claims_request *ret)
{
	const json_t *values = json_object_get(acr, "values");
	bool ok = add_word(arena, json_object_get(acr, "value"), &ret->acrs);

	for (size_t i = 0; ok && i < json_array_size(values); i++)
		ok = add_word(arena, json_array_get(values, i), &ret->acrs);
	ret->acr_essential = json_is_true(json_object_get(acr, "essential")) &&
			     (json_object_get(acr, "value") != NULL || values != NULL);
	return ok;
}

/* OIDC-Core §5.5.1: a value of sub asks for that person. */
static bool
read_sub(struct authcode_arena *arena, const json_t *sub, struct ac_claims_request *ret)
{
	const char *value = ac_json_text(sub, "value");

	if (value == NULL)
		return true;
	ret->sub = ac_arena_strdup(arena, value);
	return ret->sub != NULL;
}

static enum authcode_err
read_all(struct authcode_arena *arena, const struct authcode_client *client, const json_t *object,
	 struct ac_claims_request *ret)
{
	struct ac_claims_request request = AC_CLAIMS_REQUEST_NONE;
	json_t *kept = json_object(), *id_token;
	enum authcode_err err = AUTHCODE_ERR_MEMORY;

	for (size_t i = 0; i < AC_ARRAY_SIZE(places); i++) {
		json_t *asked = json_object_get(object, places[i]), *own;

		if (asked == NULL || json_is_null(asked))
			continue;
		if (!json_is_object(asked)) {
			err = AUTHCODE_ERR_SYNTAX;
			goto out;
		}
		own = json_object();
		if (!ac_json_put_take(kept, places[i], own) ||
		    !keep(arena, client, asked, own, &request.scope))
			goto out;
		if (json_object_size(own) == 0)
			json_object_del(kept, places[i]);
	}
	id_token = json_object_get(kept, "id_token");
	if (!read_acr(arena, json_object_get(id_token, "acr"), &request) ||
	    !read_sub(arena, json_object_get(id_token, "sub"), &request))
		goto out;
	if (json_object_size(kept) > 0)
		request.text = dump(arena, kept);
	if (request.text != NULL) {
		*ret = request;
		err = AUTHCODE_OK;
	}
out:
	json_decref(kept);
	return err;
}

enum authcode_err
ac_claims_request_parse(struct authcode_arena *arena, const struct authcode_client *client,
			const char *text, struct ac_claims_request *ret)
{
	size_t len = strlen(text);
	json_error_t error;
	json_t *object;
	enum authcode_err err = AUTHCODE_ERR_SYNTAX;

	if (len > AC_MAX_AUTHORIZE_PARAMS || !ac_json_bounded(text, len))
		return AUTHCODE_ERR_SYNTAX;
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL && json_error_code(&error) == json_error_out_of_memory)
		err = AUTHCODE_ERR_MEMORY;
	else if (json_is_object(object))
		err = read_all(arena, client, object, ret);
	json_decref(object);
	return err;
}
