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

/* Built with AddressSanitizer, whose leak checker reads its own process as a debugger
 * would and maps terabytes. */
#if defined(__SANITIZE_ADDRESS__)
#define AC_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AC_SANITIZED 1
#endif
#endif
#ifndef AC_SANITIZED
#define AC_SANITIZED 0
#endif

#endif
