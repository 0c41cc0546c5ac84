/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See jwk_parse.h. The order is: what kind of key it says it is, then its
 * numbers, then libcrypto. So nothing that is not for us is ever calculated.
 */
#include "jose/jwk_parse.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "jose/json_text.h"

#define COORDINATE_LEN 32
#define MODULUS_MAX 1024
#define EXPONENT_MIN 65537u
#define EXPONENT_MAX_LEN 4
#define OPERATIONS_MAX 8 /* RFC 7517 §4.3 has eight */

static const struct {
	const char *words;
	bool passed_over;
} verdicts[AC_JWK_VERDICT_COUNT] = {
	[AC_JWK_MALFORMED] = { "malformed key", false },
	[AC_JWK_PRIVATE] = { "contains a private key", false },
	[AC_JWK_UNSUPPORTED] = { "key type or algorithm not supported", true },
	[AC_JWK_OTHER_USE] = { "key is not for verifying signatures", true },
	[AC_JWK_KID] = { "kid too long or with other characters than A-Z a-z 0-9 _ . ~ : -", true },
	[AC_JWK_MISMATCH] = { "algorithm does not fit the key type", false },
	[AC_JWK_WEAK] = { "RSA key size or exponent not accepted", true },
	[AC_JWK_UNSOUND] = { "not a valid public key", false },
	[AC_JWK_NO_KEY] = { "no key that can be used", false },
	[AC_JWK_TOO_MANY] = { "too many keys", false },
	[AC_JWK_FAILED] = { "out of memory", false },
	[AC_JWK_GOOD] = { "good", false },
};

/* RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2. */
static const char *const private_members[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };

struct bytes {
	uint8_t data[MODULUS_MAX];
	size_t len;
};

const char *
ac_jwk_words(enum ac_jwk_verdict verdict)
{
	return verdicts[(unsigned)verdict < AC_JWK_VERDICT_COUNT ? verdict : 0].words;
}

bool
ac_jwk_passed_over(enum ac_jwk_verdict verdict)
{
	return (unsigned)verdict < AC_JWK_VERDICT_COUNT && verdicts[verdict].passed_over;
}

/* False: absent, no string, not base64url, empty or longer than fits. */
static bool
get_bytes(const json_t *object, const char *name, struct bytes *ret)
{
	const char *text = ac_json_text(object, name);

	return text != NULL &&
	       ac_base64url_decode(text, strlen(text), ret->data, sizeof(ret->data), &ret->len) &&
	       ret->len > 0;
}

/* RFC 7517 §4.3: an array of distinct strings; ours must be among them. */
static enum ac_jwk_verdict
check_key_ops(const json_t *operations)
{
	enum ac_jwk_verdict verdict = AC_JWK_OTHER_USE;
	const size_t count = json_array_size(operations);

	if (operations == NULL)
		return AC_JWK_GOOD;
	if (!json_is_array(operations))
		return AC_JWK_MALFORMED;
	for (size_t i = 0; i < count; i++) {
		const json_t *operation = json_array_get(operations, i);

		if (!json_is_string(operation) || i >= OPERATIONS_MAX)
			return AC_JWK_MALFORMED;
		for (size_t before = 0; before < i; before++) {
			if (json_equal(json_array_get(operations, before), operation))
				return AC_JWK_MALFORMED;
		}
		if (strcmp(json_string_value(operation), "verify") == 0)
			verdict = AC_JWK_GOOD;
	}
	return verdict;
}

static enum ac_jwk_verdict
check_purpose(const json_t *object)
{
	const char *use, *kid;

	if (!ac_json_optional_text(object, "use", &use) ||
	    !ac_json_optional_text(object, "kid", &kid))
		return AC_JWK_MALFORMED;
	if (use != NULL && strcmp(use, "sig") != 0)
		return AC_JWK_OTHER_USE;
	if (kid != NULL && !ac_kid_valid(kid))
		return AC_JWK_KID;
	return check_key_ops(json_object_get(object, "key_ops"));
}

