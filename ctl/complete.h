/* SPDX-License-Identifier: Apache-2.0
 * Copyright the authcode authors
 *
 * What may be typed next, from the rows of command.c and options.c. The files that shells
 * read (dist/completions) only ask for it, so they are never behind the tables.
 */
#ifndef AC_CTL_COMPLETE_H
#define AC_CTL_COMPLETE_H

#include <stddef.h>

/* words: what stands behind the name of the program, the last of them begun or empty.
 * Prints what it may become, a word a line, or ":file" for the name of a file. */
void ac_ctl_complete(char *const *words, size_t count);

#endif
