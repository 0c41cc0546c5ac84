/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See credential.h. 256 random bits each (RFC 6749 §10.10) in characters that
 * need no escaping in a header, a form or a URL (RFC 6750 §2.1 b64token).
 * Whether a credential is still good is not decided here.
 */
#include "protocol/credential.h"

#include <string.h>

#include "base/base64url.h"
#include "base/secret.h"
#include "jose/digest.h"

#define KEY_LEN AC_CREDENTIAL_KEY_LEN
#define RAW_LEN (KEY_LEN + AC_CREDENTIAL_SECRET_LEN)
#define PREFIX_LEN 4

/* The prefix is also what separates the kinds inside the hash. */
static const char prefixes[][PREFIX_LEN + 1] = {
	[AC_CREDENTIAL_CODE] = "acc_",    [AC_CREDENTIAL_ACCESS] = "aca_",
	[AC_CREDENTIAL_REFRESH] = "acr_", [AC_CREDENTIAL_SESSION] = "acs_",
	[AC_CREDENTIAL_JTI] = "acj_",     [AC_CREDENTIAL_DEVICE] = "acd_",
};

_Static_assert(AC_ARRAY_SIZE(prefixes) == AC_CREDENTIAL_KIND_COUNT, "one prefix per kind");

int64_t
ac_credential_get_key(const uint8_t raw[AC_CREDENTIAL_KEY_LEN])
{
	uint64_t key = 0;

	for (size_t i = 0; i < KEY_LEN; i++)
		key = key << 8 | raw[i];
	return key <= INT64_MAX ? (int64_t)key : 0;
}

void
ac_credential_put_key(int64_t id, uint8_t out[AC_CREDENTIAL_KEY_LEN])
{
	uint64_t key = (uint64_t)id;

	for (size_t i = KEY_LEN; i-- > 0; key >>= 8)
		out[i] = (uint8_t)(key & 0xff);
}

bool
ac_credential_parse(enum ac_credential_kind kind, const char *text, struct ac_credential *ret)
{
	uint8_t raw[RAW_LEN];
	size_t len = 0;
	bool ok = false;
	int64_t id;

	if (ac_credential_kind_of(text) != kind || kind == AC_CREDENTIAL_KIND_COUNT)
		return false;
	text += PREFIX_LEN;
	if (strlen(text) == AC_BASE64URL_LEN(RAW_LEN) &&
	    ac_base64url_decode(text, AC_BASE64URL_LEN(RAW_LEN), raw, sizeof(raw), &len) &&
	    len == RAW_LEN) {
		id = ac_credential_get_key(raw);
		if (id > 0) {
			ret->id = id;
			memcpy(ret->secret, raw + KEY_LEN, sizeof(ret->secret));
			ok = true;
		}
	}
	ac_wipe(raw, sizeof(raw));
	return ok;
}

enum ac_credential_kind
ac_credential_kind_of(const char *text)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(prefixes); i++) {
		if (strncmp(text, prefixes[i], PREFIX_LEN) == 0)
			return (enum ac_credential_kind)i;
	}
	return AC_CREDENTIAL_KIND_COUNT;
}

char *
ac_credential_format(enum ac_credential_kind kind, const struct ac_credential *credential,
		     struct authcode_arena *arena)
{
	uint8_t raw[RAW_LEN];
	char *text;

	if ((unsigned)kind >= AC_CREDENTIAL_KIND_COUNT || credential->id <= 0)
		return NULL;
	text = authcode_arena_alloc(arena, PREFIX_LEN + AC_BASE64URL_LEN(RAW_LEN) + 1);
	if (text == NULL)
		return NULL;
	ac_credential_put_key(credential->id, raw);
	memcpy(raw + KEY_LEN, credential->secret, AC_CREDENTIAL_SECRET_LEN);
	memcpy(text, prefixes[kind], PREFIX_LEN);
	ac_base64url_encode(raw, sizeof(raw), text + PREFIX_LEN);
	ac_wipe(raw, sizeof(raw));
	return text;
}

static enum authcode_err
hash_of(enum ac_credential_kind kind, const uint8_t secret[AC_CREDENTIAL_SECRET_LEN],
	uint8_t out[AUTHCODE_HASH_LEN])
{
	const struct ac_part parts[] = {
		{ prefixes[kind], PREFIX_LEN },
		{ secret, AC_CREDENTIAL_SECRET_LEN },
	};

	return ac_sha256(parts, AC_ARRAY_SIZE(parts), out);
}

enum authcode_err
ac_credential_hash(enum ac_credential_kind kind, const struct ac_credential *credential,
		   uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	if ((unsigned)kind >= AC_CREDENTIAL_KIND_COUNT)
		return AUTHCODE_ERR_USAGE;
	return hash_of(kind, credential->secret, ret_hash);
}

enum authcode_err
ac_credential_mint(enum ac_credential_kind kind, const struct authcode_random *random,
		   struct ac_credential *ret, uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	struct ac_credential fresh = { 0 };
	enum authcode_err err;

	if ((unsigned)kind >= AC_CREDENTIAL_KIND_COUNT)
		return AUTHCODE_ERR_USAGE;
	err = random->fill(random->ctx, fresh.secret, sizeof(fresh.secret));
	if (err == AUTHCODE_OK)
		err = hash_of(kind, fresh.secret, ret_hash);
	if (err == AUTHCODE_OK)
		*ret = fresh;
	ac_wipe(&fresh, sizeof(fresh));
	return err;
}

enum authcode_err
ac_credential_prove(enum ac_credential_kind kind, const struct ac_credential *credential,
		    const uint8_t hash[AUTHCODE_HASH_LEN])
{
	uint8_t own[AUTHCODE_HASH_LEN];
	enum authcode_err err;

	if ((unsigned)kind >= AC_CREDENTIAL_KIND_COUNT)
		return AUTHCODE_ERR_USAGE;
	err = hash_of(kind, credential->secret, own);
	if (err != AUTHCODE_OK)
		return err;
	return ac_secret_equal(own, hash, sizeof(own)) ? AUTHCODE_OK : AUTHCODE_ERR_NOT_FOUND;
}

bool
ac_credential_verify(enum ac_credential_kind kind, const struct ac_credential *credential,
		     const uint8_t hash[AUTHCODE_HASH_LEN])
{
	return ac_credential_prove(kind, credential, hash) == AUTHCODE_OK;
}
