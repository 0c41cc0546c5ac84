/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * SHA-256 (FIPS 180-4), HMAC (RFC 2104) and HKDF (RFC 5869) over libcrypto.
 *
 * Fetching an algorithm costs several times what hashing a token does, so both
 * algorithms are fetched once per process and every thread keeps its contexts,
 * freed when it ends. The fetched set is the only file-scope state: written by
 * pthread_once() alone and constant from then on. When fetching fails it stays
 * empty, and every call answers ERR_CRYPTO.
 */
#include "jose/digest.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/secret.h"

struct contexts {
	EVP_MD_CTX *sha256;
	EVP_MAC_CTX *hmac;
};

static struct {
	pthread_once_t once;
	EVP_MD *sha256;
	EVP_MAC *hmac;
	pthread_key_t key; /* struct contexts of the thread; meaningful when ready */
	bool ready;
} fetched = { .once = PTHREAD_ONCE_INIT };

static void
contexts_free(void *arg)
{
	struct contexts *contexts = arg;

	EVP_MD_CTX_free(contexts->sha256);
	EVP_MAC_CTX_free(contexts->hmac);
	free(contexts);
}

static void
fetch(void)
{
	fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	fetched.ready = fetched.sha256 != NULL && fetched.hmac != NULL &&
			pthread_key_create(&fetched.key, contexts_free) == 0;
}

/* The digest is named once; later EVP_MAC_init() calls bring a key only. */
static bool
hmac_use_sha256(EVP_MAC_CTX *hmac)
{
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_CTX_set_params(hmac, params) == 1;
}

/* The contexts of this thread, NULL when there can be none. */
static struct contexts *
contexts_of_thread(void)
{
	struct contexts *contexts;

	if (pthread_once(&fetched.once, fetch) != 0 || !fetched.ready)
		return NULL;
	contexts = pthread_getspecific(fetched.key);
	if (contexts != NULL)
		return contexts;
	contexts = calloc(1, sizeof(*contexts));
	if (contexts == NULL)
		return NULL;
	contexts->sha256 = EVP_MD_CTX_new();
	contexts->hmac = EVP_MAC_CTX_new(fetched.hmac);
	if (contexts->sha256 == NULL || contexts->hmac == NULL ||
	    !hmac_use_sha256(contexts->hmac) || pthread_setspecific(fetched.key, contexts) != 0) {
		contexts_free(contexts);
		return NULL;
	}
	return contexts;
}

enum authcode_err
ac_sha256(const struct ac_part *parts, size_t count, uint8_t out[AC_DIGEST_LEN])
{
	struct contexts *contexts = contexts_of_thread();
	uint8_t digest[AC_DIGEST_LEN];

	if (contexts == NULL || EVP_DigestInit_ex2(contexts->sha256, fetched.sha256, NULL) != 1)
		return AUTHCODE_ERR_CRYPTO;
	for (size_t i = 0; i < count; i++) {
		if (EVP_DigestUpdate(contexts->sha256, parts[i].data, parts[i].len) != 1)
			return AUTHCODE_ERR_CRYPTO;
	}
	if (EVP_DigestFinal_ex(contexts->sha256, digest, NULL) != 1)
		return AUTHCODE_ERR_CRYPTO;
	memcpy(out, digest, sizeof(digest));
	ac_wipe(digest, sizeof(digest));
	return AUTHCODE_OK;
}

enum authcode_err
ac_hmac_sha256_any(const struct ac_part *key, const struct ac_part *parts, size_t count,
		   uint8_t out[AC_DIGEST_LEN])
{
	struct contexts *contexts = contexts_of_thread();
	uint8_t digest[AC_DIGEST_LEN];
	size_t len = 0;

	/* Without a key EVP_MAC_init() would keep the one of the call before. */
	if (contexts == NULL || key->data == NULL ||
	    EVP_MAC_init(contexts->hmac, key->data, key->len, NULL) != 1)
		return AUTHCODE_ERR_CRYPTO;
	for (size_t i = 0; i < count; i++) {
		if (EVP_MAC_update(contexts->hmac, parts[i].data, parts[i].len) != 1)
			return AUTHCODE_ERR_CRYPTO;
	}
	if (EVP_MAC_final(contexts->hmac, digest, &len, sizeof(digest)) != 1 ||
	    len != sizeof(digest))
		return AUTHCODE_ERR_CRYPTO;
	memcpy(out, digest, sizeof(digest));
	ac_wipe(digest, sizeof(digest));
	return AUTHCODE_OK;
}

enum authcode_err
ac_hmac_sha256(const uint8_t key[AC_DIGEST_LEN], const struct ac_part *parts, size_t count,
	       uint8_t out[AC_DIGEST_LEN])
{
	const struct ac_part part = { key, AC_DIGEST_LEN };

	return ac_hmac_sha256_any(&part, parts, count, out);
}

/* RFC 5869 §2.3 with one block: T(1) = HMAC(PRK, info ‖ 0x01). The NUL between
 * label and context makes the pair unambiguous, neither can hold one. */
enum authcode_err
ac_derive_key(const uint8_t master[AC_DIGEST_LEN], const char *label, const char *context,
	      uint8_t out[AC_DIGEST_LEN])
{
	static const uint8_t no_salt[AC_DIGEST_LEN]; /* RFC 5869 §2.2 */
	const struct ac_part extract[] = { { master, AC_DIGEST_LEN } };
	const struct ac_part expand[] = {
		{ label, strlen(label) + 1 },
		{ context, strlen(context) },
		{ "\x01", 1 },
	};
	uint8_t prk[AC_DIGEST_LEN];
	enum authcode_err err;

	err = ac_hmac_sha256(no_salt, extract, 1, prk);
	if (err == AUTHCODE_OK)
		err = ac_hmac_sha256(prk, expand, AC_ARRAY_SIZE(expand), out);
	ac_wipe(prk, sizeof(prk));
	return err;
}
