/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See subject.h. Both are derived, so nothing more is stored: an HMAC under a
 * key of its own of the master key. Who reads the database without that key
 * cannot tell which names belong together.
 */
#include "protocol/subject.h"

#include <string.h>

#include "base/base64url.h"

static enum authcode_err
derive(const uint8_t key[AC_DIGEST_LEN], const struct ac_part *parts, size_t count,
       struct authcode_arena *arena, const char **ret)
{
	uint8_t mac[AC_DIGEST_LEN];
	char *text = authcode_arena_alloc(arena, AC_BASE64URL_LEN(sizeof(mac)) + 1);
	enum authcode_err err;

	if (text == NULL)
		return AUTHCODE_ERR_MEMORY;
	err = ac_hmac_sha256(key, parts, count, mac);
	if (err != AUTHCODE_OK)
		return err;
	ac_base64url_encode(mac, sizeof(mac), text);
	*ret = text;
	return AUTHCODE_OK;
}

enum authcode_err
ac_subject_sub(const struct authcode_issuer *issuer, const struct authcode_client *client,
	       const char *sub, struct authcode_arena *arena, const char **ret_sub)
{
	const char *copy;

	if (client->subject_type == AUTHCODE_SUBJECT_PAIRWISE) {
		/* The NUL of the sector keeps the two apart. */
		const struct ac_part parts[] = { { client->sector, strlen(client->sector) + 1 },
						 { sub, strlen(sub) } };

		return derive(issuer->keys.pairwise, parts, AC_ARRAY_SIZE(parts), arena, ret_sub);
	}
	copy = ac_arena_strdup(arena, sub);
	if (copy == NULL)
		return AUTHCODE_ERR_MEMORY;
	*ret_sub = copy;
	return AUTHCODE_OK;
}

enum authcode_err
ac_subject_sid(const struct authcode_issuer *issuer, const struct authcode_client *client,
	       int64_t session_id, struct authcode_arena *arena, const char **ret_sid)
{
	const char *sector =
		client->subject_type == AUTHCODE_SUBJECT_PAIRWISE ? client->sector : "";
	uint8_t id[8];
	const struct ac_part parts[] = { { id, sizeof(id) }, { sector, strlen(sector) } };

	for (size_t i = 0; i < sizeof(id); i++)
		id[i] = (uint8_t)((uint64_t)session_id >> (8 * (sizeof(id) - 1 - i)));
	return derive(issuer->keys.sid, parts, AC_ARRAY_SIZE(parts), arena, ret_sid);
}
