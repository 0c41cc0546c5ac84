/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What the tests of the passwd entry have in common: services whose account phase
 * wants a change until the file "changed" is there, and tickets.
 */
#ifndef TESTS_PAM_PASSWD_WORLD_H
#define TESTS_PAM_PASSWD_WORLD_H

#include "tests/pam/driver.h"

#define PASSWD_REFUSED "EOF|status 1" /* before the first frame */

extern const char *const passwd_options[];

/* password: what the test module does in the password phase. */
void passwd_service(const struct driver *driver, const char *name, const char *password);

/* A ticket of the service, by the right password. */
void passwd_earn(const struct driver *driver, const char *service,
		 char ticket[AC_WIRE_TICKET_LEN + 1]);

/* The transcript of a change that answers everything alike. */
const char *passwd_spend(const struct driver *driver, const char *service, const char *ticket,
			 const char *answer);

bool passwd_changed(const struct driver *driver);
void passwd_path(const struct driver *driver, const char *name, char out[256]);
void passwd_ticket_path(const struct driver *driver, const char *ticket, char out[256]);

#endif
