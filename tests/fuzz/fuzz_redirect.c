/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * protocol/redirect_uri.h and scope.h. First line: a URI that somebody
 * registers; second: a URI that a request names; third and fourth: scopes.
 */
#include "protocol/redirect_uri.h"

#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/limits.h"
#include "base/uri.h"
#include "protocol/scope.h"
#include "tests/fuzz/fuzz.h"

/* RFC 8252 §7.3: all that may differ is the port of a loopback literal. */
static bool
same_but_port(const char *a, const char *b)
{
	struct ac_uri x, y;
	size_t head;

	if (!ac_uri_parse(a, strlen(a), &x) || !ac_uri_parse(b, strlen(b), &y))
		return false;
	if (!ac_uri_is_loopback_ip(&x) || !ac_uri_is_loopback_ip(&y))
		return false;
	head = (size_t)(x.host.data + x.host.len - a);
	return head == (size_t)(y.host.data + y.host.len - b) && memcmp(a, b, head) == 0 &&
	       strcmp(x.path.data, y.path.data) == 0;
}

static void
check_extended(struct authcode_arena *arena, const char *uri)
{
	const struct ac_param_pair pairs[] = { { "code", "a&b=c" },
					       { "none", NULL },
					       { "state", "?#\xc3\xa9 %" } };
	const char *whole = ac_redirect_uri_extend(arena, uri, pairs, 3);
	struct ac_params params = { 0 };
	const char *query;
	struct ac_uri split;

	MUST(whole != NULL && strncmp(whole, uri, strlen(uri)) == 0);
	MUST(ac_uri_parse(whole, strlen(whole), &split));
	query = strchr(whole, '?');
	MUST(query != NULL && strchr(whole, '#') == NULL);
	/* A registered query may itself be no form; then ours is still last. */
	if (ac_form_decode(arena, query + 1, strlen(query + 1), AC_FROM_QUERY, &params) !=
	    AUTHCODE_OK)
		return;
	MUST(params.count >= 2);
	MUST(strcmp(params.list[params.count - 2].name, "code") == 0);
	MUST(strcmp(params.list[params.count - 2].value, pairs[0].value) == 0);
	MUST(strcmp(params.list[params.count - 1].value, pairs[2].value) == 0);
}

static void
check_redirect(struct authcode_arena *arena, const char *registered, const char *asked)
{
	for (int type = AUTHCODE_APPLICATION_WEB; type <= AUTHCODE_APPLICATION_NATIVE; type++) {
		const char *const uris[] = { registered };
		const struct authcode_client client = {
			.id = "x",
			.application_type = (enum authcode_application_type)type,
			.redirect_uris = uris,
			.redirect_uri_count = 1,
		};

		if (ac_redirect_uri_check(registered, client.application_type) != NULL)
			continue;
		MUST(strchr(registered, '#') == NULL && strlen(registered) <= AC_MAX_REDIRECT_URI);
		MUST(ac_redirect_uri_match(&client, registered));
		if (ac_redirect_uri_match(&client, asked) && strcmp(registered, asked) != 0)
			MUST(type == AUTHCODE_APPLICATION_NATIVE &&
			     same_but_port(registered, asked));
		check_extended(arena, registered);
	}
}

static void
check_scope(struct authcode_arena *arena, const char *a, const char *b)
{
	const char *both, *either;

	if (!ac_scope_valid(a) || !ac_scope_valid(b))
		return;
	both = ac_scope_intersect(arena, a, b);
	either = ac_scope_union(arena, a, b);
	MUST(both != NULL && either != NULL);
	MUST(ac_scope_subset(both, a) && ac_scope_subset(both, b));
	MUST(ac_scope_subset(a, either) && ac_scope_subset(b, either));
	MUST(ac_scope_subset(a, b) ==
	     (strcmp(ac_scope_union(arena, b, a), ac_scope_union(arena, b, "")) == 0));
	MUST(*both == '\0' || ac_scope_valid(both));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input rest = { (const char *)data, size };
	struct authcode_arena *arena = NULL;
	char *text[4];

	MUST(authcode_arena_new(8 * AC_MAX_ARENA, &arena) == AUTHCODE_OK);
	for (int i = 0; i < 4; i++) {
		struct fuzz_input line = fuzz_line(&rest);

		text[i] = fuzz_text(line.data, line.size);
	}
	check_redirect(arena, text[0], text[1]);
	check_scope(arena, text[2], text[3]);
	for (int i = 0; i < 4; i++)
		free(text[i]);
	authcode_arena_free(&arena);
	return 0;
}
