/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See keys_world.h.
 */
#include "tests/flow/keys_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/signing_keys.h"

struct authcode_store *store;
struct authcode_arena *arena;
struct authcode_reason reason;

int
setup(void **state)
{
	(void)state;
	return authcode_arena_new(8 * 1024 * 1024, &arena) == AUTHCODE_OK &&
			       authcode_store_memory_open(NULL, &store) == AUTHCODE_OK
		       ? 0
		       : -1;
}

int
teardown(void **state)
{
	(void)state;
	authcode_store_close(&store);
	authcode_arena_free(&arena);
	return 0;
}

struct authcode_issuer_settings
settings(void)
{
	struct authcode_issuer_settings s = { .issuer = "https://id.example", .store = store };

	memset(s.master_key, 7, sizeof(s.master_key));
	return s;
}

struct authcode_issuer *
issuer_of(const struct authcode_issuer_settings *s)
{
	struct authcode_issuer *issuer = NULL;

	assert_int_equal(authcode_issuer_new(s, &issuer, NULL), AUTHCODE_OK);
	return issuer;
}

void
tend(struct authcode_issuer *issuer, int64_t now_ms, enum authcode_key_rotation rotation)
{
	if (authcode_issuer_tend_keys(issuer, now_ms, rotation, &reason) != AUTHCODE_OK)
		fail_msg("%s", reason.text);
	assert_string_equal(reason.text, "");
}

struct keys
list(struct authcode_issuer *issuer, int64_t now_ms)
{
	struct keys keys;

	keys.count = authcode_issuer_list_keys(issuer, now_ms, keys.infos, AUTHCODE_MAX_KEYS);
	return keys;
}

const char *
states(struct authcode_issuer *issuer, const char *alg, int64_t now_ms)
{
	static char text[AUTHCODE_MAX_KEYS + 1];
	const struct keys keys = list(issuer, now_ms);
	size_t len = 0;

	for (size_t i = 0; i < keys.count; i++) {
		if (strcmp(keys.infos[i].alg, alg) == 0)
			text[len++] = "NCR"[keys.infos[i].state];
	}
	text[len] = '\0';
	return text;
}

const char *
signer(struct authcode_issuer *issuer, enum ac_alg_id alg, int64_t now_ms)
{
	static char kid[AC_MAX_KID + 1];
	struct ac_signing_ring *ring = ac_issuer_ring_ref(issuer);
	const struct ac_signing_key *key = ac_signing_ring_signer(ring, alg, now_ms);

	snprintf(kid, sizeof(kid), "%s", key != NULL ? key->kid : "");
	ac_signing_ring_unref(&ring);
	return kid;
}

bool
publishes(struct authcode_issuer *issuer, const char *kid)
{
	char *jwks = authcode_issuer_jwks(issuer);
	bool found = strstr(jwks, kid) != NULL;

	free(jwks);
	return found;
}
