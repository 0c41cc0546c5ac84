/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which addresses a URL that no administrator has registered may lead to: those of
 * the public internet (LS-08, RFC 9700 §4.11). Asked after the name has been
 * resolved, about the very address that is connected to.
 */
#ifndef AC_FETCH_ADDRESS_H
#define AC_FETCH_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/attr.h"

/* Not private, loopback, link-local, multicast, reserved, nor an IPv6 address that
 * stands for an IPv4 address. */
AC_MUST_USE bool ac_fetch_address_public(const struct sockaddr *address, socklen_t len);

#endif
