/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Everything a host includes: an OAuth 2.0 authorization server as a library.
 * doc/examples/embed.c is a whole code flow in one page.
 *
 * The interface is unstable until 1.0.
 */
#ifndef AUTHCODE_AUTHCODE_H
#define AUTHCODE_AUTHCODE_H

#include <authcode/client.h>
#include <authcode/database.h>
#include <authcode/error.h>
#include <authcode/exchange.h>
#include <authcode/inspect.h>
#include <authcode/issuer.h>
#include <authcode/keys.h>
#include <authcode/list.h>
#include <authcode/logout.h>
#include <authcode/request.h>
#include <authcode/resource.h>
#include <authcode/response.h>
#include <authcode/store.h>

#endif
