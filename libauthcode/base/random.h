/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The kernel's generator.
 */
#ifndef AC_BASE_RANDOM_H
#define AC_BASE_RANDOM_H

#include <stddef.h>

#include <authcode/error.h>

#include "base/attr.h"

/* All of buf or ERR_RANDOM. ctx is ignored: the function fits authcode_random. */
AC_MUST_USE enum authcode_err ac_random_fill(void *ctx, void *buf, size_t len);

#endif
