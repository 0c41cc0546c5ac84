/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See seal.h. AES-256-GCM (NIST SP 800-38D) with a key of its own for every
 * message, so the twelve-byte GCM nonce is constant. A seal is made per page,
 * not per token request: the cipher is fetched anew each time and no state is
 * kept. Replay is not this file's business.
 */
#include "jose/seal.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/base64url.h"
#include "base/secret.h"

#define OVERHEAD (AC_SEAL_NONCE_LEN + AC_SEAL_TAG_LEN)

static const uint8_t gcm_nonce[12];

struct cipher {
	EVP_CIPHER *algorithm;
	EVP_CIPHER_CTX *ctx;
};

static void
cipher_clear(struct cipher *cipher)
{
	EVP_CIPHER_CTX_free(cipher->ctx);
	EVP_CIPHER_free(cipher->algorithm);
	*cipher = (struct cipher){ 0 };
}

/* Keys the cipher for this message and feeds the label. */
static bool
cipher_begin(struct cipher *cipher, const uint8_t key[AC_DIGEST_LEN],
	     const uint8_t nonce[AC_SEAL_NONCE_LEN], const char *label, bool encrypt)
{
	const struct ac_part parts[] = { { nonce, AC_SEAL_NONCE_LEN } };
	uint8_t message_key[AC_DIGEST_LEN];
	size_t label_len = strlen(label);
	int n = 0;
	bool ok;

	if (label_len > INT_MAX || ac_hmac_sha256(key, parts, 1, message_key) != AUTHCODE_OK)
		return false;
	cipher->algorithm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	cipher->ctx = EVP_CIPHER_CTX_new();
	ok = cipher->algorithm != NULL && cipher->ctx != NULL &&
	     EVP_CipherInit_ex2(cipher->ctx, cipher->algorithm, message_key, gcm_nonce,
				encrypt ? 1 : 0, NULL) == 1 &&
	     EVP_CipherUpdate(cipher->ctx, NULL, &n, (const unsigned char *)label,
			      (int)label_len) == 1;
	ac_wipe(message_key, sizeof(message_key));
	return ok;
}

static bool
encrypt(struct cipher *cipher, const void *data, size_t len, uint8_t *out,
	uint8_t tag[AC_SEAL_TAG_LEN])
{
	int n = 0, last = 0;

	return EVP_CipherUpdate(cipher->ctx, out, &n, data, (int)len) == 1 &&
	       EVP_CipherFinal_ex(cipher->ctx, out + n, &last) == 1 && (size_t)(n + last) == len &&
	       EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_GET_TAG, AC_SEAL_TAG_LEN, tag) == 1;
}

/* False also when the tag does not fit; then out holds nothing to be used. */
static bool
decrypt(struct cipher *cipher, const uint8_t *data, size_t len, uint8_t *out,
	uint8_t tag[AC_SEAL_TAG_LEN])
{
	int n = 0, last = 0;

	return EVP_CIPHER_CTX_ctrl(cipher->ctx, EVP_CTRL_AEAD_SET_TAG, AC_SEAL_TAG_LEN, tag) == 1 &&
	       EVP_CipherUpdate(cipher->ctx, out, &n, data, (int)len) == 1 &&
	       EVP_CipherFinal_ex(cipher->ctx, out + n, &last) == 1 && (size_t)(n + last) == len;
}

enum authcode_err
ac_seal(const uint8_t key[AC_DIGEST_LEN], const uint8_t nonce[AC_SEAL_NONCE_LEN], const char *label,
	const void *data, size_t len, struct authcode_arena *arena, char **ret_sealed)
{
	struct cipher cipher = { 0 };
	uint8_t *blob;
	char *text;
	bool ok;

	if (len > INT_MAX / 2 - OVERHEAD)
		return AUTHCODE_ERR_LIMIT;
	blob = authcode_arena_alloc(arena, len + OVERHEAD);
	text = authcode_arena_alloc(arena, AC_BASE64URL_LEN(len + OVERHEAD) + 1);
	if (blob == NULL || text == NULL)
		return AUTHCODE_ERR_MEMORY;
	memcpy(blob, nonce, AC_SEAL_NONCE_LEN);
	ok = cipher_begin(&cipher, key, nonce, label, true) &&
	     encrypt(&cipher, data, len, blob + AC_SEAL_NONCE_LEN, blob + AC_SEAL_NONCE_LEN + len);
	cipher_clear(&cipher);
	if (!ok)
		return AUTHCODE_ERR_CRYPTO;
	ac_base64url_encode(blob, len + OVERHEAD, text);
	*ret_sealed = text;
	return AUTHCODE_OK;
}

enum authcode_err
ac_unseal(const uint8_t key[AC_DIGEST_LEN], const char *label, const char *sealed,
	  struct authcode_arena *arena, uint8_t ret_nonce[AC_SEAL_NONCE_LEN], void **ret_data,
	  size_t *ret_len)
{
	struct cipher cipher = { 0 };
	size_t text_len = strlen(sealed), size = text_len / 4 * 3 + 3, len = 0;
	uint8_t *blob, *data;
	bool ok;

	if (text_len > INT_MAX / 2 || text_len < AC_BASE64URL_LEN(OVERHEAD))
		return AUTHCODE_ERR_SYNTAX;
	blob = authcode_arena_alloc(arena, size);
	if (blob == NULL)
		return AUTHCODE_ERR_MEMORY;
	if (!ac_base64url_decode(sealed, text_len, blob, size, &len) || len < OVERHEAD)
		return AUTHCODE_ERR_SYNTAX;
	len -= OVERHEAD;
	data = authcode_arena_alloc(arena, len + 1);
	if (data == NULL)
		return AUTHCODE_ERR_MEMORY;
	ok = cipher_begin(&cipher, key, blob, label, false) &&
	     decrypt(&cipher, blob + AC_SEAL_NONCE_LEN, len, data, blob + AC_SEAL_NONCE_LEN + len);
	cipher_clear(&cipher);
	if (!ok) {
		ac_wipe(data, len);
		return AUTHCODE_ERR_CRYPTO;
	}
	memcpy(ret_nonce, blob, AC_SEAL_NONCE_LEN);
	*ret_data = data;
	*ret_len = len;
	return AUTHCODE_OK;
}
