/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwk.h. The members RFC 7638 §3.2 hashes are exactly the ones that make
 * the key, so both the published JWK and the thumbprint begin with
 * required_members(); a private part is never asked for.
 */
#include "jose/jwk.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "jose/digest.h"

#define COORDINATE_LEN 32
#define NUMBER_MAX 1024 /* an RSA modulus */

struct ac_jwk {
	atomic_uint references;
	EVP_PKEY *pkey;
	unsigned algs;
	bool own;
	char kid[AC_MAX_KID + 1]; /* empty: none */
};

bool
ac_kid_valid(const char *kid)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_.~:-";
	const size_t len = strlen(kid);

	return len > 0 && len <= AC_MAX_KID && strspn(kid, allowed) == len;
}

static bool
put_bytes(json_t *object, const char *name, const uint8_t *bytes, size_t len)
{
	char text[AC_BASE64URL_LEN(NUMBER_MAX) + 1];

	ac_base64url_encode(bytes, len, text);
	return json_object_set_new(object, name, json_string(text)) == 0;
}

/* A number of the key, len bytes long; 0: as long as it is (RFC 7518 §2,
 * Base64urlUInt). */
static bool
put_number(json_t *object, const char *name, const EVP_PKEY *pkey, const char *param, int len)
{
	BIGNUM *number = NULL;
	uint8_t bytes[NUMBER_MAX];
	bool ok = false;

	if (EVP_PKEY_get_bn_param(pkey, param, &number) == 1 &&
	    BN_num_bytes(number) <= (len > 0 ? len : NUMBER_MAX)) {
		len = len > 0 ? len : BN_num_bytes(number);
		ok = BN_bn2binpad(number, bytes, len) == len &&
		     put_bytes(object, name, bytes, (size_t)len);
	}
	BN_free(number);
	return ok;
}

static bool
put_rsa(json_t *object, const EVP_PKEY *pkey)
{
	return put_number(object, "n", pkey, OSSL_PKEY_PARAM_RSA_N, 0) &&
	       put_number(object, "e", pkey, OSSL_PKEY_PARAM_RSA_E, 0);
}

static bool
put_ec(json_t *object, const EVP_PKEY *pkey)
{
	return put_number(object, "x", pkey, OSSL_PKEY_PARAM_EC_PUB_X, COORDINATE_LEN) &&
	       put_number(object, "y", pkey, OSSL_PKEY_PARAM_EC_PUB_Y, COORDINATE_LEN);
}

static bool
put_okp(json_t *object, const EVP_PKEY *pkey)
{
	uint8_t bytes[COORDINATE_LEN];
	size_t len = sizeof(bytes);

	return EVP_PKEY_get_raw_public_key(pkey, bytes, &len) == 1 && len == sizeof(bytes) &&
	       put_bytes(object, "x", bytes, len);
}

static const struct {
	const char *kty;
	bool (*put)(json_t *object, const EVP_PKEY *pkey);
} types[] = {
	{ "RSA", put_rsa },
	{ "EC", put_ec },
	{ "OKP", put_okp },
};

/* Any algorithm the key fits: those of one key agree on kty and crv. */
static const struct ac_alg *
first_alg(const struct ac_jwk *jwk)
{
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		if (jwk->algs & AC_ALG_BIT(id))
			return ac_alg((enum ac_alg_id)id);
	}
	return NULL;
}

static bool
put_type(json_t *object, const struct ac_jwk *jwk, const struct ac_alg *alg)
{
	if (json_object_set_new(object, "kty", json_string(alg->kty)) != 0 ||
	    (alg->crv != NULL && json_object_set_new(object, "crv", json_string(alg->crv)) != 0))
		return false;
	for (size_t i = 0; i < AC_ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].kty, alg->kty) == 0)
			return types[i].put(object, jwk->pkey);
	}
	return false;
}

static json_t *
required_members(const struct ac_jwk *jwk)
{
	const struct ac_alg *alg = first_alg(jwk);
	json_t *object = json_object();
	bool ok;

	ERR_set_mark();
	ok = object != NULL && alg != NULL && put_type(object, jwk, alg);
	ERR_pop_to_mark();
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}

