# SPDX-License-Identifier: Apache-2.0
"""clang-format agrees with every C file."""
import subprocess

from drift import SOURCE, check, files, main, need_tool

TOOL = need_tool("clang-format")


@check("clang-format has nothing to change")
def formatted():
    for path in files(("libauthcode", "pam_authcode", "server", "tests", "doc/examples"), ".c", ".h"):
        done = subprocess.run([TOOL, "--dry-run", "--Werror", str(SOURCE / path)],
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            yield f"{path}: run make format"


if __name__ == "__main__":
    main()
