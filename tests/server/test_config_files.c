/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * server/config_files.h: the directories that the sandbox leaves in reach are those of
 * the configuration and of the files it names, and no others.
 */
#include "server/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/server/config_fixture.h"

static char here[4096];

static size_t
times(const struct ac_config *config, const char *dir)
{
	size_t count = 0;

	for (size_t i = 0; i < config->file_dir_count; i++)
		count += strcmp(config->file_dirs[i], dir) == 0;
	return count;
}

static void
the_directory_of_the_configuration_is_one_of_them(void **state)
{
	struct ac_config *c = load(DEV);

	(void)state;
	assert_int_equal(c->file_dir_count, 2); /* as given, and where it is */
	assert_int_equal(times(c, "."), 1);
	assert_int_equal(times(c, here), 1);
	ac_config_free(&c);
}

static void
a_directory_with_several_files_is_one(void **state)
{
	struct ac_config *c = load("issuer = https://sso.example\n"
				   "tls_certificate_file = /nowhere/tls/a.pem\n"
				   "tls_key_file = /nowhere/tls/key.pem\n");

	(void)state;
	assert_int_equal(c->file_dir_count, 3);
	assert_int_equal(times(c, "/nowhere/tls"), 1);
	ac_config_free(&c);
}

static void
the_files_of_clients_count(void **state)
{
	struct ac_config *c =
		load(BLOCK("client_secret_file = '%D/secret'\nlogo_file = /nowhere/logos/x.png\n"));

	(void)state;
	assert_int_equal(c->file_dir_count, 3);
	assert_int_equal(times(c, here), 1);
	assert_int_equal(times(c, "/nowhere/logos"), 1);
	ac_config_free(&c);
}

/* As certbot has it: live/NAME/privkey.pem leads to archive/NAME/privkey1.pem. */
static void
where_a_link_leads_counts_too(void **state)
{
	char archive[4200], live[4200];
	struct ac_config *c;

	(void)state;
	(void)snprintf(archive, sizeof(archive), "%s/archive", here);
	(void)snprintf(live, sizeof(live), "%s/live", here);
	assert_int_equal(mkdir("archive", 0700), 0);
	assert_int_equal(mkdir("live", 0700), 0);
	write_text("archive/secret1", SECRET, 0600);
	assert_int_equal(symlink("../archive/secret1", "live/secret"), 0);
	c = load(BLOCK("client_secret_file = '%D/live/secret'\n"));
	assert_int_equal(times(c, live), 1);
	assert_int_equal(times(c, archive), 1);
	assert_int_equal(c->file_dir_count, 4);
	ac_config_free(&c);
	assert_int_equal(unlink("live/secret"), 0);
	assert_int_equal(unlink("archive/secret1"), 0);
	assert_int_equal(rmdir("live"), 0);
	assert_int_equal(rmdir("archive"), 0);
}

static void
what_is_no_file_to_read_does_not(void **state)
{
	struct ac_config *c = load(DEV "state_dir = /nowhere/state\n"
				       "login_socket = /nowhere/run/login.sock\n"
				       "admin_socket = /nowhere/admin/admin.sock\n"
				       "listen = {'unix:/nowhere/http/http.sock'}\n"
				       "trusted_proxies = {unix}\n");

	(void)state;
	assert_int_equal(c->file_dir_count, 2);
	ac_config_free(&c);
}

static int
enter(void **state)
{
	int rc = config_dir_enter(state);

	return rc != 0 ? rc : getcwd(here, sizeof(here)) == NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_directory_of_the_configuration_is_one_of_them),
		cmocka_unit_test(a_directory_with_several_files_is_one),
		cmocka_unit_test(the_files_of_clients_count),
		cmocka_unit_test(where_a_link_leads_counts_too),
		cmocka_unit_test(what_is_no_file_to_read_does_not),
	};

	return cmocka_run_group_tests_name("config_files", tests, enter, config_dir_leave);
}
