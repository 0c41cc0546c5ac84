/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Which texts an option may hold: the checks that rows of the table name.
 */
#ifndef AC_SERVER_CONFIG_VALUES_H
#define AC_SERVER_CONFIG_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

/* RFC 8414 §2, and what a browser's Origin header can equal. */
AC_MUST_USE bool ac_value_issuer(const char *text);
AC_MUST_USE bool ac_value_listen(const char *text);
AC_MUST_USE bool ac_value_network(const char *text); /* address, prefix or "unix" */
AC_MUST_USE bool ac_value_path(const char *text);    /* absolute */
AC_MUST_USE bool ac_value_file(const char *text);    /* the same, or a credential: */
AC_MUST_USE bool ac_value_socket(const char *text);
AC_MUST_USE bool ac_value_https(const char *text); /* without user name and fragment */
bool ac_value_https(const char *text);             /* absolute, fits sockaddr_un */
bool ac_value_socket_or_none(const char *text);    /* or the word none */
AC_MUST_USE bool ac_value_service(const char *text);
AC_MUST_USE bool ac_value_user(const char *text);
AC_MUST_USE bool ac_value_label(const char *text);    /* shown to people */
AC_MUST_USE bool ac_value_word(const char *text);     /* printable ASCII: an acr, an amr value */
AC_MUST_USE bool ac_value_scope(const char *text);    /* words with one space between */
AC_MUST_USE bool ac_value_resource(const char *text); /* absolute URI without fragment */
AC_MUST_USE bool ac_value_origin(const char *text);   /* as a browser writes it; or the word none */
AC_MUST_USE bool ac_value_email(const char *text);    /* with %u and %% */
AC_MUST_USE bool ac_value_env_name(const char *text);
AC_MUST_USE bool ac_value_signing_algorithm(const char *text);
AC_MUST_USE bool ac_value_env_claim(const char *text); /* NAME=claim */
AC_MUST_USE bool ac_value_digest(const char *text);
AC_MUST_USE bool ac_value_time(const char *text);

/* "2030-01-31" (its beginning) or "2030-01-31T08:00:00Z" in Unix seconds, > 0. */
AC_MUST_USE bool ac_value_unix_time(const char *text, int64_t *ret_s);

/* "90", "90s", "15min", "8h", "14d" in seconds. */
AC_MUST_USE bool ac_value_duration(const char *text, uint32_t *ret_s);
/* The same in milliseconds, and "500ms". */
AC_MUST_USE bool ac_value_duration_ms(const char *text, uint32_t *ret_ms);

/* A loopback address with a port. */
AC_MUST_USE bool ac_value_local_address(const char *text);
/* Does a listener that passed ac_value_listen() take only local connections? */
AC_MUST_USE bool ac_listen_is_local(const char *text);

#endif
