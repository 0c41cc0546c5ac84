/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What a conversation needs of whoever checks passwords: the PAM relay in the
 * daemon, a script in the tests. Every method returns at once; the events are
 * those of pam_authcode/relay.h, and next() is asked whenever the descriptor is
 * readable. Calls for one conversation never overlap.
 */
#ifndef AC_SERVER_AUTHENTICATOR_H
#define AC_SERVER_AUTHENTICATOR_H

#include <authcode/error.h>

#include "base/attr.h"
#include "base/secret.h"
#include "pam_authcode/relay.h"

struct ac_authenticator_ops {
	/* password is taken over in any case. ERR_USAGE: a value that can belong to
	 * nobody; anything else: it cannot be asked now. */
	enum authcode_err (*start_take)(void *self, const struct ac_wire_start *start,
					struct ac_secret *password, void **ret);
	int (*fd)(const void *conversation);
	struct ac_relay_event (*next)(void *conversation);
	enum authcode_err (*go)(void *conversation);
	enum authcode_err (*answer)(void *conversation, const char *text, size_t len);
	void (*cancel)(void *conversation); /* frees it, whatever its state */
};

struct ac_authenticator {
	const struct ac_authenticator_ops *ops;
	void *self;   /* who signs people in */
	void *change; /* who changes an expired password; NULL: nobody */
};

/* The helpers behind two sockets; the paths are borrowed for as long as they are
 * used. passwd_path NULL: nobody changes passwords. */
struct ac_authenticator ac_authenticator_pam(const char *login_path, const char *passwd_path);

#endif
