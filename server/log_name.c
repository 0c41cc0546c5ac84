/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See log_name.h.
 */
#include "server/log_name.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

void
ac_log_name(const uint8_t key[AC_LOG_NAME_KEY_LEN], const char *name, char out[AC_LOG_NAME_LEN + 1])
{
	unsigned char mac[EVP_MAX_MD_SIZE];

	out[0] = '\0';
	if (HMAC(EVP_sha256(), key, AC_LOG_NAME_KEY_LEN, (const unsigned char *)name, strlen(name),
		 mac, NULL) != NULL)
		snprintf(out, AC_LOG_NAME_LEN + 1, "%02x%02x%02x%02x", mac[0], mac[1], mac[2],
			 mac[3]);
}
