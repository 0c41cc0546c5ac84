/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * An account of the host that exists for the length of a program, for pam_unix. Needs
 * root and the tools of shadow.
 */
#ifndef TESTS_PAM_UNIX_ACCOUNT_H
#define TESTS_PAM_UNIX_ACCOUNT_H

#include "tests/pam/driver.h"

struct unix_account {
	struct driver driver;
	char user[32];
};

/* The account is made, its services are the caller's to write; static storage. */
struct unix_account *unix_account_new(void);

/* cmocka teardown; the state is the account. */
int unix_account_remove(void **state);

void set_password(const struct unix_account *a, const char *password);

/* The exit status. input goes to standard input; NULL: nothing. */
int run_tool(const char *const *argv, const char *input);

/* Runs the tool with an option, its value (NULL: none) and the name. */
void account_tool(const struct unix_account *a, const char *tool, const char *option,
		  const char *value);

#endif
