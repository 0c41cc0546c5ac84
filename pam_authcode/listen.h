/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What systemd does with Accept=yes, for hosts without it: a socket, and for
 * each connection a fresh process (fork and exec) with the connection as its
 * descriptor 0. The listener itself never reads a byte that a peer wrote.
 */
#ifndef AC_PAM_LISTEN_H
#define AC_PAM_LISTEN_H

#include "pam_authcode/options.h"

/* Until SIGTERM or SIGINT; then the children are killed and the socket file is
 * removed. argv is the own command line, which the children are given again
 * with --inetd behind it. Returns the exit status. */
int ac_listen_run(const struct ac_options *options, int argc, char **argv);

#endif
