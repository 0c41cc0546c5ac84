/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See hmac_jws.h.
 */
#include "jose/hmac_jws.h"

#include <string.h>

#include "base/limits.h"

/* RFC 2104 §2, for a secret of any length. */
static enum authcode_err
mac(const struct ac_secret *secret, const struct ac_part *input, uint8_t out[AC_DIGEST_LEN])
{
	const struct ac_part key = { ac_secret_data(secret), ac_secret_len(secret) };

	return ac_hmac_sha256_any(&key, input, 1, out);
}

enum authcode_err
ac_hmac_jws_sign(const struct ac_secret *secret, const char *typ, const struct ac_part *payload,
		 struct authcode_arena *arena, char **ret_token)
{
	const struct ac_compact_header header = { .alg = AC_HS256_NAME, .typ = typ };
	struct ac_compact_draft draft;
	uint8_t signature[AC_DIGEST_LEN];
	struct ac_part input;
	enum authcode_err err;

	if (ac_secret_len(secret) < AC_HS256_MIN_SECRET)
		return AUTHCODE_ERR_USAGE;
	err = ac_compact_begin(&header, payload, sizeof(signature), arena, &draft);
	if (err != AUTHCODE_OK)
		return err;
	input = (struct ac_part){ draft.text, draft.input_len };
	err = mac(secret, &input, signature);
	if (err != AUTHCODE_OK)
		return err;
	ac_compact_finish(&draft, signature, sizeof(signature));
	if (strlen(draft.text) > AC_MAX_JWS)
		return AUTHCODE_ERR_LIMIT;
	*ret_token = draft.text;
	return AUTHCODE_OK;
}

enum authcode_err
ac_hmac_jws_sign_claims(const struct ac_secret *secret, const char *typ, const json_t *claims,
			struct authcode_arena *arena, char **ret_token)
{
	struct ac_part payload;
	enum authcode_err err = ac_compact_claims(claims, arena, &payload);

	return err == AUTHCODE_OK ? ac_hmac_jws_sign(secret, typ, &payload, arena, ret_token) : err;
}

static enum ac_jws_verdict
verify_signature(const struct ac_compact *compact, const struct ac_secret *secret)
{
	uint8_t expected[AC_DIGEST_LEN];
	enum ac_jws_verdict verdict = AC_JWS_SIGNATURE;

	if (strcmp(compact->alg, AC_HS256_NAME) != 0)
		return AC_JWS_ALGORITHM;
	if (ac_secret_len(secret) < AC_HS256_MIN_SECRET)
		return AC_JWS_NO_KEY;
	if (mac(secret, &compact->input, expected) != AUTHCODE_OK)
		return AC_JWS_FAILED;
	if (compact->signature.len == sizeof(expected) &&
	    ac_secret_equal(expected, compact->signature.data, sizeof(expected)))
		verdict = AC_JWS_VERIFIED;
	/* It would sign any token with this header and payload. */
	ac_wipe(expected, sizeof(expected));
	return verdict;
}

enum ac_jws_verdict
ac_hmac_jws_verify(const struct ac_part *token, const struct ac_typ_expect *typ,
		   const struct ac_secret *secret, json_t **ret_claims)
{
	struct ac_compact compact = { 0 };
	enum ac_jws_verdict verdict = ac_compact_parse(token->data, token->len, typ, &compact);

	if (verdict != AC_JWS_VERIFIED)
		return verdict;
	verdict = verify_signature(&compact, secret);
	if (verdict == AC_JWS_VERIFIED)
		verdict = ac_compact_payload(&compact, ret_claims);
	ac_compact_clear(&compact);
	return verdict;
}
