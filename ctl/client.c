/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See client.h. What is typed becomes fields of a form, whose names are options of a
 * client block: the daemon says what they may hold. A secret comes out of a file and goes
 * into the form, never through the command line.
 */
#include "ctl/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/form.h"
#include "base/limits.h"
#include "base/secret.h"
#include "ctl/admin_request.h"
#include "ctl/person.h"
#include "ctl/table.h"

#define MAX_FORM AC_MAX_BODY

/* --- shown -------------------------------------------------------------------------- */

static enum ac_ctl_exit
show_clients(const json_t *answer)
{
	const struct ac_ctl_list list = {
		.columns = 6,
		.headings = AC_CTL_WORDS("ID", "NAME", "STATE", "SOURCE", "AUTH", ""),
		.members = AC_CTL_WORDS("id", "name", "state", "source",
					"token_endpoint_auth_method", "why"),
	};

	return ac_ctl_print_rows(&list, json_object_get(answer, "clients"));
}

enum ac_ctl_exit
ac_ctl_client_list(const struct ac_ctl *ctl)
{
	return ac_admin_show(ctl, "/admin/clients", NULL, show_clients);
}

static enum ac_ctl_exit
show_presets(const json_t *answer)
{
	const struct ac_ctl_list list = {
		.columns = 5,
		.headings = AC_CTL_WORDS("PRESET", "APPLICATION", "REDIRECT", "SCOPE", "E-MAIL"),
		.members = AC_CTL_WORDS("name", "title", "redirect_path", "scope", "needs_email"),
	};

	return ac_ctl_print_rows(&list, json_object_get(answer, "presets"));
}

enum ac_ctl_exit
ac_ctl_client_presets(const struct ac_ctl *ctl)
{
	return ac_admin_show(ctl, "/admin/presets", NULL, show_presets);
}

static void
show_option(const char *name, const json_t *value)
{
	const json_t *item;
	size_t i;

	if (json_is_string(value))
		ac_ctl_show_text(stdout, name, json_string_value(value));
	json_array_foreach(value, i, item)
	{
		ac_ctl_show_text(stdout, name, json_string_value(item));
	}
}

static enum ac_ctl_exit
show_client(const json_t *answer)
{
	static const char *const members[] = { "id", "source", "place", "state", "why", "secret" };
	const json_t *client = json_object_get(answer, "client");
	json_t *options = json_object_get(client, "options");
	const char *name;
	json_t *value;

	for (size_t i = 0; i < AC_ARRAY_SIZE(members); i++)
		ac_ctl_show_text(stdout, members[i], ac_ctl_text_of(client, members[i]));
	if (json_object_get(client, "created") != NULL) {
		ac_ctl_show_time(stdout, "created",
				 json_integer_value(json_object_get(client, "created")));
		ac_ctl_show_time(stdout, "changed",
				 json_integer_value(json_object_get(client, "changed")));
	}
	json_object_foreach(options, name, value)
	{
		show_option(name, value);
	}
	return AC_CTL_DONE;
}

enum ac_ctl_exit
ac_ctl_client_show(const struct ac_ctl *ctl)
{
	return ac_admin_show(ctl, "/admin/client", "id", show_client);
}

/* --- changed ------------------------------------------------------------------------ */

/* Which option is which field; with a value of its own, or with what was given. */
static const struct {
	const char *option, *field, *value;
} fields[] = {
	{ "id", "id", NULL },
	{ "for", "for", NULL },
	{ "url", "url", NULL },
	{ "name", "name", NULL },
	{ "redirect-uri", "redirect_uris", NULL },
	{ "scope", "scope", NULL },
	{ "grant", "grant_types", NULL },
	{ "auth-method", "token_endpoint_auth_method", NULL },
	{ "public", "token_endpoint_auth_method", "none" },
	{ "keep-old", "keep_old", NULL },
	{ "unset", "unset", NULL },
};

static void
put_options(const struct ac_ctl *ctl, struct ac_buf *form)
{
	for (size_t i = 0; i < AC_ARRAY_SIZE(fields); i++) {
		const char *value;

		for (size_t n = 0; (value = ac_ctl_option_nth(ctl, fields[i].option, n)) != NULL;
		     n++)
			ac_form_put(form, fields[i].field,
				    fields[i].value != NULL ? fields[i].value : value);
	}
}

