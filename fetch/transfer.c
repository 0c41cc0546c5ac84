/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See transfer.h. The address is looked at when the socket is made, which is after
 * the name has been resolved, so a name that resolves to something else the second
 * time gains nothing.
 */
#include "fetch/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/address.h"

#define USER_AGENT "authcode-fetch"
#define NO_MEMORY "out of memory"

struct ac_transfer {
	CURL *easy;
	struct curl_slist *headers;
	uint32_t id;
	bool json; /* what comes must say that it is JSON */
	bool any_address;
	bool address_refused;
	bool too_large;
	char *form;
	struct ac_buf body;
	char error[CURL_ERROR_SIZE];
};

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	struct ac_transfer *transfer = arg;

	ac_buf_put(&transfer->body, data, size * count);
	transfer->too_large = !ac_buf_ok(&transfer->body);
	return transfer->too_large ? 0 : size * count;
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ac_transfer *transfer = arg;

	(void)purpose;
	if (!transfer->any_address &&
	    !ac_fetch_address_public(&address->addr, (socklen_t)address->addrlen)) {
		transfer->address_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* https://host, without user name; where no administrator has registered it, to the
 * port that is meant for it. */
static bool
url_ok(const struct ac_fetch_frame *request)
{
	CURLU *url = curl_url();
	char *scheme = NULL, *user = NULL, *host = NULL, *port = NULL;
	bool ok = false;

	if (url == NULL || curl_url_set(url, CURLUPART_URL, request->text, 0) != CURLUE_OK)
		goto out;
	ok = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	     strcmp(scheme, "https") == 0 &&
	     curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	     curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
	     curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
	     (request->allow_private || strcmp(port, "443") == 0);
out:
	curl_free(scheme);
	curl_free(user);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
	return ok;
}

#define SET(option, value) (rc = rc == CURLE_OK ? curl_easy_setopt(easy, option, value) : rc)

static CURLcode
set_limits(CURL *easy, const struct ac_transfer_settings *settings)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PROXY, settings->proxy != NULL ? settings->proxy : "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (settings->ca_file != NULL)
		SET(CURLOPT_CAINFO, settings->ca_file);
	/* A connection made for one request says nothing about the next one's rights. */
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)AC_FETCH_CONNECT_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)AC_FETCH_TOTAL_MS);
	/* A name that is still being resolved when the time is up is left to its thread:
	 * to wait for that would hold up every other request. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	SET(CURLOPT_MAXFILESIZE, (long)AC_FETCH_MAX_BODY);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, USER_AGENT);
	return rc;
}

static CURLcode
set_request(struct ac_transfer *transfer, const struct ac_fetch_frame *request)
{
	CURL *easy = transfer->easy;
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_URL, request->text);
	SET(CURLOPT_PRIVATE, (void *)transfer);
	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, (void *)transfer);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, (void *)transfer);
	SET(CURLOPT_HTTPHEADER, transfer->headers);
	if (request->kind == AC_FETCH_POST) {
		SET(CURLOPT_POSTFIELDSIZE, (long)request->body_len);
		SET(CURLOPT_POSTFIELDS, transfer->form);
	}
	return rc;
}

struct ac_transfer *
ac_transfer_new(const struct ac_transfer_settings *settings, const struct ac_fetch_frame *request,
		enum ac_fetch_outcome *ret_outcome, const char **ret_why)
{
	struct ac_transfer *transfer = NULL;

	*ret_outcome = AC_FETCH_REFUSED;
	*ret_why = "no https URL that may be asked";
	if (!url_ok(request))
		return NULL;
	*ret_outcome = AC_FETCH_FAILED;
	*ret_why = NO_MEMORY;
	transfer = calloc(1, sizeof(*transfer));
	if (transfer == NULL)
		return NULL;
	ac_buf_init(&transfer->body, AC_FETCH_MAX_BODY);
	transfer->id = request->id;
	transfer->json = request->kind == AC_FETCH_GET;
	/* With a proxy it is the proxy that connects, and whose address is seen here. */
	transfer->any_address = request->allow_private || settings->proxy != NULL;
	transfer->easy = curl_easy_init();
	transfer->headers =
		curl_slist_append(NULL, transfer->json ? "Accept: application/json" : "Expect:");
	transfer->form = malloc(request->body_len + 1);
	if (transfer->easy == NULL || transfer->headers == NULL || transfer->form == NULL)
		goto failed;
	memcpy(transfer->form, request->body, request->body_len);
	if (set_limits(transfer->easy, settings) == CURLE_OK &&
	    set_request(transfer, request) == CURLE_OK)
		return transfer;
	*ret_why = "libcurl does not take the request";
failed:
	ac_transfer_free(&transfer);
	return NULL;
}

CURL *
ac_transfer_easy(struct ac_transfer *transfer)
{
	return transfer->easy;
}

struct ac_transfer *
ac_transfer_of(CURL *easy)
{
	char *transfer = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
	return (struct ac_transfer *)(void *)transfer;
}

/* application/json, or a type that is built on it, such as application/jwk-set+json. */
static bool
is_json(CURL *easy)
{
	static const char plain[] = "application/json", built[] = "+json";
	const char *type = NULL;
	size_t len;

	if (curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || type == NULL)
		return false;
	len = strcspn(type, "; \t");
	if (len == sizeof(plain) - 1 && strncasecmp(type, plain, len) == 0)
		return true;
	return len > sizeof(built) - 1 &&
	       strncasecmp(type + len - (sizeof(built) - 1), built, sizeof(built) - 1) == 0;
}

struct ac_fetch_frame
ac_transfer_answer(struct ac_transfer *transfer, CURLcode code)
{
	struct ac_fetch_frame answer = { .kind = AC_FETCH_ANSWER, .id = transfer->id };
	long status = 0;

	if (transfer->address_refused) {
		answer.outcome = AC_FETCH_REFUSED;
		answer.text = "it leads to an address that is not public";
		return answer;
	}
	if (code == CURLE_OK)
		code = curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) {
		answer.text = "the answer is too large";
	} else if (code != CURLE_OK) {
		transfer->error[AC_FETCH_MAX_WHY - 1] = '\0';
		answer.text =
			transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(code);
	} else if (transfer->json && status == 200 && !is_json(transfer->easy)) {
		answer.text = "the answer is no JSON by its content type";
	} else {
		answer.outcome = AC_FETCH_ANSWERED;
		answer.status = (unsigned)status;
		answer.body = (const char *)transfer->body.data;
		answer.body_len = transfer->body.len;
	}
	return answer;
}

void
ac_transfer_free(struct ac_transfer **transfer)
{
	struct ac_transfer *gone = *transfer;

	*transfer = NULL;
	if (gone == NULL)
		return;
	curl_easy_cleanup(gone->easy);
	curl_slist_free_all(gone->headers);
	ac_buf_clear(&gone->body);
	free(gone->form);
	free(gone);
}
