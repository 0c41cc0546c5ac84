/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * Runs the real authcode-login against a private PAM directory and writes down
 * what it says. A transcript is one line: the parts are joined by '|'.
 *
 *   @nobody            CANON
 *   ?Password:         PROMPT, hidden; !Code: is one with echo
 *   i:text e:text      info and error texts, before the prompt or result
 *   $A=b               PAM variables, before the result
 *   =OK nobody         RESULT
 *   EOF                the helper ended the connection
 */
#ifndef TESTS_PAM_DRIVER_H
#define TESTS_PAM_DRIVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "pam_authcode/wire.h"

#define DRIVER_MAX 24
#define DRIVER_PATIENCE_S 20 /* nothing here takes as long unless it hangs */

struct driver {
	char dir[64];     /* world-readable; removed at the end */
	char helper[128]; /* a copy that other users can run */
	char module[128]; /* likewise */
	char locks[96];   /* the lock directory of a helper that runs as this user */
	uid_t uid;        /* the helper runs as */
	/* Words in front of the helper: what gives it fewer rights; NULL: none. */
	const char *const *wrapper;
};

struct helper {
	pid_t pid;
	int fd;
};

/* Ends the test program with a failure when something is missing. */
void driver_init(struct driver *driver);
void driver_clear(struct driver *driver);

/* cmocka setup, with a driver of the program, and teardown; the state is the driver. */
int driver_set_up(void **state);
int driver_tear_down(void **state);

/* Files in the driver's directory. In text, @T is the path of the test module,
 * @M that of pam_matrix, @D the directory. */
void driver_write(const struct driver *driver, const char *name, const char *text);

/* "" when the system has none. */
const char *driver_matrix(void);

/* fd 0 of the helper is one end of a socket pair made by peer (an effective uid). */
void driver_start(const struct driver *driver, const char *const *options, uid_t peer,
		  struct helper *ret);

/* Closes and waits; the exit status, or minus the signal. */
int driver_end(struct helper *helper);

void driver_send_start(const struct helper *helper, const struct ac_wire_start *start);

/* The next frame, or an error of ac_wire_recv(), within the patience. */
enum authcode_err driver_recv(int fd, struct ac_wire_frame *ret);

struct login_script {
	const char *service; /* NULL: authcode */
	const char *user;    /* NULL: nobody */
	const char *rhost;
	const char *language;
	const char *ticket;              /* NULL: none */
	const char *const *options;      /* NULL: none */
	const char *answers[DRIVER_MAX]; /* NULL: hang up when asked */
};

/* Plays the script and returns the transcript, in a static buffer. */
const char *driver_login(const struct driver *driver, const struct login_script *script);

/* That of the last RESULT of driver_login(), or "". */
const char *driver_ticket(void);

#endif
