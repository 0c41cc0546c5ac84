/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client_preset.h. The rows are what the applications do when they are set up as
 * their recipes in doc/integrations/ say.
 */
#include "server/client_preset.h"

#include <string.h>

#include "base/arena.h"

#define BASIC "client_secret_basic"
#define POST "client_secret_post"

static const struct ac_client_preset presets[] = {
	{ .name = "dovecot",
	  .title = "Dovecot",
	  .scope = "introspection",
	  .auth = BASIC,
	  .grants = "client_credentials",
	  .introspects = "all" },
	{ .name = "forgejo",
	  .title = "Forgejo",
	  .redirect_path = "/user/oauth2/authcode/callback",
	  .scope = "openid profile email groups",
	  .auth = BASIC,
	  .needs_email = true },
	{ .name = "gitea",
	  .title = "Gitea",
	  .redirect_path = "/user/oauth2/authcode/callback",
	  .scope = "openid profile email groups",
	  .auth = BASIC,
	  .needs_email = true },
	{ .name = "gitlab",
	  .title = "GitLab",
	  .redirect_path = "/users/auth/openid_connect/callback",
	  .scope = "openid profile email",
	  .auth = POST,
	  .pkce = true,
	  .needs_email = true },
	{ .name = "grafana",
	  .title = "Grafana",
	  .redirect_path = "/login/generic_oauth",
	  .post_logout_path = "/login",
	  .scope = "openid profile email groups offline_access",
	  .auth = BASIC,
	  .pkce = true,
	  .needs_email = true },
	{ .name = "jenkins",
	  .title = "Jenkins",
	  .redirect_path = "/securityRealm/finishLogin",
	  .post_logout_path = "/OicLogout",
	  .scope = "openid profile email groups",
	  .auth = BASIC },
	{ .name = "jupyterhub",
	  .title = "JupyterHub",
	  .redirect_path = "/hub/oauth_callback",
	  .scope = "openid profile groups",
	  .auth = POST },
	{ .name = "mod_auth_openidc",
	  .title = "Apache",
	  .redirect_path = "/redirect_uri",
	  .post_logout_path = "/",
	  .backchannel_path = "/redirect_uri?logout=backchannel",
	  .scope = "openid profile email groups",
	  .auth = BASIC,
	  .pkce = true },
	{ .name = "nextcloud",
	  .title = "Nextcloud",
	  .redirect_path = "/apps/user_oidc/code",
	  .post_logout_path = "/",
	  .scope = "openid profile email groups",
	  .auth = POST },
	{ .name = "oauth2-proxy",
	  .title = "oauth2-proxy",
	  .redirect_path = "/oauth2/callback",
	  .scope = "openid profile email groups",
	  .auth = BASIC,
	  .pkce = true,
	  .needs_email = true,
	  .needs_verified = true },
	{ .name = "open-ondemand",
	  .title = "Open OnDemand",
	  .redirect_path = "/oidc",
	  .post_logout_path = "/",
	  .scope = "openid profile email groups",
	  .auth = BASIC },
};

const struct ac_client_preset *
ac_client_preset_at(size_t i)
{
	return i < AC_ARRAY_SIZE(presets) ? &presets[i] : NULL;
}

const struct ac_client_preset *
ac_client_preset_find(const char *name)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(presets); i++) {
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	}
	return NULL;
}

struct applying {
	struct authcode_arena *arena;
	struct ac_words *words;
	const struct ac_words *given;
};

/* What somebody has said is not said again. */
static bool
put(const struct applying *a, const char *option, const char *value)
{
	return value == NULL || ac_words_get(a->given, option) != NULL ||
	       ac_words_add(a->arena, a->words, option, value);
}

static bool
put_url(const struct applying *a, const char *option, const char *url, const char *path)
{
	size_t len = url != NULL ? strlen(url) : 0;
	const char *text;

	if (len == 0 || path == NULL)
		return true;
	if (url[len - 1] == '/')
		len--;
	text = ac_arena_printf(a->arena, "%.*s%s", (int)len, url, path);
	return text != NULL && put(a, option, text);
}

static bool
put_grants(const struct applying *a, const char *grants)
{
	while (grants != NULL && *grants != '\0') {
		size_t len = strcspn(grants, " ");
		const char *grant = ac_arena_strndup(a->arena, grants, len);

		if (grant == NULL || !put(a, "grant_types", grant))
			return false;
		grants += len + (grants[len] == ' ' ? 1 : 0);
	}
	return true;
}

bool
ac_client_preset_apply(const struct ac_client_preset *preset, const char *url,
		       struct authcode_arena *arena, struct ac_words *words)
{
	const struct ac_words given = *words;
	const struct applying a = { arena, words, &given };

	return put(&a, "name", preset->title) &&
	       put(&a, "token_endpoint_auth_method", preset->auth) &&
	       put(&a, "scope", preset->scope) && put_grants(&a, preset->grants) &&
	       put(&a, "may_introspect", preset->introspects) &&
	       put(&a, "require_pkce", preset->pkce ? "yes" : NULL) &&
	       put_url(&a, "redirect_uris", url, preset->redirect_path) &&
	       put_url(&a, "post_logout_redirect_uris", url, preset->post_logout_path) &&
	       put_url(&a, "backchannel_logout_uri", url, preset->backchannel_path);
}
