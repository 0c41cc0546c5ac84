/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Telling the service manager how far we are (sd_notify(3), the protocol).
 */
#ifndef AC_SERVER_NOTIFY_H
#define AC_SERVER_NOTIFY_H

/* "READY=1", "STOPPING=1"; nothing happens where nobody asked. */
void ac_notify(const char *state);

/* That the configuration is being read again, until the next READY=1. */
void ac_notify_reloading(void);

#endif
