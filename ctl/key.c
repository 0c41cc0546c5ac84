/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See key.h. Each command shows the keys as a table, in local time.
 */
#include "ctl/key.h"

#include <stdio.h>
#include <time.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/form.h"
#include "ctl/admin_request.h"

#define MAX_FORM 256

static const char *
word(const json_t *key, const char *name)
{
	const char *text = json_string_value(json_object_get(key, name));

	return text != NULL ? text : "?";
}

/* "-" where there is none. */
static void
put_time(const json_t *key, const char *name)
{
	const json_t *value = json_object_get(key, name);
	const time_t time = (time_t)json_integer_value(value);
	struct tm parts;
	char text[32] = "-";

	if (json_is_integer(value) && localtime_r(&time, &parts) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &parts);
	(void)printf("  %-16s", text);
}

static void
show(const json_t *answer)
{
	const json_t *keys = json_object_get(answer, "keys");
	const json_t *key;
	size_t i;

	(void)printf("%-6s %-8s %-43s  %-16s  %s\n", "ALG", "STATE", "KID", "SIGNS FROM",
		     "FORGOTTEN");
	json_array_foreach(keys, i, key)
	{
		(void)printf("%-6s %-8s %-43s", word(key, "alg"), word(key, "state"),
			     word(key, "kid"));
		put_time(key, "active");
		put_time(key, "retire");
		(void)printf("\n");
	}
}

enum ac_ctl_exit
ac_ctl_key_list(const struct ac_ctl *ctl)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = ac_admin_ask(ctl, "/admin/keys", NULL, &answer);

	if (status == AC_CTL_DONE && !ctl->json)
		show(answer);
	json_decref(answer);
	return status;
}

/* Posts the form, and clears it. */
static enum ac_ctl_exit
change(const struct ac_ctl *ctl, const char *path, struct ac_buf *form, const char *done)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = ac_admin_ask(ctl, path, form, &answer);

	ac_buf_clear(form);
	if (status == AC_CTL_DONE && !ctl->json) {
		(void)printf("%s", done);
		show(answer);
	}
	json_decref(answer);
	return status;
}

enum ac_ctl_exit
ac_ctl_key_rotate(const struct ac_ctl *ctl)
{
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	if (ctl->at_once)
		ac_form_put(&form, "at_once", "yes");
	return change(ctl, "/admin/keys/rotate", &form, "");
}

enum ac_ctl_exit
ac_ctl_key_withdraw(const struct ac_ctl *ctl)
{
	struct ac_buf form;

	ac_buf_init(&form, MAX_FORM);
	ac_form_put(&form, "kid", ctl->arguments[0]);
	return change(ctl, "/admin/keys/withdraw", &form,
		      "the key is withdrawn: nothing that it has signed counts here any more. "
		      "Applications\nbelieve it until they read the key set again, within an hour; "
		      "restart those that matter.\n");
}
