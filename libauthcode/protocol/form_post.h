/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The shape every back-channel POST shares (token, revocation, introspection):
 * form content type, nothing in the query, no parameter twice.
 */
#ifndef AC_PROTOCOL_FORM_POST_H
#define AC_PROTOCOL_FORM_POST_H

#include "protocol/exchange.h"

/* Decodes the body into x->params. False when the response has been set to the
 * refusal (TK-02 … TK-04, TK-15). */
AC_MUST_USE bool ac_form_post_accept(struct authcode_exchange *x);

#endif
