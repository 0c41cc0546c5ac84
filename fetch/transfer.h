/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * One request to a server that somebody has named: https alone, TLS 1.2 or newer
 * with the certificate verified, no redirects, no proxy but a configured one, no
 * connection used twice, no more than so many bytes and seconds (LS-08).
 */
#ifndef AC_FETCH_TRANSFER_H
#define AC_FETCH_TRANSFER_H

#include <curl/curl.h>

#include "base/attr.h"
#include "base/buf.h"
#include "fetch/wire.h"

struct ac_transfer_settings {
	const char *ca_file; /* trusted beside the system's; NULL: none */
	const char *proxy;   /* NULL: none */
};

struct ac_transfer;

/* New, and not started: add ac_transfer_easy() to a multi handle. NULL: *ret_outcome
 * and *ret_why say why the request is not made. */
AC_MUST_USE struct ac_transfer *ac_transfer_new(const struct ac_transfer_settings *settings,
						const struct ac_fetch_frame *request,
						enum ac_fetch_outcome *ret_outcome,
						const char **ret_why);
CURL *ac_transfer_easy(struct ac_transfer *transfer);

/* That of the easy handle. */
struct ac_transfer *ac_transfer_of(CURL *easy);

/* When it has ended so; the answer borrows from the transfer. */
struct ac_fetch_frame ac_transfer_answer(struct ac_transfer *transfer, CURLcode code);

/* NULL-safe, sets NULL. */
void ac_transfer_free(struct ac_transfer **transfer);

#endif
