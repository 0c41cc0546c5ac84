/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See sealed.h. A text without the id of its key is one of before there were ids; whether
 * the key fits shows when it is opened.
 */
#include "protocol/sealed.h"

#include <stddef.h>
#include <string.h>

#include "base/base64url.h"
#include "jose/seal.h"

static const struct {
	const char *label;
	size_t key; /* in struct ac_issuer_keys */
} places[] = {
	[AUTHCODE_SEALED_SIGNING_KEY] = { "signing-key",
					  offsetof(struct ac_issuer_keys, signing_key) },
	[AUTHCODE_SEALED_SECRET] = { "secret", offsetof(struct ac_issuer_keys, secret) },
	[AUTHCODE_SEALED_CLIENT] = { "client-secret",
				     offsetof(struct ac_issuer_keys, client_secret) },
};

static bool
known(enum authcode_sealed_place place)
{
	return (size_t)place < AC_ARRAY_SIZE(places) && places[place].label != NULL;
}

static const uint8_t *
key_of(const struct ac_issuer_keys *keys, enum authcode_sealed_place place)
{
	return (const uint8_t *)keys + places[place].key;
}

static const char *
label_of(const struct ac_sealed_at *at, struct authcode_arena *arena)
{
	return ac_arena_printf(arena, "%s %s %s", places[at->place].label, at->name, at->issuer);
}

static void
show_id(const struct ac_issuer_keys *keys, char ret[AC_BASE64URL_LEN(AC_MASTER_ID_LEN) + 1])
{
	ac_base64url_encode(keys->id, AC_MASTER_ID_LEN, ret);
}

enum authcode_err
ac_sealed_close(const struct ac_issuer_keys *keys, const struct authcode_random *random,
		const struct ac_sealed_at *at, const struct ac_part *data,
		struct authcode_arena *arena, const char **ret)
{
	char id[AC_BASE64URL_LEN(AC_MASTER_ID_LEN) + 1];
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	const char *label, *text;
	char *sealed = NULL;
	enum authcode_err err;

	if (!known(at->place))
		return AUTHCODE_ERR_USAGE;
	label = label_of(at, arena);
	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = random->fill(random->ctx, nonce, sizeof(nonce));
	if (err == AUTHCODE_OK)
		err = ac_seal(key_of(keys, at->place), nonce, label, data->data, data->len, arena,
			      &sealed);
	if (err != AUTHCODE_OK)
		return err;
	show_id(keys, id);
	text = ac_arena_printf(arena, "%s.%s", id, sealed);
	if (text == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret = text;
	return AUTHCODE_OK;
}

enum authcode_err
ac_sealed_open(const struct ac_issuer_keys *keys, const struct ac_sealed_at *at, const char *text,
	       struct authcode_arena *arena, struct ac_part *ret)
{
	const char *dot = strchr(text, '.');
	char id[AC_BASE64URL_LEN(AC_MASTER_ID_LEN) + 1];
	uint8_t nonce[AC_SEAL_NONCE_LEN];
	const char *label;
	void *data = NULL;
	size_t len = 0;
	enum authcode_err err;

	if (!known(at->place))
		return AUTHCODE_ERR_USAGE;
	show_id(keys, id);
	if (dot != NULL &&
	    ((size_t)(dot - text) != strlen(id) || strncmp(text, id, strlen(id)) != 0))
		return AUTHCODE_ERR_CRYPTO;
	label = label_of(at, arena);
	if (label == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_unseal(key_of(keys, at->place), label, dot != NULL ? dot + 1 : text, arena, nonce,
			&data, &len);
	if (err != AUTHCODE_OK)
		return err == AUTHCODE_ERR_MEMORY ? err : AUTHCODE_ERR_CRYPTO;
	*ret = (struct ac_part){ data, len };
	return AUTHCODE_OK;
}
