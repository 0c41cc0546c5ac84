/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See response_mode.h. With form_post nothing of the answer is in any URL (Form
 * Post Response Mode §5): the host makes a page of it that posts itself.
 */
#include "protocol/response_mode.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "base/uri.h"

typedef bool send_function(struct authcode_exchange *x, const struct ac_way_back *way,
			   const struct ac_param_pair *pairs, size_t count);

struct ac_response_mode {
	const char *name;
	bool (*carries)(const char *redirect_uri, const char *state); /* NULL: everything */
	send_function *send;
};

/* Longer than any request line we ourselves would take: then nobody knows what
 * arrives, and nothing is ever cut (AZ-16). */
static bool
redirect(struct authcode_exchange *x, const char *location)
{
	if (location == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "redirect");
		return false;
	}
	if (strlen(location) > AC_MAX_URI) {
		ac_respond_page(x, 400, AC_INVALID_REQUEST, "the request is too long");
		return false;
	}
	ac_respond_redirect(x, location);
	return true;
}

static bool
send_query(struct authcode_exchange *x, const struct ac_way_back *way,
	   const struct ac_param_pair *pairs, size_t count)
{
	return redirect(x, ac_redirect_uri_extend(x->arena, way->redirect_uri, pairs, count));
}

/* A registered redirect URI has no fragment of its own (RFC 6749 §3.1.2). */
static bool
send_fragment(struct authcode_exchange *x, const struct ac_way_back *way,
	      const struct ac_param_pair *pairs, size_t count)
{
	const char *form = ac_redirect_uri_extend(x->arena, "", pairs, count);

	return redirect(x, form == NULL ? NULL
					: ac_arena_printf(x->arena, "%s#%s", way->redirect_uri,
							  form + 1 /* the '?' */));
}

/* A page of ours may post to a web address alone, and names its origin in a header:
 * the host must be made of characters that mean nothing there (CSP3 §2.3.1). */
static bool
is_web_address(const char *redirect_uri)
{
	static const char host[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.-";
	struct ac_uri uri;

	if (!ac_uri_parse(redirect_uri, strlen(redirect_uri), &uri) ||
	    (!ac_span_is(uri.scheme, "https") && !ac_span_is(uri.scheme, "http")))
		return false;
	for (size_t i = 0; i < uri.host.len; i++) {
		if (strchr(host, uri.host.data[i]) == NULL)
			return false;
	}
	return uri.host.len > 0;
}

/* Line ends and other controls do not come through a form as they are (AZ-16). */
static bool
form_carries(const char *redirect_uri, const char *state)
{
	return is_web_address(redirect_uri) &&
	       (state == NULL || ac_text_printable(state, strlen(state)));
}

static const char *
origin_of(struct authcode_arena *arena, const char *redirect_uri)
{
	struct ac_uri uri;
	const char *end;

	if (!ac_uri_parse(redirect_uri, strlen(redirect_uri), &uri))
		return NULL;
	end = uri.port.len > 0 ? uri.port.data + uri.port.len : uri.host.data + uri.host.len;
	return ac_arena_strndup(arena, redirect_uri, (size_t)(end - redirect_uri));
}

static bool
send_form_post(struct authcode_exchange *x, const struct ac_way_back *way,
	       const struct ac_param_pair *pairs, size_t count)
{
	struct authcode_form_post *form = authcode_arena_alloc(x->arena, sizeof(*form));
	struct authcode_form_field *fields =
		authcode_arena_alloc(x->arena, count * sizeof(*fields));
	size_t used = 0;

	if (form != NULL && fields != NULL) {
		form->origin = origin_of(x->arena, way->redirect_uri);
		form->action = ac_arena_strdup(x->arena, way->redirect_uri);
	}
	if (form == NULL || fields == NULL || form->origin == NULL || form->action == NULL) {
		ac_respond_failure(x, AUTHCODE_ERR_MEMORY, "form post");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (pairs[i].value != NULL)
			fields[used++] =
				(struct authcode_form_field){ pairs[i].name, pairs[i].value };
	}
	form->client = way->client;
	form->fields = fields;
	form->field_count = used;
	x->response = (struct authcode_response){
		.kind = AUTHCODE_RESPONSE_FORM_POST,
		.status = 200,
		.form_post = form,
	};
	return true;
}

static const struct ac_response_mode modes[] = {
	{ "query", NULL, send_query },
	{ "fragment", NULL, send_fragment },
	{ "form_post", form_carries, send_form_post },
};

const struct ac_response_mode *
ac_response_mode_default(void)
{
	return &modes[0];
}

const struct ac_response_mode *
ac_response_mode_find(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	}
	return NULL;
}

const char *
ac_response_mode_name(size_t i)
{
	return i < AC_ARRAY_SIZE(modes) ? modes[i].name : NULL;
}

bool
ac_response_mode_carries(const struct ac_response_mode *mode, const char *redirect_uri,
			 const char *state)
{
	return mode->carries == NULL || mode->carries(redirect_uri, state);
}

bool
ac_response_mode_send(struct authcode_exchange *x, const struct ac_way_back *way,
		      const struct ac_param_pair *pairs, size_t count)
{
	return way->mode->send(x, way, pairs, count);
}
