/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See resource.h. A URI counts only while the issuer has a row for it and the
 * client may ask for it, also one that was granted before: what has been taken
 * out of the configuration gets no further token (RFC 8707 §2.2, §3).
 */
#include "protocol/resource.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"
#include "jose/algorithm.h"
#include "protocol/scope.h"

#define MAX_ROWS 256
#define MAX_NAME 256

/* What userinfo tells by scope, and what says how long tokens last. */
static const char own_scope[] = "openid profile email address phone groups offline_access";

bool
ac_resource_uri_valid(const char *uri)
{
	struct ac_uri parts;
	size_t len = strlen(uri);

	return len <= AC_MAX_RESOURCE && ac_uri_parse(uri, len, &parts) &&
	       parts.fragment.data == NULL;
}

static const char *
check_row(const struct authcode_resource *row)
{
	size_t name_len = row->name != NULL ? strlen(row->name) : 1;

	if (row->uri == NULL || !ac_resource_uri_valid(row->uri))
		return "a resource is not an absolute URI without fragment";
	if (name_len == 0 || name_len > MAX_NAME ||
	    (row->name != NULL && !ac_text_printable(row->name, name_len)))
		return "the name of a resource is not 1 to 256 bytes of printable UTF-8";
	if (row->scope != NULL && !ac_scope_valid(row->scope))
		return "the scope of a resource does not follow the grammar of RFC 6749";
	if (row->format != AUTHCODE_FORMAT_DEFAULT && row->format != AUTHCODE_FORMAT_OPAQUE &&
	    row->format != AUTHCODE_FORMAT_JWT)
		return "the token format of a resource is unknown";
	if (row->access_token_alg != NULL && ac_alg_find(row->access_token_alg) == NULL)
		return "the algorithm of a resource is unknown";
	return NULL;
}

const char *
ac_resources_check(const struct authcode_issuer_settings *settings)
{
	const struct authcode_resource *rows = settings->resources;

	if (settings->resource_count > 0 && rows == NULL)
		return "resources has a length but no rows";
	if (settings->resource_count > MAX_ROWS)
		return "there are more than 256 resources";
	for (size_t i = 0; i < settings->resource_count; i++) {
		const char *why = check_row(&rows[i]);

		for (size_t k = 0; why == NULL && k < i; k++) {
			if (strcmp(rows[i].uri, rows[k].uri) == 0)
				why = "a resource is listed twice";
		}
		if (why != NULL)
			return why;
	}
	return NULL;
}

static bool
copy_text(struct authcode_arena *arena, const char **text)
{
	if (*text == NULL)
		return true;
	*text = ac_arena_strdup(arena, *text);
	return *text != NULL;
}

enum authcode_err
ac_resources_copy(const struct authcode_issuer *issuer,
		  const struct authcode_issuer_settings *settings, struct ac_issuer_rules *rules)
{
	size_t count = settings->resource_count;
	struct authcode_arena *arena = rules->arena;
	struct authcode_resource *rows = authcode_arena_alloc(arena, (count + 1) * sizeof(*rows));

	if (rows == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		struct authcode_resource *row = &rows[i];

		*row = settings->resources[i];
		if (!copy_text(arena, &row->uri) || !copy_text(arena, &row->name) ||
		    !copy_text(arena, &row->scope) || !copy_text(arena, &row->access_token_alg))
			return AUTHCODE_ERR_MEMORY;
	}
	rows[count] = (struct authcode_resource){ .uri = issuer->url, .scope = own_scope };
	rules->resources = rows;
	rules->resource_count = count + 1;
	return AUTHCODE_OK;
}

const struct authcode_resource *
ac_resource_find(const struct ac_issuer_rules *rules, const char *uri)
{
	for (size_t i = 0; i < rules->resource_count; i++) {
		if (strcmp(rules->resources[i].uri, uri) == 0)
			return &rules->resources[i];
	}
	return NULL;
}

static bool
may_have(const struct authcode_exchange *x, const struct authcode_client *client, const char *uri)
{
	if (ac_resource_find(x->rules, uri) == NULL)
		return false;
	if (strcmp(uri, x->issuer->url) == 0)
		return true;
	for (size_t i = 0; i < client->resource_count; i++) {
		if (strcmp(client->resources[i], uri) == 0)
			return true;
	}
	return false;
}

/* The values of the parameter, each once; "" when it was not sent. ERR_SYNTAX: *ret_why
 * is why not. */
static enum authcode_err
sent(struct authcode_exchange *x, const struct ac_params *params, const char **ret,
     const char **ret_why)
{
	const char *list = "";
	size_t count = 0;

	for (size_t i = 0; i < params->count; i++) {
		const char *uri = params->list[i].value;

		if (strcmp(params->list[i].name, "resource") != 0 || *uri == '\0')
			continue;
		if (!ac_resource_uri_valid(uri) || ++count > AC_MAX_RESOURCES) {
			*ret_why = count > AC_MAX_RESOURCES
					   ? "more than 16 resources"
					   : "resource is not an absolute URI without fragment";
			return AUTHCODE_ERR_SYNTAX;
		}
		list = ac_scope_union(x->arena, list, uri);
		if (list == NULL)
			return AUTHCODE_ERR_MEMORY;
	}
	*ret = list;
	return AUTHCODE_OK;
}

