# SPDX-License-Identifier: Apache-2.0
"""authcodectl setup on a host where systemd runs: what a start that fails leaves behind, which is what was there before.

Each host is a copy of this one, written to in memory (overlayfs, in a mount namespace of the test's own), with a systemctl
that notes what it is asked and answers as the test wants."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from aid import BUILD, SOURCE, check, finish, made

ISSUER = "https://id.example.net"
INSIDE = "AUTHCODE_SETUP_INSIDE"
GROUP, OTHER = 64107, 64108  # of the server, and of the key before
CONFIG = made("sysconfdir") + "/authcode/authcode.conf"
DROP_IN = "/etc/systemd/system/authcoded.socket.d/setup.conf"
KEY = "/etc/keys/key.pem"
WHY = "what the server said: journalctl -b -u authcoded.service -u authcoded.socket"
CLOSED = "authcoded does not run, as before"
# PATH has nothing but these: this host's own systemctl is never asked.
SYSTEMCTL = r"""#!/bin/sh
PATH=/usr/bin:/bin
echo "$*" >>/asked
[ ! -e /at/"$1" ] || { at=$(cat /at/"$1"); rm -f /at/"$1"; eval "$at"; }
[ ! -e /always/"$1" ] || eval "$(cat /always/"$1")"
case $1 in
is-active) grep -qx "$3" /active ;;
is-enabled) grep -qx "$3" /enabled ;;
esac
"""
DAEMON = r"""#!/bin/sh
PATH=/usr/bin:/bin
[ ! -e /checking ] || { . /checking; rm -f /checking; }
echo "$(id -u) $(id -G) $(stat -Lc '%a %u:%g' /etc/keys/key.pem)" >>/checks
[ ! -e /refuse ] || [ "$(wc -l </checks)" != "$(cat /refuse)" ] || { echo "authcoded: $3:1: no" >&2; exit 78; }
"""
# Who is asked about the configuration, with which groups, and how the key is then.
BOTH = [f"0 0 {OTHER} 600 0:{OTHER}", f"{GROUP} {GROUP} 640 0:{GROUP}"]
LOOKED = [f"{question} --quiet {unit}" for unit in ("authcoded.socket", "authcoded.service")
          for question in ("is-active", "is-enabled")]
STARTED = ["daemon-reload", "stop authcoded.service authcoded.socket", "enable authcoded.socket authcoded.service",
           "start authcoded.socket authcoded.service"]
STOPPED = ["stop authcoded.service authcoded.socket", "daemon-reload"]
DISABLED = ["disable authcoded.socket authcoded.service"]
UNITS = "authcoded.socket\nauthcoded.service\n"
count = 0


def sh(script, *words):
    subprocess.run(["sh", "-ec", script, "sh", *words], check=True, timeout=60, stdin=subprocess.DEVNULL)


class Host:
    """The next of them; from outside its / is self.path."""

    def __init__(self, base):
        global count
        count += 1
        self.top = pathlib.Path(base) / str(count)
        self.path = self.top / "root"
        sh("""mkdir -p "$1/up" "$1/work" "$1/root"
              mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
              mount --rbind /proc "$1/root/proc"; mount --rbind /dev "$1/root/dev"
              mkdir -p "$1/root/at" "$1/root/always" "$1/root/run/systemd/system" "$1/root/mnt/build"
              mount --bind "$2" "$1/root/mnt/build" """, self.top, BUILD)
        for place in (CONFIG, DROP_IN):
            for old in self.at(place).parent.glob("*") if self.at(place).parent.is_dir() else []:
                old.unlink()
        for name, row in (("group", f"_authcode:x:{GROUP}:\nwww-data:x:{OTHER}:\n"),
                          ("passwd", f"_authcode:x:{GROUP}:{GROUP}::/:/bin/sh\n")):
            lines = self.at(f"/etc/{name}").read_text().splitlines(True)
            self.write(f"/etc/{name}", "".join(line for line in lines if line.split(":")[0] not in ("_authcode", "www-data")) + row)
        self.write("/opt/systemctl", SYSTEMCTL, 0o755)
        self.write(made("sbindir") + "/authcoded", DAEMON, 0o755)
        self.write(made("datadir") + "/authcode/proxy/nginx.conf", "server_name sso.example.org;\n")
        for name in ("asked", "checks"):
            self.write(f"/{name}", "", 0o666)
        self.was()
        self.write("/etc/keys/cert.pem", "certificate\n")
        self.key()

    def at(self, path):
        return self.path / path.lstrip("/")

    def write(self, path, text, mode=0o644):
        self.at(path).parent.mkdir(parents=True, exist_ok=True)
        self.at(path).write_text(text)
        self.at(path).chmod(mode)

    def was(self, active="", enabled=""):
        self.write("/active", active)
        self.write("/enabled", enabled)

    def key(self, mode=0o600):
        self.write(KEY, "key\n", mode)
        os.chown(self.at(KEY), 0, OTHER)
        self.at(KEY).chmod(mode)

    def configured(self):
        """As if it had been set up before."""
        self.write(CONFIG, "the old one\n", 0o604)
        self.write(DROP_IN, "the old part\n", 0o640)
        os.chown(self.at(CONFIG), 0, OTHER)

    def when(self, verb, script, place="at"):
        self.write(f"/{place}/{verb}", script)

    def command(self, *words):
        program = "/mnt/build/.libs/authcodectl" if (BUILD / ".libs/authcodectl").exists() else "/mnt/build/authcodectl"
        return ["chroot", self.path, "/usr/bin/env", "PATH=/opt", "LD_LIBRARY_PATH=/mnt/build/.libs",
                program, "setup", "--issuer", ISSUER, *words]

    def setup(self, *words, tls=True):
        tls = ["--tls-cert", "/etc/keys/cert.pem", "--tls-key", KEY] if tls else []
        return subprocess.run(self.command(*tls, *words), capture_output=True, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, extra_groups=[OTHER])

    def seen(self):
        """Everything that setup may write: what it is, whose, since when, and what is in it."""
        seen = {}
        for place in (CONFIG, DROP_IN, KEY):
            directory = self.at(place).parent
            for path in sorted(directory.glob("*")) + sorted(directory.glob(".*")) if directory.is_dir() else []:
                st = path.stat()
                seen[str(path)] = (st.st_mode, st.st_uid, st.st_gid, st.st_mtime_ns, path.is_file() and path.read_text())
        return seen

    def asked(self):
        return self.at("/asked").read_text().splitlines()

    def checks(self):
        return self.at("/checks").read_text().splitlines()


def said(*lines):
    return "".join(f"authcodectl: {line}\n" for line in lines)


def gone(back=KEY):
    """What is said of a host that had nothing."""
    return [f"{CONFIG}: is taken away again", f"{DROP_IN}: is taken away again",
            *([f"{back}: has the group and mode again that it had"] if back else [])]


AS_BEFORE = [f"{CONFIG}: is as it was before", f"{DROP_IN}: is as it was before",
             f"{KEY}: has the group and mode again that it had"]


def fails(name, host, told, lines, asked, before):
    check(f"{name}: it says so, and why", told.returncode == 1 and told.stdout == "" and told.stderr == said(*lines),
          f"{told.returncode} {told.stdout}{told.stderr}\nbut\n{said(*lines)}")
    check(f"{name}: files and key are as they were", host.seen() == before, f"{host.seen()}\nbut\n{before}")
    check(f"{name}: and so are the units", host.asked() == asked, f"{host.asked()}\nbut\n{asked}")


def starts(base):
    host = Host(base)
    told = host.setup()
    check("a good start", told.returncode == 0 and told.stderr == "" and
          told.stdout.startswith(f"{KEY} is readable by the group _authcode now: the server is not root.\n"
                                 f"{CONFIG} and {DROP_IN} are written. authcoded runs. Next:\n\n  authcodectl client presets\n"), told)
    check("a good start: is asked for, step by step", host.asked() == LOOKED + STARTED, host.asked())
    st = host.at(KEY).stat()
    check("a good start: the server can read the key", (st.st_mode & 0o7777, st.st_uid, st.st_gid) == (0o640, 0, GROUP), st)
    check("a good start: who reads a closed key first is root, and the last word has the server's account",
          host.checks() == BOTH, host.checks())
    modes = {place: (st.st_mode & 0o7777, st.st_uid, st.st_gid) for place in (CONFIG, DROP_IN) for st in (host.at(place).stat(),)}
    check("a good start: the configuration is the server's to read, the unit's part everybody's",
          modes == {CONFIG: (0o640, 0, GROUP), DROP_IN: (0o644, 0, 0)}, modes)
    check("a good start: nothing is left beside the files",
          {path.name for place in (CONFIG, DROP_IN) for path in host.at(place).parent.iterdir()} ==
          {"authcode.conf", "setup.conf"}, host.seen())
    told = host.setup("--force", "--json")
    check("once more: of a key that the server can read nothing is told, and it is asked once", told.returncode == 0 and
          told.stderr == "" and "key_group" not in json.loads(told.stdout) and json.loads(told.stdout)["started"] is True and
          json.loads(told.stdout)["next"][0] == "authcodectl client presets" and len(host.checks()) == 3, told)
    check("once more: what was replaced is gone",
          {path.name for place in (CONFIG, DROP_IN) for path in host.at(place).parent.iterdir()} ==
          {"authcode.conf", "setup.conf"}, host.seen())
    host = Host(base)
    told = host.setup("--json")
    check("as JSON: to whom the key was opened", told.returncode == 0 and json.loads(told.stdout)["key_group"] == "_authcode", told)
    host = Host(base)
    told = host.setup("--no-start")
    check("with --no-start systemd is not asked at all", told.returncode == 0 and host.asked() == [] and
          "  systemctl start authcoded.socket authcoded.service\n" in told.stdout, told)


def each_step_of_a_start(base):
    for step, script, why in (
            ("daemon-reload", "exit 1", "systemctl daemon-reload: ended with status 1"),
            ("stop", "exit 5", "systemctl stop: ended with status 5"),
            ("enable", "exit 1", "systemctl enable: ended with status 1"),
            ("start", "exit 1", "systemctl start: ended with status 1"),
            ("start", "kill -KILL $$", "systemctl start: ended by signal 9"),
            ("start", "exec sleep 60", "systemctl start: was given up after 1 s"),
            ("start", "exec >/dev/null 2>&1; exec sleep 60", "systemctl start: was given up after 1 s")):
        host, name = Host(base), f"{step} that does: {script}"
        before, tried = host.seen(), STARTED[:[words.split()[0] for words in STARTED].index(step) + 1]
        host.when(step, script)
        fails(name, host, host.setup("--timeout", "1"), [why, WHY, *gone(), CLOSED],
              LOOKED + tried + STOPPED + DISABLED, before)
    host = Host(base)
    before = host.seen()
    host.when("start", r"cp -p %s /c; cp -p %s /d; stat -c '%%a %%g' %s >/k; echo one; printf 'two\033[31m\n' >&2; exit 1"
              % (CONFIG, DROP_IN, KEY))
    fails("what systemctl says", host, host.setup(), ["one", "two?[31m", "systemctl start: ended with status 1", WHY, *gone(), CLOSED],
          LOOKED + STARTED + STOPPED + DISABLED, before)
    check("while it starts the new files are in their places, and the key is open",
          f"issuer = '{ISSUER}'" in host.at("/c").read_text() and "ListenStream=[::]:443" in host.at("/d").read_text() and
          host.at("/k").read_text() == f"640 {GROUP}\n")
    told = host.setup()
    check("and when what was wrong is put right, setup needs no --force", told.returncode == 0, told)


def what_ran_before(base):
    host = Host(base)
    host.configured()
    host.was(active=UNITS, enabled=UNITS)
    before = host.seen()
    host.when("start", "exit 1")
    fails("a server that ran and was enabled", host, host.setup("--force"),
          ["systemctl start: ended with status 1", WHY, *AS_BEFORE, "authcoded runs again, as before"],
          LOOKED + STARTED + STOPPED + ["start authcoded.socket authcoded.service"], before)
    host = Host(base)
    host.configured()
    host.was(active="authcoded.socket\n", enabled="authcoded.service\n")
    before = host.seen()
    host.when("start", f"exec >/then; stat -c '%a %g' {KEY}; exit 1")
    host.when("disable", f"exec >/then; cat {CONFIG} {DROP_IN}; stat -c '%a %g' {KEY}")
    fails("a socket that listened alone, and was not enabled", host, host.setup("--force"),
          ["systemctl start: ended with status 1", WHY, *AS_BEFORE, "authcoded runs again, as before"],
          LOOKED + STARTED + STOPPED + ["disable authcoded.socket", "start authcoded.socket"], before)
    check("files and key are put back before what ran is started again",
          host.at("/then").read_text() == f"the old one\nthe old part\n600 {OTHER}\n", host.at("/then").read_text())
    host = Host(base)
    host.configured()
    host.was(active=UNITS, enabled=UNITS)
    before = host.seen()
    host.when("start", "exit 1", "always")
    fails("what ran before does not start either", host, host.setup("--force"),
          ["systemctl start: ended with status 1", WHY, *AS_BEFORE, "systemctl start: ended with status 1",
           "authcoded does not run: what ran before did not start either"],
          LOOKED + STARTED + STOPPED + ["start authcoded.socket authcoded.service"], before)
    host = Host(base)
    before = host.seen()
    host.when("stop", "exit 1", "always")
    fails("what cannot be stopped", host, host.setup(),
          ["systemctl stop: ended with status 1", WHY, "systemctl stop: ended with status 1", *gone(),
           "it was not stopped: systemctl status authcoded.service authcoded.socket"],
          LOOKED + STARTED[:2] + STOPPED + DISABLED, before)
    host = Host(base)
    host.configured()
    before = host.seen()
    host.when("start", "exit 1")
    told = host.setup("--force", "--json")
    check("as JSON", told.returncode == 1 and told.stderr == "" and json.loads(told.stdout) == {
        "done": False, "said": ["systemctl start: ended with status 1", WHY, *AS_BEFORE, CLOSED]}, told)
    check("as JSON: files and key are as they were", host.seen() == before, host.seen())


def nobody_to_ask(base):
    host = Host(base)
    before = host.seen()
    host.at("/opt/systemctl").write_text("#!/nowhere\n")
    fails("a systemctl that is none", host, host.setup(),
          ["systemctl is-active: No such file or directory", *gone()], [], before)
    for question in ("is-active", "is-enabled"):
        host = Host(base)
        before = host.seen()
        host.when(question, "exec sleep 60")
        told = host.setup("--timeout", "1")
        fails(f"no answer to {question}: nothing is stopped, for nobody knows what ran", host, told,
              [f"systemctl {question}: was given up after 1 s", *gone()], LOOKED[:1 + (question == "is-enabled")], before)


def before_the_start(base):
    """The key has not been touched at all, not even to be put back: its ctime says so."""
    for name, ready, lines in (
            ("a configuration that is refused", lambda host: host.write("/refuse", "1"),
             [f"{CONFIG}:1: no", "nothing is configured"]),
            ("a configuration that is there", lambda host: host.write(CONFIG, "the old one\n"),
             [f"{CONFIG}: is there already; --force writes it anew"]),
            ("no place for the socket's part", lambda host: host.write(str(pathlib.Path(DROP_IN).parent), ""),
             [f"{pathlib.Path(DROP_IN).parent}: Not a directory"]),
            ("a daemon that is not there", lambda host: host.at(made("sbindir") + "/authcoded").unlink(),
             [f"{made('sbindir')}/authcoded: No such file or directory", "nothing is configured"])):
        host = Host(base)
        ready(host)
        before, changed = host.seen(), host.at(KEY).stat().st_ctime_ns
        told = host.setup()
        fails(name, host, told, lines, [], before)
        check(f"{name}: the key has not been touched", host.at(KEY).stat().st_ctime_ns == changed)
        check(f"{name}: nobody is asked about more", len(host.checks()) == ("refused" in name), host.checks())
    host = Host(base)
    before = host.seen()
    host.write("/refuse", "2")
    fails("what the server's account cannot use, though root can", host, host.setup(),
          [f"{CONFIG}:1: no", "nothing is configured", f"{KEY}: has the group and mode again that it had"], [], before)
    check("what the server's account cannot use: it was asked as that", host.checks() == BOTH, host.checks())
    host = Host(base)
    host.write("/checking", f"echo another >{CONFIG}\n")
    told = host.setup()
    check("a configuration that comes while ours is looked at stays", told.returncode == 1 and told.stderr == said(
        f"{CONFIG}: is there already; --force writes it anew", f"{KEY}: has the group and mode again that it had") and
          host.at(CONFIG).read_text() == "another\n" and not host.at(DROP_IN).exists() and host.asked() == [], told)
    host = Host(base)
    before = host.seen()
    lines = host.at("/etc/group").read_text().splitlines(True)
    host.write("/etc/group", "".join(line for line in lines if not line.startswith("www-data:")))
    fails("a proxy that is not installed", host, host.setup("--behind", "nginx", tls=False),
          ["there is no group www-data, in which nginx reaches the socket: install nginx first"], [], before)
    host = Host(base)
    host.configured()
    host.at(DROP_IN).unlink()
    host.at(DROP_IN).mkdir()
    before = host.seen()
    fails("a directory in the place of the socket's part", host, host.setup("--force"),
          [f"{DROP_IN}: Operation not permitted", AS_BEFORE[0], AS_BEFORE[2]], [], before)


def keys(base):
    for name, mode, line in (
            ("a key that everybody can read", 0o604, f"{KEY}: others can read or change this private key: take that away "
             "(chmod 0640), and take another key if they could read it"),
            ("a key that its group can change", 0o620, f"{KEY}: others can read or change this private key: take that away "
             "(chmod 0640), and take another key if they could read it"),
            ("a key that is not there", None, f"{KEY}: No such file or directory"),
            ("a key that is a directory", 0, f"{KEY}: is not a file")):
        host = Host(base)
        host.key(mode or 0o600)
        if not mode:
            host.at(KEY).unlink()
        if mode == 0:
            host.at(KEY).mkdir()
        before = host.seen()
        fails(name, host, host.setup(), [line], [], before)
        check(f"{name}: is not asked about", host.checks() == [], host.checks())
    for name, mode, owner in (("a key that a group reads already", 0o440, 0), ("a key of somebody else", 0o600, OTHER)):
        host = Host(base)
        host.key(mode)
        os.chown(host.at(KEY), owner, -1)
        before, changed = host.seen(), host.at(KEY).stat().st_ctime_ns
        host.when("start", "exit 1")
        fails(f"{name} stays as it is", host, host.setup(),
              ["systemctl start: ended with status 1", WHY, *gone(back=None), CLOSED],
              LOOKED + STARTED + STOPPED + DISABLED, before)
        check(f"{name} has not been touched", host.at(KEY).stat().st_ctime_ns == changed)
        check(f"{name} is asked about once, by who will read it", [line.split()[0] for line in host.checks()] == [str(GROUP)],
              host.checks())
    host = Host(base)
    host.at(KEY).rename(host.at("/etc/keys/real"))
    host.at(KEY).symlink_to("real")
    before = host.seen()
    host.when("start", f"rm {KEY}; echo other >{KEY}; chmod 644 {KEY}; exit 1")
    told = host.setup()
    st = host.at("/etc/keys/real").stat()
    check("the file that was opened is put back, whatever has its name now", told.returncode == 1 and
          f"{KEY}: has the group and mode again that it had\n" in told.stderr and
          (st.st_mode & 0o7777, st.st_gid) == (0o600, OTHER) and host.at(KEY).stat().st_mode & 0o7777 == 0o644, told)
    host = Host(base)
    before = host.seen()
    host.when("start", "exit 1")
    fails("behind a proxy there is no key", host, host.setup("--behind", "nginx", tls=False),
          ["systemctl start: ended with status 1", WHY, *gone(back=None), CLOSED],
          LOOKED + STARTED + STOPPED + DISABLED, before)


def what_cannot_be_put_back(base):
    host = Host(base)
    host.when("start", f"rm -r {pathlib.Path(CONFIG).parent}; exit 1")
    told = host.setup()
    check("what cannot be taken away is said, and the rest is", told.returncode == 1 and told.stderr == said(
        "systemctl start: ended with status 1", WHY, f"{CONFIG}: cannot be put back: No such file or directory",
        *gone()[1:], CLOSED), told)
    host = Host(base)
    host.configured()
    host.when("start", f"rm {DROP_IN}; mkdir {DROP_IN}; exit 1")
    told = host.setup("--force")
    kept = [path for path in host.at(DROP_IN).parent.iterdir() if path.name.endswith(".old")]
    check("what cannot be put in its place again stays beside it", told.returncode == 1 and told.stderr == said(
        "systemctl start: ended with status 1", WHY, AS_BEFORE[0], f"{DROP_IN}: cannot be put back: Is a directory",
        AS_BEFORE[2], CLOSED) and len(kept) == 1 and kept[0].read_text() == "the old part\n", told)


def wait_for(path):
    until = time.monotonic() + 30
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)


def hear():
    """What runs in the background may have been started deaf."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def a_terminal_that_ends(base):
    for number in (signal.SIGINT, signal.SIGHUP):
        host = Host(base)
        before = host.seen()
        host.when("start", ": >/waits; exec sleep 60")
        running = subprocess.Popen(host.command("--tls-cert", "/etc/keys/cert.pem", "--tls-key", KEY), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   start_new_session=True, preexec_fn=hear)
        wait_for(host.at("/waits"))
        os.killpg(running.pid, number)
        out, err = running.communicate(timeout=60)
        told = subprocess.CompletedProcess([], running.returncode, out, err)
        fails(f"{number.name} while it starts", host, told,
              [f"systemctl start: ended by signal {int(number)}", WHY, *gone(), CLOSED],
              LOOKED + STARTED + STOPPED + DISABLED, before)
    host = Host(base)
    host.when("start", ": >/waits; exec sleep 2")
    running = subprocess.Popen(["nohup", *host.command("--tls-cert", "/etc/keys/cert.pem", "--tls-key", KEY)],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    wait_for(host.at("/waits"))
    os.killpg(running.pid, signal.SIGHUP)
    check("with nohup SIGHUP ends nothing", running.wait(60) == 0 and host.at(CONFIG).exists())


def main():
    with tempfile.TemporaryDirectory() as base:
        sh('mount -t tmpfs -o mode=755 tmpfs "$1"', base)
        os.chmod(base, 0o755)
        for part in (starts, each_step_of_a_start, what_ran_before, nobody_to_ask, before_the_start, keys,
                     what_cannot_be_put_back, a_terminal_that_ends):
            part(base)
        sh('umount -R "$1"', base)
    finish()


def enter():
    """Again, where it may mount."""
    unshare = ["unshare", "--mount", "--propagation", "private"]
    with tempfile.TemporaryDirectory() as place:
        tried = subprocess.run([*unshare, "sh", "-ec", 'mount -t tmpfs tmpfs "$1"; mkdir "$1/u" "$1/w" "$1/r"; mount -t overlay '
                                'overlay -o "lowerdir=/,upperdir=$1/u,workdir=$1/w" "$1/r"', "sh", place],
                               capture_output=True, text=True, timeout=60, check=False)
    if tried.returncode != 0:
        print(f"1..0 # SKIP no file system can be mounted over this one: {' '.join(tried.stderr.split())}")
        sys.exit(0)
    os.execvpe(unshare[0], [*unshare, sys.executable, os.path.abspath(__file__)],
               {**os.environ, INSIDE: "yes", "top_builddir": str(BUILD), "top_srcdir": str(SOURCE)})


if INSIDE in os.environ:
    main()
else:
    enter()
