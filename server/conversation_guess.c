/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a conversation spends at the throttle (throttle.h): one guess for the
 * password and one for each further answer, whatever name they come under.
 */
#include <string.h>

#include "server/conversation_table.h"

static bool
add(const struct ac_throttle *throttle, enum ac_bucket_kind kind, const void *data, size_t len,
    struct ac_conversation *one)
{
	return one->bucket_count < AC_ARRAY_SIZE(one->buckets) &&
	       ac_throttle_bucket(throttle, kind, data, len, &one->buckets[one->bucket_count++]);
}

/* Nothing that others can use up: not even the limit of everybody. */
static bool
add_known(const struct ac_throttle *throttle, const struct ac_conversation_begin *begin,
	  struct ac_conversation *one)
{
	uint8_t text[AC_DEVICE_ID_LEN + AC_MAX_USER_NAME];
	size_t len = strlen(begin->start.user);

	memcpy(text, begin->device, AC_DEVICE_ID_LEN);
	memcpy(text + AC_DEVICE_ID_LEN, begin->start.user, len);
	return add(throttle, AC_BUCKET_KNOWN, text, AC_DEVICE_ID_LEN + len, one);
}

bool
ac_guess_prepare(const struct ac_conversations *c, const struct ac_conversation_begin *begin,
		 struct ac_conversation *ret)
{
	const struct ac_throttle *throttle = c->settings.throttle;
	const struct ac_wire_start *start = &begin->start;

	ret->bucket_count = 0;
	if (throttle == NULL)
		return true;
	if (begin->known)
		return add_known(throttle, begin, ret);
	if (!add(throttle, AC_BUCKET_NAME, start->user, strlen(start->user), ret) ||
	    !add(throttle, AC_BUCKET_TOTAL, "", 0, ret))
		return false;
	return !ret->counted || add(throttle, AC_BUCKET_ADDRESS, ret->address.bytes,
				    sizeof(ret->address.bytes), ret);
}

bool
ac_guess_spend(struct ac_conversations *c, struct ac_conversation *one, uint32_t *ret_wait_s)
{
	return c->settings.throttle == NULL ||
	       ac_throttle_spend(c->settings.throttle, one->buckets, one->bucket_count, ret_wait_s);
}

bool
ac_guess_spend_canon(struct ac_conversations *c, struct ac_conversation *one)
{
	uint32_t wait_s;

	if (c->settings.throttle == NULL || one->known)
		return true;
	return add(c->settings.throttle, AC_BUCKET_CANON, one->canon, strlen(one->canon), one) &&
	       ac_throttle_spend(c->settings.throttle, &one->buckets[one->bucket_count - 1], 1,
				 &wait_s);
}

void
ac_guess_refund(struct ac_conversations *c, struct ac_conversation *one)
{
	if (c->settings.throttle != NULL)
		ac_throttle_refund(c->settings.throttle, one->buckets, one->bucket_count);
}