json_t *
ac_jwk_public(const struct ac_jwk *jwk)
{
	const struct ac_alg *alg = ac_jwk_alg(jwk);
	const char *kid = ac_jwk_kid(jwk);
	json_t *object = required_members(jwk);

	if (object != NULL && json_object_set_new(object, "use", json_string("sig")) == 0 &&
	    (alg == NULL || json_object_set_new(object, "alg", json_string(alg->name)) == 0) &&
	    (kid == NULL || json_object_set_new(object, "kid", json_string(kid)) == 0))
		return object;
	json_decref(object);
	return NULL;
}

/* RFC 7638 §3.3: no white space, members ordered by name. */
enum authcode_err
ac_jwk_thumbprint(const struct ac_jwk *jwk, char ret_text[AC_THUMBPRINT_SIZE])
{
	json_t *object = required_members(jwk);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	uint8_t digest[AC_DIGEST_LEN];
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;

	if (text != NULL) {
		const struct ac_part part = { text, strlen(text) };

		err = ac_sha256(&part, 1, digest);
	}
	if (err == AUTHCODE_OK)
		ac_base64url_encode(digest, sizeof(digest), ret_text);
	free(text);
	json_decref(object);
	return err;
}

static struct ac_jwk *
new_without_kid(EVP_PKEY *pkey, unsigned algs, bool own)
{
	struct ac_jwk *jwk = calloc(1, sizeof(*jwk));

	if (jwk == NULL)
		return NULL;
	atomic_init(&jwk->references, 1);
	jwk->pkey = pkey;
	jwk->algs = algs;
	jwk->own = own;
	return jwk;
}

enum authcode_err
ac_jwk_new_public_take(EVP_PKEY *pkey, unsigned algs, const char *kid, struct ac_jwk **ret)
{
	struct ac_jwk *jwk;

	if (algs == 0 || (algs & ~AC_ALG_ALL) != 0 || (kid != NULL && !ac_kid_valid(kid)))
		return AUTHCODE_ERR_USAGE;
	jwk = new_without_kid(pkey, algs, false);
	if (jwk == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (kid != NULL)
		memcpy(jwk->kid, kid, strlen(kid) + 1);
	*ret = jwk;
	return AUTHCODE_OK;
}

enum authcode_err
ac_jwk_new_own_take(EVP_PKEY *pkey, const struct ac_alg *alg, struct ac_jwk **ret)
{
	struct ac_jwk *jwk = new_without_kid(pkey, AC_ALG_BIT(alg->id), true);
	enum authcode_err err;

	if (jwk == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_jwk_thumbprint(jwk, jwk->kid);
	if (err != AUTHCODE_OK) {
		free(jwk); /* pkey stays the caller's */
		return err;
	}
	*ret = jwk;
	return AUTHCODE_OK;
}

struct ac_jwk *
ac_jwk_ref(struct ac_jwk *jwk)
{
	atomic_fetch_add_explicit(&jwk->references, 1, memory_order_relaxed);
	return jwk;
}

void
ac_jwk_free(struct ac_jwk **jwk)
{
	struct ac_jwk *gone = *jwk;

	*jwk = NULL;
	if (gone == NULL ||
	    atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(gone->pkey); /* wipes the private part */
	free(gone);
}

EVP_PKEY *
ac_jwk_pkey(const struct ac_jwk *jwk)
{
	return jwk->pkey;
}

const char *
ac_jwk_kid(const struct ac_jwk *jwk)
{
	return jwk->kid[0] != '\0' ? jwk->kid : NULL;
}

const struct ac_alg *
ac_jwk_alg(const struct ac_jwk *jwk)
{
	const struct ac_alg *alg = first_alg(jwk);

	return alg != NULL && jwk->algs == AC_ALG_BIT(alg->id) ? alg : NULL;
}

bool
ac_jwk_is_own(const struct ac_jwk *jwk)
{
	return jwk->own;
}

bool
ac_jwk_fits(const struct ac_jwk *jwk, const struct ac_alg *alg)
{
	return (jwk->algs & AC_ALG_BIT(alg->id)) != 0;
}