/* Those of granted that the client may still have; NULL: out of memory. */
static const char *
remaining(struct authcode_exchange *x, const struct authcode_client *client, const char *granted)
{
	size_t count = 0;
	const char *const *uris = ac_scope_split(x->arena, granted, &count);
	const char *list = "";

	for (size_t i = 0; uris != NULL && list != NULL && i < count; i++) {
		if (may_have(x, client, uris[i]))
			list = ac_scope_union(x->arena, list, uris[i]);
	}
	return uris != NULL ? list : NULL;
}

enum authcode_err
ac_resource_asked(struct authcode_exchange *x, const struct authcode_client *client,
		  const struct ac_params *params, const char **ret, const char **ret_why)
{
	const char *list = "", *had;
	enum authcode_err err = sent(x, params, &list, ret_why);

	if (err != AUTHCODE_OK)
		return err;
	if (*list == '\0' && client->default_resource != NULL)
		list = client->default_resource;
	had = remaining(x, client, list);
	if (had == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (!ac_scope_subset(list, had)) {
		*ret_why = "that resource is unknown here or not for this client";
		return AUTHCODE_ERR_SYNTAX;
	}
	*ret = list;
	return AUTHCODE_OK;
}

static bool
refused(struct authcode_exchange *x, enum authcode_err err, const char *why)
{
	if (err == AUTHCODE_ERR_SYNTAX)
		ac_respond_error(x, AC_INVALID_TARGET, why);
	else if (err != AUTHCODE_OK)
		ac_respond_failure(x, err, "resource");
	return err != AUTHCODE_OK;
}

bool
ac_resource_take(struct authcode_exchange *x, const struct authcode_client *client)
{
	const char *why = NULL;
	enum authcode_err err = ac_resource_asked(x, client, &x->params, &x->resource, &why);

	return !refused(x, err, why);
}

bool
ac_resource_choose(struct authcode_exchange *x, const struct authcode_client *client,
		   const char *granted)
{
	const char *chosen = "", *why = NULL;
	const char *rest = remaining(x, client, *granted != '\0' ? granted : x->issuer->url);
	enum authcode_err err =
		rest != NULL ? sent(x, &x->params, &chosen, &why) : AUTHCODE_ERR_MEMORY;

	/* RFC 8707 §2.2: never more than what was granted. */
	if (err == AUTHCODE_OK && (*rest == '\0' || !ac_scope_subset(chosen, rest))) {
		why = "that resource was not granted, or is not for this client any more";
		err = AUTHCODE_ERR_SYNTAX;
	}
	if (refused(x, err, why))
		return false;
	if (*chosen != '\0')
		x->resource = chosen;
	else
		x->resource = *granted != '\0' ? rest : "";
	return true;
}

const char *
ac_resource_scope(const struct ac_issuer_rules *rules, struct authcode_arena *arena,
		  const char *resource, const char *scope)
{
	size_t count = 0;
	const char *const *uris = ac_scope_split(arena, resource, &count);
	const char *taken = "";

	if (uris == NULL || count == 0)
		return uris != NULL ? scope : NULL;
	for (size_t i = 0; taken != NULL && i < count; i++) {
		const struct authcode_resource *row = ac_resource_find(rules, uris[i]);

		if (row != NULL && row->scope == NULL)
			return scope;
		if (row != NULL)
			taken = ac_scope_union(arena, taken, row->scope);
	}
	return taken != NULL ? ac_scope_intersect(arena, scope, taken) : NULL;
}

void
ac_resource_put(struct ac_buf *form, const char *resource)
{
	char uri[AC_MAX_RESOURCE + 1];

	while (*resource != '\0') {
		size_t len = strcspn(resource, " ");

		if (len >= sizeof(uri))
			return;
		memcpy(uri, resource, len);
		uri[len] = '\0';
		ac_form_put(form, "resource", uri);
		resource += len;
		resource += strspn(resource, " ");
	}
}

json_t *
ac_resource_audience(const struct authcode_issuer *issuer, const char *resource)
{
	json_t *list;

	if (*resource == '\0')
		return json_string(issuer->url);
	if (strchr(resource, ' ') == NULL)
		return json_string(resource);
	list = json_array();
	while (*resource != '\0') {
		size_t len = strcspn(resource, " ");

		if (json_array_append_new(list, json_stringn(resource, len)) != 0) {
			json_decref(list);
			return NULL;
		}
		resource += len;
		resource += strspn(resource, " ");
	}
	return list;
}

bool
ac_resource_has(const struct authcode_issuer *issuer, const char *resource, const char *uri)
{
	return ac_words_contain(*resource != '\0' ? resource : issuer->url, uri);
}

const char *const *
ac_resource_names(const struct authcode_exchange *x, const char *resource, size_t *ret_count)
{
	size_t count = 0, shown = 0;
	const char *const *uris = ac_scope_split(x->arena, resource, &count);
	const char **names = authcode_arena_alloc(x->arena, (count + 1) * sizeof(*names));

	if (uris == NULL || names == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct authcode_resource *row = ac_resource_find(x->rules, uris[i]);

		if (strcmp(uris[i], x->issuer->url) != 0)
			names[shown++] = row != NULL && row->name != NULL ? row->name : uris[i];
	}
	*ret_count = shown;
	return names;
}

const char *
ac_resource_consented(struct authcode_arena *arena, const char *scope, const char *resource)
{
	size_t count = 0;
	const char *const *uris = ac_scope_split(arena, resource, &count);

	for (size_t i = 0; uris != NULL && scope != NULL && i < count; i++)
		scope = ac_arena_printf(arena, "%s%s\"%s", scope, *scope != '\0' ? " " : "",
					uris[i]);
	return uris != NULL ? scope : NULL;
}
