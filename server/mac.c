/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See mac.h.
 */
#include "server/mac.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/secret.h"

bool
ac_mac(const uint8_t key[AC_MAC_LEN], const char *label, const void *data, size_t len,
       uint8_t out[AC_MAC_LEN])
{
	size_t label_size = strlen(label) + 1;
	unsigned char text[AC_MAC_MAX_DATA];
	unsigned int out_len = 0;
	bool ok;

	if (label_size > sizeof(text) || len > sizeof(text) - label_size)
		return false;
	memcpy(text, label, label_size);
	if (len > 0)
		memcpy(text + label_size, data, len);
	ok = HMAC(EVP_sha256(), key, AC_MAC_LEN, text, label_size + len, out, &out_len) != NULL &&
	     out_len == AC_MAC_LEN;
	ac_wipe(text, sizeof(text));
	return ok;
}
