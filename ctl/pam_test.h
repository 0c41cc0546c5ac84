/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl pam-test: a sign-in without a browser.
 */
#ifndef AC_CTL_PAM_TEST_H
#define AC_CTL_PAM_TEST_H

#include "ctl/command.h"

#ifndef AC_CTL_HELPER
#define AC_CTL_HELPER "/usr/libexec/authcode/authcode-login"
#endif

enum ac_ctl_exit ac_ctl_pam_test(const struct ac_ctl *ctl);

#endif