/* The algorithms that kty and crv allow, narrowed by alg. */
static enum ac_jwk_verdict
find_algs(const json_t *object, unsigned *ret_algs)
{
	const char *kty = ac_json_text(object, "kty"), *crv, *name;
	const struct ac_alg *named = NULL;
	unsigned algs = 0;

	if (kty == NULL || !ac_json_optional_text(object, "crv", &crv) ||
	    !ac_json_optional_text(object, "alg", &name))
		return AC_JWK_MALFORMED;
	for (unsigned id = 0; id < AC_ALG_COUNT; id++) {
		const struct ac_alg *alg = ac_alg((enum ac_alg_id)id);

		if (strcmp(alg->kty, kty) != 0)
			continue;
		if (alg->crv != NULL && crv == NULL)
			return AC_JWK_MALFORMED;
		if (alg->crv == NULL || strcmp(alg->crv, crv) == 0)
			algs |= AC_ALG_BIT(id);
	}
	if (name != NULL)
		named = ac_alg_find(name);
	if (algs == 0 || (name != NULL && named == NULL))
		return AC_JWK_UNSUPPORTED;
	if (named != NULL)
		algs &= AC_ALG_BIT(named->id);
	*ret_algs = algs;
	return algs != 0 ? AC_JWK_GOOD : AC_JWK_MISMATCH;
}

/* Takes params; NULL when libcrypto does not find the key sound. */
static EVP_PKEY *
import(const char *key_type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, key_type, NULL);
	EVP_PKEY_CTX *check = NULL;
	EVP_PKEY *pkey = NULL;

	if (params != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1)
		check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	if (check == NULL || EVP_PKEY_public_check(check) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return pkey;
}

static OSSL_PARAM *
rsa_params(const struct bytes *n, const struct bytes *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn(n->data, (int)n->len, NULL);
	BIGNUM *exponent = BN_bin2bn(e->data, (int)e->len, NULL);
	OSSL_PARAM *params = NULL;

	if (build != NULL && modulus != NULL && exponent != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	BN_free(exponent);
	BN_free(modulus);
	OSSL_PARAM_BLD_free(build);
	return params;
}

/* RFC 7518 §6.3.1: no leading zero octet. An even exponent is none; a small one
 * turns a slip in padding into a forgery (SP 800-56B §6.2 asks for 65537 too). */
static enum ac_jwk_verdict
import_rsa(const json_t *object, const struct ac_alg *alg, EVP_PKEY **ret)
{
	const char *modulus = ac_json_text(object, "n");
	struct bytes n, e;
	uint32_t exponent = 0;
	int bits;

	if (modulus != NULL && strlen(modulus) > AC_BASE64URL_LEN(MODULUS_MAX))
		return AC_JWK_WEAK;
	if (!get_bytes(object, "n", &n) || !get_bytes(object, "e", &e) || n.data[0] == 0 ||
	    e.data[0] == 0)
		return AC_JWK_MALFORMED;
	bits = (int)n.len * 8;
	for (unsigned top = n.data[0]; top < 0x80; top <<= 1)
		bits--;
	if (bits < alg->min_bits || bits > alg->max_bits || e.len > EXPONENT_MAX_LEN)
		return AC_JWK_WEAK;
	for (size_t i = 0; i < e.len; i++)
		exponent = exponent << 8 | e.data[i];
	if (exponent % 2 == 0 || exponent < EXPONENT_MIN)
		return AC_JWK_WEAK;
	*ret = import(alg->key_type, rsa_params(&n, &e));
	return *ret != NULL ? AC_JWK_GOOD : AC_JWK_UNSOUND;
}

static OSSL_PARAM *
ec_params(const struct ac_alg *alg, const struct bytes *x, const struct bytes *y)
{
	uint8_t point[1 + 2 * COORDINATE_LEN] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;

	memcpy(point + 1, x->data, COORDINATE_LEN);
	memcpy(point + 1 + COORDINATE_LEN, y->data, COORDINATE_LEN);
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, alg->group, 0) ==
		    1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
					     sizeof(point)) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	return params;
}

