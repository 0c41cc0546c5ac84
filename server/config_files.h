/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The directories of the files that a configuration names.
 */
#ifndef AC_SERVER_CONFIG_FILES_H
#define AC_SERVER_CONFIG_FILES_H

#include "server/config_options.h"

/* Is the value of this option the path of a file that is read? */
AC_MUST_USE bool ac_config_names_file(const struct ac_option *option, const char *value);

/* Its directory, and that of the file a link leads to, are in file_dirs from now on. */
AC_MUST_USE enum authcode_err ac_config_note_file(struct ac_settings *settings, const char *path);

#endif
