/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See log_name.h.
 */
#include "server/log_name.h"

#include <stdio.h>
#include <string.h>

void
ac_log_name(const uint8_t key[AC_LOG_NAME_KEY_LEN], const char *name, char out[AC_LOG_NAME_LEN + 1])
{
	uint8_t mac[AC_MAC_LEN];

	out[0] = '\0';
	if (ac_mac(key, "name in a log", name, strlen(name), mac))
		snprintf(out, AC_LOG_NAME_LEN + 1, "%02x%02x%02x%02x", mac[0], mac[1], mac[2],
			 mac[3]);
}
