/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See admin_request.h. libcurl on the Unix socket and nothing else: no proxy, no
 * redirect, no other protocol, whatever the environment says.
 */
#include "ctl/admin_request.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include "base/form.h"
#include "ctl/table.h"

#define MAX_ANSWER (32 * 1024 * 1024)
#define MAX_URL 8192
#define TIMEOUT_S 30L

static size_t
take(char *data, size_t size, size_t count, void *answer)
{
	ac_buf_put(answer, data, size * count);
	return ac_buf_ok(answer) ? size * count : 0;
}

static bool
prepare(CURL *curl, const struct ac_ctl *ctl, const char *url, const struct ac_buf *form,
	struct ac_buf *answer)
{
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, ctl->socket_path) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S) == CURLE_OK &&
	       (form == NULL ||
		(curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)form->len) == CURLE_OK &&
		 curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ac_buf_text(form)) == CURLE_OK)) &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

/* The daemon's own words. */
static void
tell_refusal(long status, const struct ac_buf *answer)
{
	json_t *object = json_loadb(ac_buf_text(answer), answer->len, JSON_REJECT_DUPLICATES, NULL);
	const char *why = json_string_value(json_object_get(object, "error_description"));

	if (why == NULL)
		why = "the answer is not one of authcoded";
	(void)fprintf(stderr, "authcodectl: refused (%ld): ", status);
	ac_ctl_print_safe(stderr, why);
	(void)fputc('\n', stderr);
	json_decref(object);
}

/* held: what is done is the caller's to print. */
static enum ac_ctl_exit
perform(CURL *curl, const struct ac_ctl *ctl, const struct ac_buf *answer, bool held)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	if (code != CURLE_OK) {
		(void)fprintf(stderr,
			      "authcodectl: no answer at %s: %s; is authcoded running, and is this "
			      "user in its admin_group?\n",
			      ctl->socket_path, curl_easy_strerror(code));
		return AC_CTL_UNREACHABLE;
	}
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (ctl->json && (status != 200 || !held))
		(void)printf("%s\n", ac_buf_text(answer));
	if (status == 200)
		return AC_CTL_DONE;
	if (!ctl->json)
		tell_refusal(status, answer);
	return status == 404 && ctl->unknown_exit ? AC_CTL_UNKNOWN : AC_CTL_REFUSED;
}

static enum ac_ctl_exit
read_answer(const struct ac_buf *answer, json_t **ret)
{
	json_t *object = json_loadb(ac_buf_text(answer), answer->len, JSON_REJECT_DUPLICATES, NULL);

	if (object == NULL) {
		(void)fprintf(stderr, "authcodectl: the answer is not one of authcoded\n");
		return AC_CTL_UNREACHABLE;
	}
	*ret = object;
	return AC_CTL_DONE;
}

static enum ac_ctl_exit
ask(const struct ac_ctl *ctl, const char *path, const struct ac_buf *form, bool held,
    json_t **ret_answer)
{
	enum ac_ctl_exit status = AC_CTL_UNREACHABLE;
	struct ac_buf url, answer;
	CURL *curl = NULL;

	ac_buf_init(&url, MAX_URL);
	ac_buf_init(&answer, MAX_ANSWER);
	ac_buf_printf(&url, "http://localhost%s", path);
	if (curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK)
		curl = curl_easy_init();
	if (curl != NULL && ac_buf_ok(&url) && (form == NULL || ac_buf_ok(form)) &&
	    prepare(curl, ctl, ac_buf_text(&url), form, &answer))
		status = perform(curl, ctl, &answer, held);
	else
		(void)fprintf(stderr, "authcodectl: the request cannot be made\n");
	if (status == AC_CTL_DONE)
		status = read_answer(&answer, ret_answer);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	ac_buf_clear(&answer);
	ac_buf_clear(&url);
	return status;
}

enum ac_ctl_exit
ac_admin_ask(const struct ac_ctl *ctl, const char *path, const struct ac_buf *form,
	     json_t **ret_answer)
{
	return ask(ctl, path, form, false, ret_answer);
}

enum ac_ctl_exit
ac_admin_show(const struct ac_ctl *ctl, const char *path, const char *argument,
	      enum ac_ctl_exit (*show)(const json_t *answer))
{
	enum ac_ctl_exit status;
	json_t *answer = NULL;
	struct ac_buf whole;

	ac_buf_init(&whole, MAX_URL);
	ac_buf_puts(&whole, path);
	if (argument != NULL) {
		ac_buf_putc(&whole, '?');
		ac_form_put(&whole, argument, ctl->arguments[0]);
	}
	status = ask(ctl, ac_buf_text(&whole), NULL, false, &answer);
	if (status == AC_CTL_DONE && !ctl->json)
		status = show(answer);
	json_decref(answer);
	ac_buf_clear(&whole);
	return status;
}

enum ac_ctl_exit
ac_admin_get(const struct ac_ctl *ctl, const char *path, const struct ac_buf *query,
	     json_t **ret_answer)
{
	enum ac_ctl_exit status;
	struct ac_buf whole;

	ac_buf_init(&whole, MAX_URL);
	ac_buf_puts(&whole, path);
	if (query->len > 0)
		ac_buf_printf(&whole, "?%s", ac_buf_text(query));
	status = ask(ctl, ac_buf_text(&whole), NULL, true, ret_answer);
	ac_buf_clear(&whole);
	return status;
}

/* Pages are put together: where one ends nobody needs to know. */
enum ac_ctl_exit
ac_admin_list(const struct ac_ctl *ctl, const char *path, const struct ac_buf *query,
	      const char *name, json_t **ret_rows)
{
	json_t *rows = json_array(), *page = NULL;
	enum ac_ctl_exit status = AC_CTL_DONE;
	struct ac_buf next;
	const char *after;

	ac_buf_init(&next, MAX_URL);
	do {
		ac_buf_clear(&next);
		ac_buf_puts(&next, ac_buf_text(query));
		after = json_string_value(json_object_get(page, "after"));
		if (after != NULL)
			ac_form_put(&next, "after", after);
		json_decref(page);
		page = NULL;
		status = ac_admin_get(ctl, path, &next, &page);
		if (status == AC_CTL_DONE &&
		    json_array_extend(rows, json_object_get(page, name)) != 0) {
			(void)fprintf(stderr, "authcodectl: the answer is not one of authcoded\n");
			status = AC_CTL_UNREACHABLE;
		}
	} while (status == AC_CTL_DONE && json_object_get(page, "after") != NULL);
	json_decref(page);
	ac_buf_clear(&next);
	if (status == AC_CTL_DONE)
		*ret_rows = rows;
	else
		json_decref(rows);
	return status;
}

enum ac_ctl_exit
ac_admin_post(const struct ac_ctl *ctl, const char *path, const struct ac_buf *form)
{
	json_t *answer = NULL;
	enum ac_ctl_exit status = ac_admin_ask(ctl, path, form, &answer);

	json_decref(answer);
	return status;
}
