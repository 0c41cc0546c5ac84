/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jws.h.
 */
#include "jose/jws.h"

#include <string.h>

#include "base/limits.h"
#include "jose/signature.h"

enum authcode_err
ac_jws_sign(const struct ac_jwk *key, const char *typ, const struct ac_part *payload,
	    struct authcode_arena *arena, char **ret_token)
{
	const struct ac_alg *alg = ac_jwk_alg(key);
	struct ac_compact_draft draft;
	struct ac_compact_header header;
	struct ac_signature signature;
	struct ac_part input;
	enum authcode_err err;

	if (!ac_jwk_is_own(key) || alg == NULL)
		return AUTHCODE_ERR_USAGE;
	header = (struct ac_compact_header){ alg->name, ac_jwk_kid(key), typ };
	err = ac_compact_begin(&header, payload, ac_signature_len(ac_jwk_pkey(key), alg), arena,
			       &draft);
	if (err != AUTHCODE_OK)
		return err;
	input = (struct ac_part){ draft.text, draft.input_len };
	err = ac_signature_make(ac_jwk_pkey(key), alg, &input, &signature);
	if (err != AUTHCODE_OK)
		return err;
	ac_compact_finish(&draft, signature.bytes, signature.len);
	if (strlen(draft.text) > AC_MAX_JWS)
		return AUTHCODE_ERR_LIMIT;
	*ret_token = draft.text;
	return AUTHCODE_OK;
}

enum authcode_err
ac_jws_sign_claims(const struct ac_jwk *key, const char *typ, const json_t *claims,
		   struct authcode_arena *arena, char **ret_token)
{
	struct ac_part payload;
	enum authcode_err err = ac_compact_claims(claims, arena, &payload);

	return err == AUTHCODE_OK ? ac_jws_sign(key, typ, &payload, arena, ret_token) : err;
}

/* Algorithm first, then the key, which must be made for it (RFC 8725 §3.1). */
static enum ac_jws_verdict
verify_signature(const struct ac_compact *compact, const struct ac_jws_expect *expect)
{
	const struct ac_alg *alg = ac_alg_find(compact->alg);
	struct ac_signature signature;
	const struct ac_jwk *key;

	if (alg == NULL || (expect->algs & AC_ALG_BIT(alg->id)) == 0)
		return AC_JWS_ALGORITHM;
	key = expect->find_key(expect->keys, compact->kid, alg);
	if (key == NULL || !ac_jwk_fits(key, alg))
		return AC_JWS_NO_KEY;
	if (compact->signature.len > sizeof(signature.bytes))
		return AC_JWS_SIGNATURE;
	memcpy(signature.bytes, compact->signature.data, compact->signature.len);
	signature.len = compact->signature.len;
	if (!ac_signature_verify(ac_jwk_pkey(key), alg, &compact->input, &signature))
		return AC_JWS_SIGNATURE;
	return AC_JWS_VERIFIED;
}

enum ac_jws_verdict
ac_jws_verify(const char *token, size_t len, const struct ac_jws_expect *expect,
	      json_t **ret_claims)
{
	struct ac_compact compact = { 0 };
	enum ac_jws_verdict verdict = ac_compact_parse(token, len, &expect->typ, &compact);

	if (verdict != AC_JWS_VERIFIED)
		return verdict;
	verdict = verify_signature(&compact, expect);
	if (verdict == AC_JWS_VERIFIED)
		verdict = ac_compact_payload(&compact, ret_claims);
	ac_compact_clear(&compact);
	return verdict;
}
