/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See shadow.h.
 */
#include "pam_authcode/shadow.h"

#include <shadow.h>
#include <string.h>
#include <time.h>

#include "base/secret.h"

#define SECONDS_PER_DAY 86400

/* The alphabet of crypt(3). */
#define CRYPT "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define TRADITIONAL_LEN 13 /* of the DES hash, which has no mark */
#define EXTENDED_LEN 20    /* of BSDi's, which begins with '_' */

static bool
is_hash(const char *text)
{
	size_t len = strlen(text), letters;

	if (text[0] == '$') {
		letters = strspn(text + 1, CRYPT);
		return letters > 0 && text[1 + letters] == '$';
	}
	if (text[0] == '_')
		return len == EXTENDED_LEN && strspn(text + 1, CRYPT) == len - 1;
	return len == TRADITIONAL_LEN && strspn(text, CRYPT) == len;
}

bool
ac_shadow_locked(const char *password)
{
	size_t marks = strspn(password, "!");

	return (marks == 1 || marks == 2) && is_hash(password + marks);
}

/* As pam_unix and login(1) have it: on the day named it has expired. */
bool
ac_shadow_expired(long expire, int64_t today)
{
	return expire >= 0 && today >= expire;
}

enum ac_shadow_state
ac_shadow_find(const char *name)
{
	enum ac_shadow_state state = AC_SHADOW_SILENT;
	struct timespec now;
	struct spwd *entry;

	/* NULL: not there, or not for this process to read. */
	entry = getspnam(name);
	if (entry == NULL || clock_gettime(CLOCK_REALTIME, &now) != 0)
		return AC_SHADOW_SILENT;
	if (ac_shadow_expired(entry->sp_expire, (int64_t)now.tv_sec / SECONDS_PER_DAY))
		state = AC_SHADOW_EXPIRED;
	else if (entry->sp_pwdp != NULL && ac_shadow_locked(entry->sp_pwdp))
		state = AC_SHADOW_LOCKED;
	if (entry->sp_pwdp != NULL)
		ac_wipe(entry->sp_pwdp, strlen(entry->sp_pwdp));
	return state;
}
