/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See refresh_token.h. One key of the issuer's own, and a word in front of what
 * is hashed under it for each thing it is used for.
 */
#include "protocol/refresh_token.h"

#include <string.h>

#include "base/secret.h"
#include "jose/digest.h"

#define MARK_LEN 16
#define TAG_LEN 8
#define WORD_LEN 4

_Static_assert(AC_CREDENTIAL_KEY_LEN + MARK_LEN + TAG_LEN == AC_CREDENTIAL_SECRET_LEN,
	       "family, mark and tag are the secret");

static enum authcode_err
tag_of(const struct authcode_issuer *issuer, const char *client_id,
       const uint8_t family_and_mark[AC_CREDENTIAL_KEY_LEN + MARK_LEN], uint8_t ret[AC_DIGEST_LEN])
{
	const struct ac_part parts[] = {
		{ "mine", WORD_LEN },
		{ family_and_mark, AC_CREDENTIAL_KEY_LEN + MARK_LEN },
		{ client_id, strlen(client_id) },
	};

	return ac_hmac_sha256(issuer->keys.refresh, parts, AC_ARRAY_SIZE(parts), ret);
}

/* From an old token: word is what for. */
static enum authcode_err
derive(const struct authcode_issuer *issuer, const char word[WORD_LEN + 1],
       const struct ac_credential *old, uint8_t ret[AC_DIGEST_LEN])
{
	uint8_t key[AC_CREDENTIAL_KEY_LEN];
	const struct ac_part parts[] = {
		{ word, WORD_LEN },
		{ old->secret, sizeof(old->secret) },
		{ key, sizeof(key) },
	};

	ac_credential_put_key(old->id, key);
	return ac_hmac_sha256(issuer->keys.refresh, parts, AC_ARRAY_SIZE(parts), ret);
}

/* The token of this mark. */
static enum authcode_err
assemble(const struct authcode_issuer *issuer, const struct ac_refresh_owner *owner,
	 const uint8_t mark[MARK_LEN], struct ac_credential *ret,
	 uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	struct ac_credential token = { 0 };
	uint8_t tag[AC_DIGEST_LEN];
	enum authcode_err err;

	ac_credential_put_key(owner->family_id, token.secret);
	memcpy(token.secret + AC_CREDENTIAL_KEY_LEN, mark, MARK_LEN);
	err = tag_of(issuer, owner->client->id, token.secret, tag);
	if (err == AUTHCODE_OK) {
		memcpy(token.secret + AC_CREDENTIAL_KEY_LEN + MARK_LEN, tag, TAG_LEN);
		err = ac_credential_hash(AC_CREDENTIAL_REFRESH, &token, ret_hash);
	}
	if (err == AUTHCODE_OK)
		*ret = token;
	ac_wipe(tag, sizeof(tag));
	ac_wipe(&token, sizeof(token));
	return err;
}

enum authcode_err
ac_refresh_mint(const struct authcode_issuer *issuer, const struct ac_refresh_owner *owner,
		struct ac_credential *ret, uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	uint8_t mark[MARK_LEN];
	enum authcode_err err = issuer->random.fill(issuer->random.ctx, mark, sizeof(mark));

	if (err == AUTHCODE_OK)
		err = assemble(issuer, owner, mark, ret, ret_hash);
	ac_wipe(mark, sizeof(mark));
	return err;
}

enum authcode_err
ac_refresh_derive(const struct authcode_issuer *issuer, const struct ac_refresh_owner *owner,
		  const struct ac_credential *old, struct ac_credential *ret,
		  uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	uint8_t mark[AC_DIGEST_LEN]; /* its beginning is */
	enum authcode_err err = derive(issuer, "next", old, mark);

	if (err == AUTHCODE_OK)
		err = assemble(issuer, owner, mark, ret, ret_hash);
	ac_wipe(mark, sizeof(mark));
	return err;
}

enum authcode_err
ac_refresh_derive_access(const struct authcode_issuer *issuer, const struct ac_credential *old,
			 enum ac_credential_kind kind, struct ac_credential *ret,
			 uint8_t ret_hash[AUTHCODE_HASH_LEN])
{
	struct ac_credential token = { 0 };
	enum authcode_err err = derive(issuer, "with", old, token.secret);

	if (err == AUTHCODE_OK)
		err = ac_credential_hash(kind, &token, ret_hash);
	if (err == AUTHCODE_OK)
		*ret = token;
	ac_wipe(&token, sizeof(token));
	return err;
}

enum authcode_err
ac_refresh_family(const struct authcode_issuer *issuer, const struct authcode_client *client,
		  const char *text, int64_t *ret_family_id)
{
	struct ac_credential token;
	uint8_t tag[AC_DIGEST_LEN];
	int64_t family_id = 0;
	enum authcode_err err;

	if (!ac_credential_parse(AC_CREDENTIAL_REFRESH, text, &token))
		return AUTHCODE_ERR_NOT_FOUND;
	err = tag_of(issuer, client->id, token.secret, tag);
	if (err == AUTHCODE_OK &&
	    ac_secret_equal(tag, token.secret + AC_CREDENTIAL_KEY_LEN + MARK_LEN, TAG_LEN))
		family_id = ac_credential_get_key(token.secret);
	ac_wipe(tag, sizeof(tag));
	ac_wipe(&token, sizeof(token));
	if (err != AUTHCODE_OK)
		return err;
	if (family_id == 0)
		return AUTHCODE_ERR_NOT_FOUND;
	*ret_family_id = family_id;
	return AUTHCODE_OK;
}
