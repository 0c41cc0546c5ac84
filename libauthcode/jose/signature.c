/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See signature.h. Contexts are made for each call: copying a prepared one would
 * save 2 µs of the 20 of an ES256 signature, nothing of an RSA one, and each key
 * would carry a context with it. The error queue of
 * libcrypto is left as it was found: it belongs to the thread, and a host that
 * speaks TLS in it would read our refusals as its own failures.
 */
#include "jose/signature.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/attr.h"

#define P256_LEN 32
#define DER_MAX 72 /* two INTEGERs of at most 33 bytes, and three heads */

/* The order of P-256 (SEC 2 §2.4.2). */
static const uint8_t p256_order[P256_LEN] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* 1 ≤ number < order (FIPS 186-5 §6.4.2); signatures are public, no secret. */
static bool
in_range(const uint8_t number[P256_LEN])
{
	static const uint8_t zero[P256_LEN];

	return memcmp(number, zero, P256_LEN) != 0 && memcmp(number, p256_order, P256_LEN) < 0;
}

static size_t
der_from_raw(const uint8_t raw[2 * P256_LEN], uint8_t der[DER_MAX])
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, P256_LEN, NULL);
	BIGNUM *s = BN_bin2bn(raw + P256_LEN, P256_LEN, NULL);
	uint8_t *end = der;
	int len = 0;

	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		r = s = NULL; /* the pair has them */
		len = i2d_ECDSA_SIG(pair, NULL);
		len = len > 0 && len <= DER_MAX ? i2d_ECDSA_SIG(pair, &end) : 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(pair);
	return len > 0 ? (size_t)len : 0;
}

static bool
raw_from_der(const uint8_t *der, size_t len, uint8_t raw[2 * P256_LEN])
{
	const uint8_t *end = der;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &end, (long)len);
	bool ok = pair != NULL && end == der + len &&
		  BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, P256_LEN) == P256_LEN &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + P256_LEN, P256_LEN) == P256_LEN;

	ECDSA_SIG_free(pair);
	return ok;
}

size_t
ac_signature_len(const EVP_PKEY *pkey, const struct ac_alg *alg)
{
	const int size = EVP_PKEY_get_size(pkey);

	if (EVP_PKEY_is_a(pkey, alg->key_type) != 1 || size <= 0 || size > AC_MAX_SIGNATURE)
		return 0;
	return alg->signature_len > 0 ? alg->signature_len : (size_t)size;
}

/* RFC 7518 §3.5: MGF1 with the same hash, the salt exactly as long. */
static bool
set_padding(EVP_PKEY_CTX *ctx, const struct ac_alg *alg)
{
	return !alg->pss || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
			     EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool
sign(EVP_MD_CTX *ctx, EVP_PKEY *pkey, const struct ac_alg *alg, const struct ac_part *input,
     struct ac_signature *signature)
{
	EVP_PKEY_CTX *key_ctx = NULL; /* belongs to ctx */

	signature->len = sizeof(signature->bytes);
	return ctx != NULL &&
	       EVP_DigestSignInit_ex(ctx, &key_ctx, alg->digest, NULL, NULL, pkey, NULL) == 1 &&
	       set_padding(key_ctx, alg) &&
	       EVP_DigestSign(ctx, signature->bytes, &signature->len, input->data, input->len) == 1;
}

static bool
verify(EVP_MD_CTX *ctx, EVP_PKEY *pkey, const struct ac_alg *alg, const struct ac_part *input,
       const struct ac_part *signature)
{
	EVP_PKEY_CTX *key_ctx = NULL; /* belongs to ctx */

	return ctx != NULL &&
	       EVP_DigestVerifyInit_ex(ctx, &key_ctx, alg->digest, NULL, NULL, pkey, NULL) == 1 &&
	       set_padding(key_ctx, alg) &&
	       EVP_DigestVerify(ctx, signature->data, signature->len, input->data, input->len) == 1;
}

enum authcode_err
ac_signature_make(EVP_PKEY *pkey, const struct ac_alg *alg, const struct ac_part *input,
		  struct ac_signature *ret)
{
	const size_t len = ac_signature_len(pkey, alg);
	struct ac_signature made = { .len = 0 };
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;
	EVP_MD_CTX *ctx;

	if (len == 0)
		return AUTHCODE_ERR_USAGE;
	ERR_set_mark();
	ctx = EVP_MD_CTX_new();
	if (!sign(ctx, pkey, alg, input, &made))
		goto out;
	if (alg->id == AC_ALG_ES256) {
		uint8_t raw[2 * P256_LEN];

		if (!raw_from_der(made.bytes, made.len, raw))
			goto out;
		memcpy(made.bytes, raw, sizeof(raw));
		made.len = sizeof(raw);
	}
	if (made.len != len)
		goto out;
	*ret = made;
	err = AUTHCODE_OK;
out:
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return err;
}

bool
ac_signature_verify(EVP_PKEY *pkey, const struct ac_alg *alg, const struct ac_part *input,
		    const struct ac_signature *signature)
{
	struct ac_part given = { signature->bytes, signature->len };
	uint8_t der[DER_MAX];
	EVP_MD_CTX *ctx;
	bool good = false;

	if (signature->len == 0 || signature->len != ac_signature_len(pkey, alg))
		return false;
	ERR_set_mark();
	ctx = EVP_MD_CTX_new();
	if (alg->id == AC_ALG_ES256) {
		if (!in_range(signature->bytes) || !in_range(signature->bytes + P256_LEN))
			goto out;
		given = (struct ac_part){ der, der_from_raw(signature->bytes, der) };
		if (given.len == 0)
			goto out;
	}
	good = verify(ctx, pkey, alg, input, &given);
out:
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	return good;
}
