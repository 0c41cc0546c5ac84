/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The questions a handler may ask about its request.
 */
#include <stdlib.h>
#include <string.h>

#include "server/http_internal.h"

enum authcode_method
ac_http_method(const struct ac_http *h)
{
	if (strcmp(h->method_name, "GET") == 0 || strcmp(h->method_name, "HEAD") == 0)
		return AUTHCODE_METHOD_GET;
	if (strcmp(h->method_name, "POST") == 0)
		return AUTHCODE_METHOD_POST;
	return AUTHCODE_METHOD_OTHER;
}

const char *
ac_http_method_name(const struct ac_http *h)
{
	return h->method_name;
}

const char *
ac_http_path(const struct ac_http *h)
{
	return h->below != NULL ? h->below : "";
}

struct authcode_bytes
ac_http_query(const struct ac_http *h)
{
	return h->query;
}

struct authcode_bytes
ac_http_body(const struct ac_http *h)
{
	return (struct authcode_bytes){ h->body.data, h->body.len };
}

const char *
ac_http_header(const struct ac_http *h, const char *name)
{
	const struct ac_gate_header *found = ac_gate_header(h->headers, h->header_count, name);

	return found == NULL ? NULL : found->value.data;
}

const char *
ac_http_authorization(const struct ac_http *h)
{
	return h->has_authorization ? ac_buf_text(&h->authorization) : NULL;
}

/* RFC 6265 §4.2.1, read leniently: pairs between ';', spaces around them. */
const char *
ac_http_cookie(const struct ac_http *h, const char *name)
{
	size_t name_len = strlen(name);
	size_t at = 0;

	while (at < h->cookies_len) {
		const char *pair = h->cookies + at;

		at += strlen(pair) + 1;
		pair += strspn(pair, " \t");
		if (strncmp(pair, name, name_len) == 0 && pair[name_len] == '=')
			return pair + name_len + 1;
	}
	return NULL;
}

const char *
ac_http_peer(const struct ac_http *h)
{
	return h->peer;
}

struct ac_bucket *
ac_http_kept_bucket(struct ac_http *h)
{
	return h->conn->from_proxy ? NULL : &h->conn->bucket;
}

int64_t
ac_http_txn_number(const struct ac_http *h)
{
	return h->txn_number;
}

const char *
ac_http_txn(const struct ac_http *h)
{
	return h->txn;
}

bool
ac_http_is_admin(const struct ac_http *h)
{
	return h->conn->admin;
}

bool
ac_http_is_metrics(const struct ac_http *h)
{
	return h->conn->metrics;
}

size_t
ac_http_open_connections(const struct ac_http *h)
{
	return ac_http_conns_count(h->service->conns);
}

unsigned
ac_http_admin_uid(const struct ac_http *h)
{
	return (unsigned)h->conn->peer_uid;
}

void
ac_http_set_state(struct ac_http *h, void *state, void (*free_state)(void *state))
{
	h->state = state;
	h->free_state = free_state;
}

void *
ac_http_state(const struct ac_http *h)
{
	return h->state;
}
