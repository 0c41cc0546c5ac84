/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See config_hash.h.
 */
#include "server/config_hash.h"

#include <stdio.h>

#include <openssl/evp.h>

/* Never defined: the context itself, so that nobody else needs libcrypto's headers. */
static EVP_MD_CTX *
context_of(struct ac_config_hash *hash)
{
	return (EVP_MD_CTX *)hash;
}

struct ac_config_hash *
ac_config_hash_new(void)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
		return (struct ac_config_hash *)context;
	EVP_MD_CTX_free(context);
	return NULL;
}

void
ac_config_hash_free(struct ac_config_hash **hash)
{
	EVP_MD_CTX_free(context_of(*hash));
	*hash = NULL;
}

enum authcode_err
ac_config_hash_add(struct ac_config_hash *hash, const char *data, size_t len)
{
	return EVP_DigestUpdate(context_of(hash), data, len) == 1 ? AUTHCODE_OK
								  : AUTHCODE_ERR_CRYPTO;
}

enum authcode_err
ac_config_hash(struct ac_config_hash *hash, char ret[AC_CONFIG_HASH_LEN + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(context_of(hash), digest, &len) != 1 ||
	    len * 2 != AC_CONFIG_HASH_LEN)
		return AUTHCODE_ERR_CRYPTO;
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(ret + (size_t)2 * i, 3, "%02x", digest[i]);
	return AUTHCODE_OK;
}
