/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See etag.h.
 */
#include "server/etag.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

enum authcode_err
ac_etag_make(const char *content, char ret[AC_ETAG_LEN + 1])
{
	return ac_etag_of_bytes(content, strlen(content), ret);
}

enum authcode_err
ac_etag_of_bytes(const void *content, size_t len, char ret[AC_ETAG_LEN + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;

	if (EVP_Digest(content, len, digest, &digest_len, EVP_sha256(), NULL) != 1)
		return AUTHCODE_ERR_CRYPTO;
	ret[0] = '"';
	for (size_t i = 0; i < (AC_ETAG_LEN - 2) / 2; i++)
		snprintf(ret + 1 + 2 * i, 3, "%02x", digest[i]);
	ret[AC_ETAG_LEN - 1] = '"';
	ret[AC_ETAG_LEN] = '\0';
	return AUTHCODE_OK;
}

/* RFC 9110 §13.1.2: a list of tags, each perhaps weak, or "*". */
bool
ac_etag_matches(const char *if_none_match, const char *etag)
{
	return if_none_match != NULL &&
	       (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, etag) != NULL);
}
