#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed.sh FILE…: writes C to standard output, one terminated char array per
# file: server/templates/style.css becomes ac_file_style_css. POSIX od and sed.
set -eu

printf '#include "server/page_files.h"\n'
for file; do
	name=$(basename "$file" | sed 's/[^A-Za-z0-9]/_/g')
	printf '\nconst char ac_file_%s[] = {\n' "$name"
	od -A n -v -t x1 "$file" | sed "s/ *\([0-9a-f][0-9a-f]\)/'\\\\x\1',/g"
	printf "'\\\\0' };\n"
done