/* RFC 7518 §6.2.1.2: coordinates have the full length of the field. */
static enum ac_jwk_verdict
import_ec(const json_t *object, const struct ac_alg *alg, EVP_PKEY **ret)
{
	struct bytes x, y;

	if (!get_bytes(object, "x", &x) || !get_bytes(object, "y", &y) || x.len != COORDINATE_LEN ||
	    y.len != COORDINATE_LEN)
		return AC_JWK_MALFORMED;
	*ret = import(alg->key_type, ec_params(alg, &x, &y));
	return *ret != NULL ? AC_JWK_GOOD : AC_JWK_UNSOUND;
}

/* RFC 8037 §2. A y belongs to RFC 7518's EC: a key of both kinds is none. */
static enum ac_jwk_verdict
import_okp(const json_t *object, const struct ac_alg *alg, EVP_PKEY **ret)
{
	OSSL_PARAM params[] = { OSSL_PARAM_END, OSSL_PARAM_END };
	struct bytes x;

	if (json_object_get(object, "y") != NULL || !get_bytes(object, "x", &x) ||
	    x.len != COORDINATE_LEN)
		return AC_JWK_MALFORMED;
	params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, x.data, x.len);
	*ret = import(alg->key_type, OSSL_PARAM_dup(params));
	return *ret != NULL ? AC_JWK_GOOD : AC_JWK_UNSOUND;
}

static const struct {
	const char *kty;
	enum ac_jwk_verdict (*import)(const json_t *object, const struct ac_alg *alg,
				      EVP_PKEY **ret);
} types[] = {
	{ "RSA", import_rsa },
	{ "EC", import_ec },
	{ "OKP", import_okp },
};

static enum ac_jwk_verdict
import_key(const json_t *object, unsigned algs, EVP_PKEY **ret)
{
	enum ac_jwk_verdict verdict = AC_JWK_UNSUPPORTED;
	const struct ac_alg *alg = NULL;

	for (unsigned id = 0; id < AC_ALG_COUNT && alg == NULL; id++) {
		if (algs & AC_ALG_BIT(id))
			alg = ac_alg((enum ac_alg_id)id);
	}
	if (alg == NULL)
		return verdict;
	ERR_set_mark();
	for (size_t i = 0; i < AC_ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].kty, alg->kty) == 0)
			verdict = types[i].import(object, alg, ret);
	}
	ERR_pop_to_mark();
	return verdict;
}

enum ac_jwk_verdict
ac_jwk_from_json(const json_t *object, struct ac_jwk **ret)
{
	enum ac_jwk_verdict verdict;
	EVP_PKEY *pkey = NULL;
	unsigned algs = 0;

	if (!json_is_object(object))
		return AC_JWK_MALFORMED;
	for (size_t i = 0; i < AC_ARRAY_SIZE(private_members); i++) {
		if (json_object_get(object, private_members[i]) != NULL)
			return AC_JWK_PRIVATE;
	}
	verdict = find_algs(object, &algs);
	if (verdict == AC_JWK_GOOD)
		verdict = check_purpose(object);
	if (verdict == AC_JWK_GOOD)
		verdict = import_key(object, algs, &pkey);
	if (verdict != AC_JWK_GOOD)
		return verdict;
	if (ac_jwk_new_public_take(pkey, algs, ac_json_text(object, "kid"), ret) != AUTHCODE_OK) {
		EVP_PKEY_free(pkey);
		return AC_JWK_FAILED;
	}
	return AC_JWK_GOOD;
}

enum ac_jwk_verdict
ac_jwk_parse(const char *text, size_t len, struct ac_jwk **ret)
{
	json_t *object = NULL;
	enum authcode_err err = ac_json_parse(text, len, AC_MAX_JWKS, &object);
	enum ac_jwk_verdict verdict = err == AUTHCODE_ERR_MEMORY ? AC_JWK_FAILED : AC_JWK_MALFORMED;

	if (object != NULL)
		verdict = ac_jwk_from_json(object, ret);
	json_decref(object);
	return verdict;
}
