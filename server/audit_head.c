/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See audit_head.h.
 */
#include "server/audit_head.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "server/log.h"

#define PAUSE_MS (INT64_C(3600) * 1000)

void
ac_audit_head_format(const struct authcode_audit_head *head, char text[AC_AUDIT_HEAD_LEN + 1])
{
	int len = snprintf(text, AC_AUDIT_HEAD_LEN + 1, "%lld:", (long long)head->seq);

	for (size_t i = 0; i < sizeof(head->mac); i++)
		len += snprintf(text + len, (size_t)(AC_AUDIT_HEAD_LEN + 1 - len), "%02x",
				head->mac[i]);
}

/* -1: none. */
static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool
ac_audit_head_parse(const char *text, struct authcode_audit_head *ret)
{
	const char *colon = strchr(text, ':');
	struct authcode_audit_head head = { 0 };
	char number[20];
	uint64_t seq;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(number) ||
	    strlen(colon + 1) != 2 * sizeof(head.mac))
		return false;
	(void)snprintf(number, sizeof(number), "%.*s", (int)(colon - text), text);
	if (!ac_parse_u64(number, INT64_MAX, &seq) || seq == 0)
		return false;
	for (size_t i = 0; i < sizeof(head.mac); i++) {
		int high = digit(colon[1 + 2 * i]), low = digit(colon[2 + 2 * i]);

		if (high < 0 || low < 0)
			return false;
		head.mac[i] = (uint8_t)(high * 16 + low);
	}
	head.seq = (int64_t)seq;
	*ret = head;
	return true;
}

bool
ac_audit_head_read(struct authcode_store *store, struct authcode_audit_head *ret)
{
	struct authcode_audit_check check = { .limit = 1 };

	if (authcode_store_check_audit(store, &check) != AUTHCODE_OK || check.ret_head.seq == 0)
		return false;
	*ret = check.ret_head;
	return true;
}

void
ac_audit_head_tell(struct authcode_store *store, int64_t now_ms, struct ac_audit_told *told)
{
	struct authcode_audit_head head;
	char text[AC_AUDIT_HEAD_LEN + 1];

	if (store == NULL || (told->ms != 0 && now_ms - told->ms < PAUSE_MS))
		return;
	told->ms = now_ms;
	if (!ac_audit_head_read(store, &head) || head.seq == told->seq)
		return;
	told->seq = head.seq;
	ac_audit_head_format(&head, text);
	ac_log_event(AC_EVENT_AUDIT_HEAD, .head = text);
}
