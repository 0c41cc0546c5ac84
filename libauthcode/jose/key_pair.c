/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See key_pair.h.
 */
#include "jose/key_pair.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "jose/signature.h"

static EVP_PKEY *
generate(const struct ac_alg *alg)
{
	if (strcmp(alg->kty, "RSA") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, alg->key_type, (size_t)alg->min_bits);
	if (alg->group != NULL)
		return EVP_PKEY_Q_keygen(NULL, NULL, alg->key_type, alg->group);
	return EVP_PKEY_Q_keygen(NULL, NULL, alg->key_type);
}

/* The type, the named curve and the size of the row. */
static bool
is_of(const EVP_PKEY *pkey, const struct ac_alg *alg)
{
	const int bits = EVP_PKEY_get_bits(pkey);
	char group[64];
	size_t len = 0;

	if (EVP_PKEY_is_a(pkey, alg->key_type) != 1 || bits < alg->min_bits || bits > alg->max_bits)
		return false;
	return alg->group == NULL ||
	       (EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) == 1 &&
		strcmp(group, alg->group) == 0);
}

static bool
signs_and_verifies(EVP_PKEY *pkey, const struct ac_alg *alg)
{
	const struct ac_part input = { "self test", 9 };
	const struct ac_part other = { "self text", 9 };
	struct ac_signature signature;

	return ac_signature_make(pkey, alg, &input, &signature) == AUTHCODE_OK &&
	       ac_signature_verify(pkey, alg, &input, &signature) &&
	       !ac_signature_verify(pkey, alg, &other, &signature);
}

static enum authcode_err
adopt_take(EVP_PKEY *pkey, const struct ac_alg *alg, struct ac_jwk **ret)
{
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;

	if (pkey != NULL && is_of(pkey, alg) && signs_and_verifies(pkey, alg))
		err = ac_jwk_new_own_take(pkey, alg, ret);
	if (err != AUTHCODE_OK)
		EVP_PKEY_free(pkey);
	return err;
}

/* One pair of 64 is thrown away: a kid is typed on command lines, where a word that begins
 * with '-' is an option. */
enum authcode_err
ac_key_pair_new(const struct ac_alg *alg, struct ac_jwk **ret)
{
	enum authcode_err err;

	ERR_set_mark();
	err = adopt_take(generate(alg), alg, ret);
	while (err == AUTHCODE_OK && ac_jwk_kid(*ret)[0] == '-') {
		ac_jwk_free(ret);
		err = adopt_take(generate(alg), alg, ret);
	}
	ERR_pop_to_mark();
	return err;
}

enum authcode_err
ac_key_pair_encode(const struct ac_jwk *jwk, struct ac_secret **ret)
{
	OSSL_ENCODER_CTX *ctx;
	unsigned char *der = NULL;
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;
	size_t len = 0;

	if (!ac_jwk_is_own(jwk))
		return AUTHCODE_ERR_USAGE;
	ERR_set_mark();
	ctx = OSSL_ENCODER_CTX_new_for_pkey(ac_jwk_pkey(jwk), EVP_PKEY_KEYPAIR, "DER",
					    "PrivateKeyInfo", NULL);
	if (ctx != NULL && OSSL_ENCODER_to_data(ctx, &der, &len) == 1 && len <= AC_MAX_PKCS8)
		err = ac_secret_new(der, len, ret);
	OPENSSL_clear_free(der, len);
	OSSL_ENCODER_CTX_free(ctx);
	ERR_pop_to_mark();
	return err;
}

enum authcode_err
ac_key_pair_decode(const struct ac_alg *alg, const void *der, size_t len, struct ac_jwk **ret)
{
	const unsigned char *end = der;
	PKCS8_PRIV_KEY_INFO *info = NULL;
	enum authcode_err err = AUTHCODE_ERR_SYNTAX;

	ERR_set_mark();
	if (len <= AC_MAX_PKCS8)
		info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, (long)len);
	if (info != NULL && end == (const unsigned char *)der + len)
		err = adopt_take(EVP_PKCS82PKEY(info), alg, ret);
	PKCS8_PRIV_KEY_INFO_free(info); /* wipes */
	ERR_pop_to_mark();
	return err;
}
