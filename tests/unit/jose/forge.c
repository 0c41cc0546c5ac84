/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See forge.h.
 */
#include "tests/unit/jose/forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"
#include "jose/jwk_parse.h"
#include "jose/key_pair.h"
#include "tests/unit/jose/rfc_keys.h"

static const struct {
	const char *pkcs8, *public;
} pairs[AC_ALG_COUNT] = {
	[AC_ALG_RS256] = { RFC_RSA_PKCS8, RFC_RSA_JWK },
	[AC_ALG_PS256] = { RFC_RSA_PKCS8, RFC_RSA_JWK },
	[AC_ALG_ES256] = { RFC_EC_PKCS8, RFC_EC_JWK },
	[AC_ALG_EDDSA] = { RFC_ED_PKCS8, RFC_ED_JWK },
};

static void
must(bool condition, const char *what)
{
	if (condition)
		return;
	(void)fprintf(stderr, "forge: %s\n", what);
	abort();
}

struct ac_part
forge_bytes(const char *text)
{
	static unsigned char bytes[FORGE_MAX];
	size_t len = 0;

	must(ac_base64url_decode(text, strlen(text), bytes, sizeof(bytes), &len), text);
	return (struct ac_part){ bytes, len };
}

struct ac_jwk *
forge_key(enum ac_alg_id id)
{
	const struct ac_part der = forge_bytes(pairs[id].pkcs8);
	struct ac_jwk *key = NULL;

	must(ac_key_pair_decode(ac_alg(id), der.data, der.len, &key) == AUTHCODE_OK, "key pair");
	return key;
}

struct ac_jwk *
forge_public_key(enum ac_alg_id id)
{
	struct ac_jwk *key = NULL;

	must(ac_jwk_parse(pairs[id].public, strlen(pairs[id].public), &key) == AC_JWK_GOOD,
	     "public key");
	return key;
}

const char *
forge_input(const char *header, const char *payload)
{
	static char text[FORGE_MAX];
	const size_t header_len = strlen(header), payload_len = strlen(payload);
	const size_t dot = AC_BASE64URL_LEN(header_len);

	must(dot + 1 + AC_BASE64URL_LEN(payload_len) < sizeof(text), "too long");
	ac_base64url_encode(header, header_len, text);
	text[dot] = '.';
	ac_base64url_encode(payload, payload_len, text + dot + 1);
	return text;
}

const char *
forge_signed(const char *input, const void *signature, size_t len)
{
	static char text[FORGE_MAX];
	const size_t input_len = strlen(input);

	must(input_len + 1 + AC_BASE64URL_LEN(len) < sizeof(text), "too long");
	memmove(text, input, input_len);
	text[input_len] = '.';
	ac_base64url_encode(signature, len, text + input_len + 1);
	return text;
}

const char *
forge_token(const struct ac_jwk *key, enum ac_alg_id id, const char *header, const char *payload)
{
	const char *input = forge_input(header, payload);
	const struct ac_part part = { input, strlen(input) };
	struct ac_signature signature;

	must(ac_signature_make(ac_jwk_pkey(key), ac_alg(id), &part, &signature) == AUTHCODE_OK,
	     "signature");
	return forge_signed(input, signature.bytes, signature.len);
}

const struct ac_jwk *
forge_find(const void *keys, const char *kid, const struct ac_alg *alg)
{
	(void)kid;
	(void)alg;
	return keys;
}
