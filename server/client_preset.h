/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What applications that many sites have need of a registration, a row each: where they
 * take answers, what they ask for and how they prove who they are.
 */
#ifndef AC_SERVER_CLIENT_PRESET_H
#define AC_SERVER_CLIENT_PRESET_H

#include "server/client_words.h"

struct ac_client_preset {
	const char *name;  /* as --for takes it, and the id where none is given */
	const char *title; /* shown to people */
	/* Behind the URL of the application; NULL: it has none of it. */
	const char *redirect_path;
	const char *post_logout_path;
	const char *backchannel_path;
	const char *scope;
	const char *auth;        /* token_endpoint_auth_method */
	const char *grants;      /* space-separated; NULL: those of a client that says nothing */
	const char *introspects; /* may_introspect; NULL: its own tokens */
	bool pkce;               /* it sends a challenge when told to, so it must */
	bool needs_email;        /* without the claim nobody signs in */
	bool needs_verified;     /* nor with an address that is not verified */
};

/* NULL past the end; or when there is none of that name. */
const struct ac_client_preset *ac_client_preset_at(size_t i);
const struct ac_client_preset *ac_client_preset_find(const char *name);

/* Adds what the preset says and words do not. url: that of the application, https, or
 * http on a loopback host; without one no path is added. False: out of memory. */
AC_MUST_USE bool ac_client_preset_apply(const struct ac_client_preset *preset, const char *url,
					struct authcode_arena *arena, struct ac_words *words);

#endif
