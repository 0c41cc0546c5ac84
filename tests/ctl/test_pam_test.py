# SPDX-License-Identifier: Apache-2.0
"""authcodectl pam-test on a terminal: through the helpers' sockets, and without."""
import contextlib
import os
import signal
import subprocess
import sys
import time

for folder in ("drift", "pam"):
    sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", folder))

from drift import built, check, main  # noqa: E402
from terminal import PATIENCE, Terminal, directory_with  # noqa: E402

STACK = "hidden=Password: expect=right info=sent echo=Code: expect=12"
CHECKS = {"stack_check": "account required @T\n"}


def ctl(*words):
    return [built("authcodectl"), *words, "--helper", built("authcode-login")]


@contextlib.contextmanager
def helpers(entries=("login", "check"), stack=STACK):
    """A directory with a stack, and the helpers that listen in it."""
    with directory_with(stack, **CHECKS) as directory:
        running = []
        try:
            for entry in entries:
                path = f"{directory}/{entry}.sock"
                running.append(subprocess.Popen(
                    [built("authcode-login"), "--listen", path, "--confdir", directory, "--service", "stack",
                     "--lock-dir", f"{directory}/locks", *(["--check"] if entry == "check" else [])],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                until = time.monotonic() + PATIENCE
                while not os.path.exists(path) and time.monotonic() < until:
                    time.sleep(0.01)
            yield directory
        finally:
            for process in running:
                process.terminate()
                process.wait(PATIENCE)


def sign_in(directory, *answers, words=(), service="stack", user="nobody"):
    """Status and all that was shown, after these answers to the questions in turn."""
    terminal = Terminal(ctl("pam-test", user, "--service", service, "--socket", f"{directory}/admin.sock", *words),
                        stderr=subprocess.STDOUT)
    for question, answer in zip(("Password: ", "Code: "), answers):
        if not terminal.until(question):
            break
        terminal.type(answer)
    status = terminal.finish()
    return status, terminal.text.replace("\r\n", "\n")


@check("through the sockets: questions, texts, result, identity and check, and no hidden answer")
def through():
    with helpers() as directory:
        status, shown = sign_in(directory, "right", "12")
    for line in ("account   nobody", "echo off  Password: ", "info      sent", "result    OK", "user      nobody",
                 "uid       65534", "check     OK"):
        if f"{line}\n" not in shown + "\n" and line not in shown:
            yield f"no line \"{line}\""
    if status != 0 or "right" in shown:
        yield f"status {status}: {shown}"


@check("what is refused is told in plain words, with 1")
def refused():
    with helpers() as directory:
        for answers, words, more in ((("wrong", "12"), "result    DENIED\nwhy       a wrong answer", {}),
                                     (("right", "13"), "result    DENIED\nwhy       a wrong answer", {}),
                                     (("right", "12"), "result    DENIED\nwhy       ", {"user": "no-such-user"}),
                                     ((), "result    ", {"service": "another"})):
            status, shown = sign_in(directory, *answers, **more)
            if status != 1 or words not in shown or "uid " in shown:
                yield f"{answers} {more}: status {status}, {shown}"


@check("no helper is 3 and names the socket, also when only the check is missing after a success")
def unreachable():
    with helpers(entries=()) as directory:
        status, shown = sign_in(directory)
        if status != 3 or f"{directory}/login.sock: " not in shown or "--direct" not in shown:
            yield f"status {status}, {shown}"
    with helpers(entries=("login",)) as directory:
        status, shown = sign_in(directory, "right", "12")
        if status != 0 or f"{directory}/check.sock: " not in shown or "check   " in shown:
            yield f"without check: status {status}, {shown}"


@check("a name that looks like an option is a name, and names nobody")
def names():
    with helpers() as directory:
        terminal = Terminal(ctl("pam-test", "--service", "stack", "--socket", f"{directory}/admin.sock", "--", "--help"),
                            stderr=subprocess.STDOUT)
        status = terminal.finish()
        if status == 0 or "Usage" in terminal.text:
            yield f"status {status}, {terminal.text}"


@check("an interrupt gives the terminal its echo back, and is no success")
def interrupt():
    with helpers() as directory:
        terminal = Terminal(ctl("pam-test", "nobody", "--service", "stack", "--socket", f"{directory}/admin.sock"))
        if not terminal.until("Password: ") or terminal.echoes():
            yield f"not asked without echo: {terminal.text}"
            return
        child = subprocess.run(["pgrep", "--parent", str(terminal.process.pid)], capture_output=True, text=True,
                               check=False).stdout.split()
        for pid in (terminal.process.pid, *map(int, child)):  # as a terminal does it
            os.kill(pid, signal.SIGINT)
        if not terminal.until("result    none") or not terminal.echoes():
            yield terminal.text
        if terminal.finish() != 1:
            yield "another status"


@check("what cannot be meant is 2, and a program that is not there is a refusal")
def usage():
    for words in (["pam-test"], ["pam-test", "a", "b"], ["pam-test", "a", "--json"], ["pam-test", "a", "--replace"],
                  ["pam-test", "a", "--socket", "admin.sock"], ["pam-test", "a", "--service", "../x", "--direct"],
                  ["pam-test", "a", "--service"], ["key", "list", "--direct"]):
        done = subprocess.run([*ctl(*words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
                              text=True, check=False)
        if done.returncode != 2 or not done.stderr:
            yield f"{words}: {done.returncode} {done.stderr}"
    done = subprocess.run([built("authcodectl"), "pam-test", "a", "--helper", "/nowhere/x"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=PATIENCE, text=True, check=False)
    if done.returncode != 1 or done.stderr != "authcodectl: /nowhere/x: No such file or directory\n":
        yield f"{done.returncode} {done.stderr}"


if __name__ == "__main__":
    main()
