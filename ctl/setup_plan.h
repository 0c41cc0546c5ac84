/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What setup was asked for, and the texts that follow from it: the configuration, what makes
 * authcoded.socket fit it, and what the proxy needs. Nothing is done here.
 */
#ifndef AC_CTL_SETUP_PLAN_H
#define AC_CTL_SETUP_PLAN_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/uri.h"
#include "ctl/command.h"

struct ac_setup_proxy {
	const char *name, *file, *group, *socket; /* where it looks for the socket */
};

/* Borrowed from the command line. */
struct ac_setup_plan {
	const char *root; /* "" for / */
	const char *issuer, *certificate, *key, *listen, *email;
	const struct ac_setup_proxy *proxy; /* NULL: TLS of its own */
	struct ac_uri uri;                  /* of the issuer */
	bool force, start;
	unsigned limit_s; /* of the start */
};

/* AC_CTL_DONE; else AC_CTL_USAGE, with a sentence on standard error. */
AC_MUST_USE enum ac_ctl_exit ac_setup_plan_read(const struct ac_ctl *ctl,
						struct ac_setup_plan *ret);

void ac_setup_put_config(const struct ac_setup_plan *plan, struct ac_buf *text);
void ac_setup_put_drop_in(const struct ac_setup_plan *plan, struct ac_buf *text);

/* The proxy's configuration for this issuer, from the file of the package; "" with a sentence
 * where that cannot be read. */
void ac_setup_put_snippet(const struct ac_setup_plan *plan, struct ac_buf *text, json_t *said);

#endif
