/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See environment.h.
 */
#include "pam_authcode/environment.h"

#include <string.h>

#include "base/secret.h"
#include "pam_authcode/clean.h"
#include "pam_authcode/journal.h"

/* False: it does not fit. */
static bool
append(struct ac_wire_result *result, const char *name, const char *value)
{
	char clean[AC_WIRE_MAX_ENVIRONMENT + 1];
	size_t name_len = strlen(name), used = result->environment_len, value_len;
	char *end = result->environment + used;

	if (strlen(value) > AC_WIRE_MAX_ENVIRONMENT)
		return false;
	value_len = ac_clean_text(value, clean, sizeof(clean));
	if (used + (used > 0) + name_len + 1 + value_len > AC_WIRE_MAX_ENVIRONMENT)
		return false;
	if (used > 0)
		*end++ = '\n';
	memcpy(end, name, name_len);
	end += name_len;
	*end++ = '=';
	memcpy(end, clean, value_len);
	result->environment_len = (uint16_t)(end + value_len - result->environment);
	ac_wipe(clean, sizeof(clean));
	return true;
}

void
ac_environment_tell(pam_handle_t *pamh, const struct ac_permit *permit,
		    struct ac_wire_result *result)
{
	for (size_t i = 0; i < permit->environment_count; i++) {
		const char *value = pam_getenv(pamh, permit->environment[i]);

		if (value != NULL && !append(result, permit->environment[i], value))
			ac_journal(LOG_WARNING, "PAM variable %s is too long to be told",
				   permit->environment[i]);
	}
}
