/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See half_hash.h.
 */
#include "jose/half_hash.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/base64url.h"
#include "base/secret.h"

enum authcode_err
ac_half_hash(const char *hash, const char *text, char ret_text[AC_HALF_HASH_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	enum authcode_err err = AUTHCODE_ERR_CRYPTO;
	size_t len = 0;

	ERR_set_mark();
	if (EVP_Q_digest(NULL, hash, NULL, text, strlen(text), digest, &len) == 1) {
		ac_base64url_encode(digest, len / 2, ret_text);
		err = AUTHCODE_OK;
	}
	ERR_pop_to_mark();
	ac_wipe(digest, sizeof(digest));
	return err;
}
