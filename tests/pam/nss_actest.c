/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * A directory of users for the NSS, without one: how it answers is the first word of
 * the name it is asked for. That it is down is told as libnss_sss and libnss_ldap
 * tell it, with ENOENT.
 */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>

#include "base/attr.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT enum nss_status _nss_actest_getpwnam_r(const char *name, struct passwd *ret, char *buf,
					      size_t len, int *ret_errno);

EXPORT enum nss_status
_nss_actest_getpwnam_r(const char *name, struct passwd *ret, char *buf, size_t len, int *ret_errno)
{
	static const struct {
		const char *word;
		enum nss_status status;
		int error;
	} rows[] = {
		{ "down", NSS_STATUS_UNAVAIL, ENOENT },  { "silent", NSS_STATUS_UNAVAIL, 0 },
		{ "busy", NSS_STATUS_TRYAGAIN, EAGAIN }, { "large", NSS_STATUS_TRYAGAIN, ERANGE },
		{ "here", NSS_STATUS_SUCCESS, 0 },       { "odd", NSS_STATUS_NOTFOUND, EPIPE },
	};

	(void)buf;
	(void)len;
	*ret = (struct passwd){ .pw_name = (char *)(uintptr_t)name };
	for (size_t i = 0; i < AC_ARRAY_SIZE(rows); i++) {
		if (strncmp(name, rows[i].word, strlen(rows[i].word)) != 0)
			continue;
		*ret_errno = rows[i].error;
		return rows[i].status;
	}
	return NSS_STATUS_NOTFOUND;
}
