/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * The files of server/templates/ as embed.sh compiles them in: terminated
 * text. page_files.c is made by the build.
 */
#ifndef AC_SERVER_PAGE_FILES_H
#define AC_SERVER_PAGE_FILES_H

extern const char ac_file_layout_mustache[];
extern const char ac_file_sign_in_mustache[];
extern const char ac_file_prompt_mustache[];
extern const char ac_file_consent_mustache[];
extern const char ac_file_accounts_mustache[];
extern const char ac_file_form_post_mustache[];
extern const char ac_file_refused_mustache[];
extern const char ac_file_logout_mustache[];
extern const char ac_file_logged_out_mustache[];
extern const char ac_file_wait_mustache[];
extern const char ac_file_told_mustache[];
extern const char ac_file_device_mustache[];
extern const char ac_file_device_done_mustache[];
extern const char ac_file_user_code_mustache[];
extern const char ac_file_error_mustache[];
extern const char ac_file_style_css[];
extern const char ac_file_icon_svg[];

#endif
