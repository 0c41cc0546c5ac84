/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The keys that follow from a master key, one per purpose and issuer, so that a value
 * made for one purpose or one issuer never counts for another; and those that pages use,
 * which another master key replaces while requests are under way.
 */
#include <stddef.h>
#include <string.h>

#include "base/secret.h"
#include "protocol/issuer.h"

enum authcode_err
ac_issuer_keys_derive(const uint8_t master[AUTHCODE_MASTER_KEY_LEN], const char *url,
		      struct ac_issuer_keys *ret)
{
	uint8_t id[AC_DIGEST_LEN];
	const struct {
		const char *label;
		uint8_t *key;
	} purposes[] = {
		{ "transaction", ret->transaction },
		{ "csrf", ret->csrf },
		{ "refresh", ret->refresh },
		{ "user code", ret->user_code },
		{ "signing-key", ret->signing_key },
		{ "secret", ret->secret },
		{ "pairwise", ret->pairwise },
		{ "sid", ret->sid },
		{ "audit", ret->audit },
		{ "client-secret", ret->client_secret },
		{ "id", id },
	};
	enum authcode_err err = AUTHCODE_OK;

	for (size_t i = 0; err == AUTHCODE_OK && i < AC_ARRAY_SIZE(purposes); i++)
		err = ac_derive_key(master, purposes[i].label, url, purposes[i].key);
	if (err == AUTHCODE_OK)
		memcpy(ret->id, id, sizeof(ret->id));
	ac_wipe(id, sizeof(id));
	return err;
}

static size_t
page_key_at(enum ac_page_key which)
{
	static const size_t offsets[] = {
		[AC_PAGE_KEY_TRANSACTION] = offsetof(struct ac_issuer_keys, transaction),
		[AC_PAGE_KEY_CSRF] = offsetof(struct ac_issuer_keys, csrf),
		[AC_PAGE_KEY_USER_CODE] = offsetof(struct ac_issuer_keys, user_code),
	};

	return offsets[which];
}

void
ac_issuer_page_key(const struct authcode_issuer *issuer, enum ac_page_key which,
		   uint8_t ret[AC_DIGEST_LEN])
{
	/* Looking changes nothing of the issuer but its lock. */
	pthread_mutex_t *lock = (pthread_mutex_t *)&issuer->page_lock;

	pthread_mutex_lock(lock);
	memcpy(ret, (const uint8_t *)&issuer->keys + page_key_at(which), AC_DIGEST_LEN);
	pthread_mutex_unlock(lock);
}

void
ac_issuer_set_page_keys(struct authcode_issuer *issuer, const struct ac_issuer_keys *keys)
{
	static const enum ac_page_key all[] = { AC_PAGE_KEY_TRANSACTION, AC_PAGE_KEY_CSRF,
						AC_PAGE_KEY_USER_CODE };

	pthread_mutex_lock(&issuer->page_lock);
	for (size_t i = 0; i < AC_ARRAY_SIZE(all); i++)
		memcpy((uint8_t *)&issuer->keys + page_key_at(all[i]),
		       (const uint8_t *)keys + page_key_at(all[i]), AC_DIGEST_LEN);
	pthread_mutex_unlock(&issuer->page_lock);
}