/* --set OPTION=VALUE */
static bool
put_sets(const struct ac_ctl *ctl, struct ac_buf *form)
{
	const char *set;

	for (size_t n = 0; (set = ac_ctl_option_nth(ctl, "set", n)) != NULL; n++) {
		const char *equals = strchr(set, '=');
		char name[64];
		size_t len = equals != NULL ? (size_t)(equals - set) : 0;

		if (len == 0 || len >= sizeof(name)) {
			(void)fprintf(stderr, "authcodectl: --set %s: give OPTION=VALUE\n", set);
			return false;
		}
		memcpy(name, set, len);
		name[len] = '\0';
		ac_form_put(form, name, equals + 1);
	}
	return true;
}

/* One line; a newline at its end is the editor's. */
static bool
put_secret(const struct ac_ctl *ctl, struct ac_buf *form)
{
	const char *path = ac_ctl_option(ctl, "secret-file");
	char data[AC_MAX_CLIENT_SECRET + 3];
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	if (path == NULL)
		return true;
	fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n > 0 && len < sizeof(data) - 1) {
		n = read(fd, data + len, sizeof(data) - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (fd < 0 || n < 0)
		(void)fprintf(stderr, "authcodectl: --secret-file %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (len > 0 && data[len - 1] == '\n')
		len--;
	if (len > 0 && data[len - 1] == '\r')
		len--;
	data[len] = '\0';
	if (fd >= 0 && n >= 0)
		ac_form_put(form, "secret", data);
	ac_wipe(data, sizeof(data));
	return fd >= 0 && n >= 0;
}

/* The lines that an application asks for, and nothing else on standard output. */
static void
show_credentials(const json_t *answer)
{
	const json_t *client = json_object_get(answer, "client");
	const char *secret = ac_ctl_text_of(answer, "client_secret");
	const json_t *warning;
	size_t i;

	(void)printf("issuer: %s\nclient_id: %s\n", ac_ctl_text_of(answer, "issuer"),
		     ac_ctl_text_of(client, "id"));
	if (secret[0] != '\0')
		(void)printf("client_secret: %s\n", secret);
	json_array_foreach(json_object_get(answer, "warnings"), i, warning)
	{
		(void)fprintf(stderr, "authcodectl: warning: ");
		ac_ctl_print_safe(stderr, json_string_value(warning));
		(void)fprintf(stderr, "\n");
	}
}

/* id: of an existing client, or NULL. done: what is printed then, or NULL for what an
 * application is to be told. */
static enum ac_ctl_exit
change(const struct ac_ctl *ctl, const char *path, const char *id, const char *done)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = AC_CTL_USAGE;
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	if (id != NULL)
		ac_form_put(&form, "id", id);
	put_options(ctl, &form);
	if (put_sets(ctl, &form))
		status = put_secret(ctl, &form) ? AC_CTL_DONE : AC_CTL_REFUSED;
	if (status == AC_CTL_DONE)
		status = ac_admin_ask(ctl, path, &form, &answer);
	ac_buf_clear(&form);
	if (status == AC_CTL_DONE && !ctl->json) {
		if (done == NULL)
			show_credentials(answer);
		else
			(void)printf("%s %s\n", id, done);
	}
	json_decref(answer);
	return status;
}

enum ac_ctl_exit
ac_ctl_client_add(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/add", NULL, NULL);
}

enum ac_ctl_exit
ac_ctl_client_edit(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/edit", ctl->arguments[0], "is changed");
}

enum ac_ctl_exit
ac_ctl_client_rotate(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/rotate-secret", ctl->arguments[0], NULL);
}

enum ac_ctl_exit
ac_ctl_client_enable(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/enable", ctl->arguments[0], "is enabled");
}

enum ac_ctl_exit
ac_ctl_client_disable(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/disable", ctl->arguments[0],
		      "is disabled, and all that it got is dead");
}

enum ac_ctl_exit
ac_ctl_client_remove(const struct ac_ctl *ctl)
{
	return change(ctl, "/admin/clients/remove", ctl->arguments[0],
		      "is removed, and all that it got is dead");
}
