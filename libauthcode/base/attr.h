/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Compiler vocabulary used everywhere.
 */
#ifndef AC_BASE_ATTR_H
#define AC_BASE_ATTR_H

#define AC_MUST_USE __attribute__((warn_unused_result))
#define AC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define AC_CLEANUP(f) __attribute__((cleanup(f)))
#define AC_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
