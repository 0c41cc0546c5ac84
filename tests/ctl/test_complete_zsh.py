# SPDX-License-Identifier: Apache-2.0
"""What zsh makes of what authcodectl --complete offers."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "drift"))

from drift import SOURCE, built, check, main, need_tool  # noqa: E402

ZSH = """
compadd() { shift; printf '%s\\n' "$@" }
_files() { print FILES }
_run() { words=(authcodectl "$@"); CURRENT=$#words; source "$file" }
file=$1; shift
_run "$@"
"""


@check("zsh completes the same")
def in_zsh():
    path = f"{built('authcodectl').parent}:{os.environ['PATH']}"
    for words, expected in ((["key", "ro"], ["rotate"]), (["--js"], ["--json"]), (["--socket", "x"], ["FILES"]),
                            (["nothing", ""], [])):
        done = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", SOURCE / "dist/completions/_authcodectl", *words],
                              env={**os.environ, "PATH": path}, timeout=30, capture_output=True, text=True, check=True)
        if done.stderr != "" or done.stdout.split() != expected:
            yield f"{words}: {done.stdout} {done.stderr}"


if __name__ == "__main__":
    need_tool("zsh")
    main()
