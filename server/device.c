/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See device.h.
 */
#include "server/device.h"

#include <string.h>

#include "base/base64url.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/secret.h"

#define DAY_MS INT64_C(86400000)
#define HEAD_LEN (AC_DEVICE_ID_LEN + 8) /* id and time */

struct device {
	uint8_t head[HEAD_LEN];
	uint8_t mac[AC_MAC_LEN];
};

_Static_assert((sizeof(struct device) * 4 + 2) / 3 == AC_DEVICE_LEN, "length of the cookie");

bool
ac_device_key(const uint8_t master_key[AC_MAC_LEN], uint8_t out[AC_MAC_LEN])
{
	return ac_mac(master_key, "key of known browsers", NULL, 0, out);
}

static bool
seal(const uint8_t key[AC_MAC_LEN], const char *user, const uint8_t head[HEAD_LEN],
     uint8_t out[AC_MAC_LEN])
{
	size_t len = strlen(user);
	uint8_t text[HEAD_LEN + AC_MAX_USER_NAME];

	if (len > AC_MAX_USER_NAME)
		return false;
	memcpy(text, head, HEAD_LEN);
	memcpy(text + HEAD_LEN, user, len);
	return ac_mac(key, "known browser", text, HEAD_LEN + len, out);
}

bool
ac_device_make(const uint8_t key[AC_MAC_LEN], const char *user, int64_t now_ms,
	       char out[AC_DEVICE_LEN + 1])
{
	struct device device;

	if (ac_random_fill(NULL, device.head, AC_DEVICE_ID_LEN) != AUTHCODE_OK)
		return false;
	for (unsigned i = 0; i < 8; i++)
		device.head[AC_DEVICE_ID_LEN + i] = (uint8_t)((uint64_t)now_ms >> (56 - 8 * i));
	if (!seal(key, user, device.head, device.mac))
		return false;
	ac_base64url_encode((const unsigned char *)&device, sizeof(device), out);
	return true;
}

bool
ac_device_check(const uint8_t key[AC_MAC_LEN], const char *user, const char *value, int64_t now_ms,
		uint8_t ret_id[AC_DEVICE_ID_LEN])
{
	uint8_t mac[AC_MAC_LEN];
	struct device device;
	uint64_t made = 0;
	size_t len = 0;

	if (value == NULL || strlen(value) != AC_DEVICE_LEN ||
	    !ac_base64url_decode(value, AC_DEVICE_LEN, &device, sizeof(device), &len) ||
	    len != sizeof(device) || !seal(key, user, device.head, mac) ||
	    !ac_secret_equal(mac, device.mac, sizeof(mac)))
		return false;
	for (unsigned i = 0; i < 8; i++)
		made = made << 8 | device.head[AC_DEVICE_ID_LEN + i];
	/* A time to come is a clock that was set back, not a forgery. */
	if ((int64_t)made < now_ms - AC_DEVICE_DAYS * DAY_MS)
		return false;
	memcpy(ret_id, device.head, AC_DEVICE_ID_LEN);
	return true;
}
