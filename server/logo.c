/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * See logo.h. What is served is called a PNG and looked at as nothing else; a
 * browser that is sent there by itself may do nothing with it but show it.
 */
#include "server/logo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/form.h"
#include "base/limits.h"
#include "server/config_file.h"
#include "server/etag.h"
#include "server/pages.h"

#define HEADER_LEN 24 /* signature, length and name of IHDR, width, height */
#define MAX_EDGE 2048

struct logo {
	const char *client_id; /* the registry's */
	char etag[AC_ETAG_LEN + 1];
	size_t len;
	unsigned char *data;
};

struct ac_logos {
	size_t count;
	struct logo list[]; /* in the order of the registry: of ids */
};

static uint32_t
get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* PNG (RFC 2083 §3.1, §4.1.1): the signature, then IHDR. */
static bool
is_png(const unsigned char *data, size_t len)
{
	static const unsigned char begin[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
					       0,    0,   0,   13,  'I',  'H',  'D',  'R' };

	return len > HEADER_LEN && memcmp(data, begin, sizeof(begin)) == 0 &&
	       get_u32(data + 16) - 1 < MAX_EDGE && get_u32(data + 20) - 1 < MAX_EDGE;
}

/* Reads all of fd; NULL with *why. */
static unsigned char *
read_file(int fd, size_t *ret_len, const char **why)
{
	unsigned char *data = malloc(AC_MAX_LOGO + 1);
	size_t len = 0;
	ssize_t n = 1;

	*why = strerror(ENOMEM);
	while (data != NULL && n > 0 && len <= AC_MAX_LOGO) {
		n = read(fd, data + len, AC_MAX_LOGO + 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (data == NULL)
		return NULL;
	if (n < 0)
		*why = strerror(errno);
	else if (len > AC_MAX_LOGO)
		*why = "it is larger than 64 KiB";
	else if (!is_png(data, len))
		*why = "it is not a PNG of at most 2048 by 2048 pixels";
	else
		*why = NULL;
	if (*why != NULL) {
		free(data);
		return NULL;
	}
	*ret_len = len;
	return data;
}

/* Who can write it can show another's name where people are asked for their password. */
static bool
read_logo(const struct authcode_client *client, const char *user, struct logo *logo,
	  struct authcode_reason *reason)
{
	int fd = open(client->logo_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const char *why = NULL;
	char text[AC_OWNER_FAULT_SIZE];
	struct stat st;

	logo->client_id = client->id;
	if (fd < 0 || fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "it is not a regular file";
	else
		why = ac_config_owner_fault(st.st_uid, user, text);
	if (why == NULL && (st.st_mode & (S_IWOTH | S_IWGRP)) != 0)
		why = "others may write it; run chmod go-w on it";
	if (why == NULL)
		logo->data = read_file(fd, &logo->len, &why);
	if (fd >= 0)
		close(fd);
	if (why == NULL && ac_etag_of_bytes(logo->data, logo->len, logo->etag) != AUTHCODE_OK)
		why = "libcrypto failed";
	if (why != NULL)
		snprintf(reason->text, sizeof(reason->text), "client \"%s\": logo_file: %.300s: %s",
			 client->id, client->logo_file, why);
	return why == NULL;
}

enum authcode_err
ac_logos_new(const struct authcode_clients *clients, const char *user, struct ac_logos **ret,
	     struct authcode_reason *reason)
{
	size_t count = authcode_clients_count(clients);
	struct ac_logos *logos = calloc(1, sizeof(*logos) + count * sizeof(*logos->list));

	if (logos == NULL)
		return AUTHCODE_ERR_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const struct authcode_client *client = authcode_clients_at(clients, i);

		if (client->logo_file == NULL)
			continue;
		if (!read_logo(client, user, &logos->list[logos->count++], reason)) {
			ac_logos_free(&logos);
			return AUTHCODE_ERR_CONFIG;
		}
	}
	*ret = logos;
	return AUTHCODE_OK;
}

void
ac_logos_free(struct ac_logos **logos)
{
	if (logos == NULL || *logos == NULL)
		return;
	for (size_t i = 0; i < (*logos)->count; i++)
		free((*logos)->list[i].data);
	free(*logos);
	*logos = NULL;
}

static int
compare(const void *id, const void *logo)
{
	return strcmp(id, ((const struct logo *)logo)->client_id);
}

static const struct logo *
find(const struct ac_logos *logos, const char *client_id)
{
	if (logos == NULL || client_id == NULL)
		return NULL;
	return bsearch(client_id, logos->list, logos->count, sizeof(*logos->list), compare);
}

bool
ac_logos_has(const struct ac_logos *logos, const char *client_id)
{
	return find(logos, client_id) != NULL;
}

/* The one that the query names; NULL: none, or not one query. */
static const struct logo *
find_asked(const struct ac_app *app, const struct ac_http *h)
{
	struct authcode_bytes query = ac_http_query(h);
	struct authcode_arena *arena = NULL;
	struct ac_params params = { 0 };
	const struct logo *logo = NULL;

	if (authcode_arena_new(AC_MAX_ARENA, &arena) == AUTHCODE_OK &&
	    ac_form_decode(arena, query.data, query.len, AC_FROM_QUERY, &params) == AUTHCODE_OK &&
	    ac_params_count(&params, "client") == 1)
		logo = find(app->logos, ac_params_get(&params, "client"));
	authcode_arena_free(&arena);
	return logo;
}

enum ac_step
ac_logo_start(struct ac_app *app, struct ac_http *h)
{
	const struct logo *logo = find_asked(app, h);

	if (logo == NULL) {
		ac_page_error(app, h, 404, "not_found", NULL);
		return AC_STEP_REPLY;
	}
	if (ac_etag_matches(ac_http_header(h, "If-None-Match"), logo->etag))
		ac_http_reply(h, AC_REPLY_ASSET, 304, NULL, 0);
	else
		ac_http_reply(h, AC_REPLY_ASSET, 200, (const char *)logo->data, logo->len);
	ac_http_reply_header(h, "Content-Type", "image/png");
	ac_http_reply_header(h, "Content-Security-Policy",
			     "default-src 'none'; frame-ancestors 'none'; sandbox");
	ac_http_reply_header(h, "ETag", logo->etag);
	return AC_STEP_REPLY;
}
