/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * authcodectl db …: on the file, not through the daemon. A daemon that is shut in can
 * write nowhere but where its state is, a backup must be possible when it does not run,
 * and a database that it cannot serve from is one that has to be looked at.
 */
#ifndef AC_CTL_DB_H
#define AC_CTL_DB_H

#include "ctl/command.h"

enum ac_ctl_exit ac_ctl_db_backup(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_db_check(const struct ac_ctl *ctl);
enum ac_ctl_exit ac_ctl_db_restore(const struct ac_ctl *ctl); /* db_restore.c */

#endif
