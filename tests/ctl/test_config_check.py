# SPDX-License-Identifier: Apache-2.0
"""authcodectl config check: what the daemon says of a configuration, as people and programs read it."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from aid import BUILD, check, finish

GOOD = "issuer = 'http://127.0.0.1:8080'\n"


class Place:
    """A configuration, and programs that stand for the daemon."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory)
        self.path.chmod(0o755)
        self.config = self.path / "authcode.conf"

    def write(self, text, mode=0o644):
        self.config.unlink(missing_ok=True)
        self.config.write_text(text)
        self.config.chmod(mode)
        return self.config

    def program(self, body):
        path = self.path / "program"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def ask(self, *words, daemon=BUILD / "authcoded", passed=()):
        return subprocess.run([BUILD / "authcodectl", "config", "check", *words, "--daemon", daemon], capture_output=True,
                              text=True, timeout=60, check=False, cwd=self.path, input="something to read\n", pass_fds=passed)


def of_the_daemon(place):
    state = f"state_dir = '{place.path}/state'\n"
    told = place.ask(place.write(GOOD + state))
    check("a good one is good, and standard error is silent",
          told.returncode == 0 and told.stderr == "" and told.stdout.endswith(f"{place.config}: ok\n"), told)
    told = place.ask("authcode.conf")
    check("a path from where one stands", told.returncode == 0 and told.stdout.endswith("authcode.conf: ok\n"), told)
    told = place.ask("--json", place.config)
    answer = json.loads(told.stdout)
    check("as JSON", told.returncode == 0 and told.stderr == "" and set(answer) == {"file", "good", "said"} and
          answer["file"] == str(place.config) and answer["good"] is True and answer["said"][-1] == f"{place.config}: ok", told)
    for name, text, said in (
            ("an unknown option", GOOD + "isuer = 'x'\n", f"{place.config}:2: "),
            ("a value that is not allowed", GOOD + "access_token_ttl = 'soon'\n", f"{place.config}:2: "),
            ("no issuer", "", "issuer"),
            ("half a file", GOOD + "client \"x\" {\n", f"{place.config}:"),
            ("a certificate that is not there", "issuer = 'https://id.example.net'\nlisten = '127.0.0.1:8443'\n"
             "tls_certificate_file = '/nowhere.pem'\ntls_key_file = '/nowhere.key'\n", "/nowhere.")):
        told = place.ask(place.write(text + state))
        check(f"{name} is refused, by name and line",
              told.returncode == 1 and told.stdout == "" and said in told.stderr and
              all(line.startswith("authcodectl: ") for line in told.stderr.splitlines()), told)
        told = place.ask(place.config, "--json")
        check(f"{name} is refused as JSON", told.returncode == 1 and json.loads(told.stdout)["good"] is False and
              any(said in line for line in json.loads(told.stdout)["said"]), told)
    logo = place.path / "logo.png"
    logo.write_text("no PNG")
    client = ("client \"x\" {\nredirect_uris = { 'https://x.example/cb' }\ntoken_endpoint_auth_method = 'none'\n"
              f"scope = 'profile'\nlogo_file = '{logo}'\n}}\n")
    told = place.ask(place.write(GOOD + state + client))
    check("a picture that is none", told.returncode == 1 and told.stdout == "" and str(logo) in told.stderr, told)
    (place.path / "state").mkdir(mode=0o700)
    if os.geteuid() == 0:  # whose it must be then is not who asks
        state += "user = 'nobody'\n"
        shutil.chown(place.path / "state", "nobody")
    told = place.ask(place.write(GOOD + state))
    check("a state directory that is its owner's alone", told.returncode == 0, told)
    (place.path / "state").chmod(0o755)
    told = place.ask(place.config)
    check("a state directory that others can look into", told.returncode == 1 and told.stdout == "" and
          f"{place.path}/state" in told.stderr, told)
    (place.path / "state").rmdir()
    told = place.ask(place.write(GOOD + state, 0o666))
    check("a file that anybody can write is refused", told.returncode == 1 and str(place.config) in told.stderr, told)
    told = place.ask(place.path / "nowhere.conf")
    check("a file that is not there", told.returncode == 1 and "nowhere.conf: No such file" in told.stderr, told)
    told = place.ask(place.path)
    check("a directory", told.returncode == 1 and str(place.path) in told.stderr, told)


def on_a_full_disk(*words):
    with open("/dev/full", "w", encoding="ascii") as full:
        return subprocess.run([BUILD / words[0], *words[1:]], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)


def of_programs(place):
    place.write(GOOD)
    told = place.ask(place.config, daemon=place.path / "none")
    check("no daemon at that path", told.returncode == 1 and f"{place.path}/none: No such file or directory" in told.stderr, told)
    told = place.ask(place.config, daemon=place.program("kill -KILL $$"))
    check("a daemon that is killed has not said yes", told.returncode == 1 and "signal 9" in told.stderr, told)
    told = place.ask(place.config, daemon=place.program("exit 3"))
    check("nor one that ends without a word", told.returncode == 1 and "status 3" in told.stderr, told)
    daemon = place.program("echo note; kill -KILL $$")
    told = place.ask(place.config, daemon=daemon)
    check("nor one that is killed when it had begun to speak, and it is said that it was", told.returncode == 1 and
          told.stderr == f"authcodectl: note\nauthcodectl: {daemon}: ended by signal 9\n", told)
    told = place.ask(place.config, daemon=place.program("printf 'a\\033[31mb\\n' >&2; exit 1"))
    check("nothing that it says is an order to a terminal", told.returncode == 1 and "\033" not in told.stderr and
          "a?" in told.stderr, told)
    told = place.ask("--json", place.config, daemon=place.program("head -c 60000 /dev/zero | tr '\\0' x; exit 1"))
    answer = json.loads(told.stdout)
    check("one that says too much is cut short", told.returncode == 1 and
          answer["said"][-1] == "and more, which is left out" and len(answer["said"][0]) == 16384, told.stdout[-300:])
    told = place.ask(place.config, daemon=place.program('[ "$*" = "--check-config --config $PWD/authcode.conf" ] && ! read -r x'))
    check("it is asked for that file, and has nothing to read", told.returncode == 0, told)
    with open(place.config, encoding="utf-8") as held:
        told = place.ask(place.config, daemon=place.program(f"[ ! -e /proc/self/fd/{held.fileno()} ]"), passed=[held.fileno()])
    check("nothing that was open before is open there", told.returncode == 0, told)
    for words in (["config", "check", place.config, "--daemon", "/bin/echo"],
                  ["--json", "config", "check", place.config, "--daemon", "/bin/echo"], ["--help"], ["--version"]):
        told = on_a_full_disk("authcodectl", *words)
        check(f"{' '.join(map(str, words[:2]))} on a full disk is no success", told.returncode == 1 and
              told.stderr == "authcodectl: the output cannot be written, and is not whole\n", told)
    place.write(GOOD + f"state_dir = '{place.path}/state'\n")
    for words in (["--help"], ["--version"], ["--check-config", "--config", place.config]):
        told = on_a_full_disk("authcoded", *words)
        check(f"nor authcoded {words[0]}", told.returncode == 74 and
              told.stderr.endswith("authcoded: the output cannot be written, and is not whole\n"), told)
    for name, words in (("two files", [place.config, "b"]), ("an option of another command", [place.config, "--yes"])):
        told = place.ask(*words)
        check(f"{name} is a wrong command line", told.returncode == 2 and told.stdout == "", told)


def main():
    with tempfile.TemporaryDirectory() as directory:
        place = Place(directory)
        of_the_daemon(place)
        of_programs(place)
    finish()


main()
