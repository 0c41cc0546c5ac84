# SPDX-License-Identifier: Apache-2.0
"""clang-format agrees with every C file."""
import re
import subprocess
import sys

from drift import SOURCE, check, files, main, need_tool, output_of

TOOL = need_tool("clang-format")
VERSION = "14"  # versions differ in where they break lines; Debian 12's decides

if re.search(r"version (\d+)", output_of(TOOL, "--version")).group(1) != VERSION:
    print(f"1..0 # SKIP clang-format {VERSION} decides, this is another")
    sys.exit(0)


@check("clang-format has nothing to change")
def formatted():
    for path in files(("libauthcode", "pam_authcode", "fetch", "server", "ctl", "tests", "bench", "doc/examples"), ".c", ".h"):
        done = subprocess.run([TOOL, "--dry-run", "--Werror", str(SOURCE / path)],
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            yield f"{path}: run make format"


if __name__ == "__main__":
    main()
