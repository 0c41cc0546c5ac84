/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See passwd_world.h.
 */
#include "tests/pam/passwd_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pam_authcode/ticket.h"

const char *const passwd_options[] = { "--passwd", NULL };

void
passwd_service(const struct driver *driver, const char *name, const char *password)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "auth required @T hidden=Password:\n"
		       "account required @T due=@D/changed\n"
		       "password required @T %s\n",
		       password);
	driver_write(driver, name, text);
}

void
passwd_path(const struct driver *driver, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", driver->dir, name);
}

void
passwd_ticket_path(const struct driver *driver, const char *ticket, char out[256])
{
	(void)snprintf(out, 256, "%s/" AC_TICKET_DIR "/%s", driver->locks, ticket);
}

bool
passwd_changed(const struct driver *driver)
{
	char path[256];

	passwd_path(driver, "changed", path);
	return access(path, F_OK) == 0;
}

/* A ticket of the service, by the right password. */
void
passwd_earn(const struct driver *driver, const char *service, char ticket[AC_WIRE_TICKET_LEN + 1])
{
	const struct login_script script = { .service = service, .answers = { "right" } };

	assert_string_equal(driver_login(driver, &script), "@nobody|?Password:|=CHANGE_DUE");
	assert_int_equal(strlen(driver_ticket()), AC_WIRE_TICKET_LEN);
	memcpy(ticket, driver_ticket(), AC_WIRE_TICKET_LEN + 1);
}

const char *
passwd_spend(const struct driver *driver, const char *service, const char *ticket,
	     const char *answer)
{
	const struct login_script script = { .service = service,
					     .ticket = ticket,
					     .options = passwd_options,
					     .answers = { answer, answer, answer } };

	return driver_login(driver, &script);
}
