/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * How often one address may ask for the code of a device (RFC 8628 §3.1). Each answer is a
 * row of the store, and the id of a public client is no secret: what is free to ask must not
 * be free to repeat. By address alone, for whoever else has the client must not be shut out.
 */
#ifndef AC_SERVER_DEVICE_REQUESTS_H
#define AC_SERVER_DEVICE_REQUESTS_H

#include "server/app.h"
#include "server/http.h"

/* False: the reply has been set to the refusal. */
AC_MUST_USE bool ac_device_request_spend(struct ac_app *app, struct ac_http *h);

#endif
