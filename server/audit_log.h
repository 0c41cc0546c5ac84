/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What an operation has come to, said in the log once it is durable; its record is
 * in the database by then.
 */
#ifndef AC_SERVER_AUDIT_LOG_H
#define AC_SERVER_AUDIT_LOG_H

#include <authcode/store.h>

#include "server/app.h"
#include "server/http.h"

/* An operation of a request, after done. NULL: nothing. */
void ac_audit_log(const struct ac_app *app, const struct ac_http *h,
		  const struct authcode_operation *operation);

/* Of an operation that somebody asks for who administers. */
struct authcode_audit ac_audit_by_admin(const struct ac_app *app, const struct ac_http *h);

#endif
