/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What else is known of a person than the account holds: the text of a file, and
 * of a command that is run as somebody who may do nothing. Texts are handed on as
 * they are; what is in them is for the daemon to read. A source that fails is said
 * in the log and gives no text; it decides about nobody.
 */
#ifndef AC_PAM_CLAIMS_H
#define AC_PAM_CLAIMS_H

#include "pam_authcode/account.h"
#include "pam_authcode/permit.h"

struct ac_claims_text {
	uint16_t len;
	char text[AC_MAX_CLAIMS + 1];
};

/* DIR/NAME.json. No file, no directory asked for: an empty text. */
void ac_claims_from_file(const struct ac_permit *permit, const struct ac_account *account,
			 struct ac_claims_text *ret);

/* COMMAND NAME UID, its standard output, within AC_CLAIMS_COMMAND_S. */
void ac_claims_from_command(const struct ac_permit *permit, const struct ac_account *account,
			    struct ac_claims_text *ret);

#endif
