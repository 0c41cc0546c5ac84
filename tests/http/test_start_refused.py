# SPDX-License-Identifier: Apache-2.0
"""A start that is refused is an event of the log, and nobody reads its sentence twice."""
import hashlib
import json
import os
import re
import subprocess

import pytest
from host import BUILD
from test_canaries import WRAPPER, Listener, can_mount

ID = hashlib.sha256(b"authcode event start_refused").hexdigest()[:32]


def a_system(host, names=("socket", "dev-log")):
    """What listens for journal and syslog, and the daemon that sees them alone."""
    journal = host.directory / "system" / "run" / "systemd" / "journal"
    journal.mkdir(parents=True)
    (host.directory / "system" / "dev").mkdir()
    wrapper = host.directory / "system" / "authcoded"
    wrapper.write_text(WRAPPER.format(directory=host.directory, program=BUILD / "authcoded"))
    wrapper.chmod(0o755)
    return {name: Listener(journal / name) for name in names}, wrapper


class Refused:
    """One start that comes to nothing: `said` on standard error, a file, and to whom it was logged."""

    def __init__(self, host, log, broken, stream=False, listens=True):
        self.host, self.broken = host, broken
        text = host.config.read_text().replace('log_level = "debug"', 'log_level = "error"')
        text = (f"log = {log}\n" if log else "") + text.replace(str(host.state), str(host.directory / "a" / "b"))
        host.config.write_text(text + ("scpoes = 1\n" if broken else ""))
        self.listeners, program = a_system(host) if listens else ({}, BUILD / "authcoded")
        with open(host.directory / "said", "w+", encoding="utf-8") as said:
            status = os.fstat(said.fileno())
            env = {**os.environ, **({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"} if stream else {})}
            ended = subprocess.run([program, "--config", host.config], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=said, env=env, timeout=20, check=False)
            said.seek(0)
            self.said = said.read()
        assert (ended.returncode, ended.stdout) == (78, b"")
        for listener in self.listeners.values():
            listener.stop()

    @property
    def sentence(self):
        if not self.broken:
            return f"{self.host.directory}/a/b: cannot make the state directory: No such file or directory"
        line = self.host.config.read_text().count("\n")
        return f"{self.host.config}:{line}: scpoes: no such option outside a block; authcode.conf(5) has the list"

    @property
    def hash(self):
        return None if self.broken else hashlib.sha256(self.host.config.read_bytes()).hexdigest()

    @property
    def words(self):
        return (f'the server does not start file="{self.host.config}" ' + (f"hash={self.hash} " if self.hash else "") +
                f'why="{self.sentence}"')

    def journal(self):
        """The one entry."""
        (entry,) = self.listeners["socket"].heard
        return dict(line.split("=", 1) for line in entry.decode().splitlines())

    def entry(self):
        entry = {"MESSAGE": self.words, "PRIORITY": "3", "SYSLOG_IDENTIFIER": "authcoded", "MESSAGE_ID": ID,
                 "AUTHCODE_EVENT": "start_refused", "AUTHCODE_RESULT": "refused", "AUTHCODE_FILE": str(self.host.config),
                 "AUTHCODE_WHY": self.sentence}
        return entry | ({"AUTHCODE_HASH": self.hash} if self.hash else {})


@pytest.mark.parametrize("broken", [True, False], ids=["unread", "read"])
@pytest.mark.parametrize("log", ["", "stderr"])
def test_as_text_on_standard_error_it_is_the_sentence_alone(hosts, log, broken):
    refused = Refused(hosts(), log, broken, listens=False)
    assert refused.said == f"authcoded: {refused.sentence}\n"


def test_where_standard_error_is_the_journals_the_line_has_its_level(hosts):
    refused = Refused(hosts(), "stderr", False, stream=True, listens=False)
    assert refused.said == f"<3>authcoded: {refused.sentence}\n"


def test_as_json_it_is_the_event_alone(hosts):
    refused = Refused(hosts(), "json", False, listens=False)
    (line,) = refused.said.splitlines()
    told = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told.pop("time"))
    assert told == {"level": "error", "program": "authcoded", "event": "start_refused", "message": "the server does not start",
                    "result": "refused", "file": str(refused.host.config), "hash": refused.hash, "why": refused.sentence}


def test_what_cannot_be_read_has_not_said_that_it_wants_json(hosts):
    refused = Refused(hosts(), "json", True, listens=False)
    assert refused.said == f"authcoded: {refused.sentence}\n"


needs_a_journal = pytest.mark.skipif(not can_mount(), reason="only root can give the daemon a journal of its own")


@needs_a_journal
@pytest.mark.parametrize("log, broken", [("", False), ("auto", False), ("journal", False), ("", True), ("journal", True),
                                         ("stderr", True), ("json", True)])
def test_in_a_unit_it_is_an_entry_of_the_journal_and_nothing_else(hosts, log, broken):
    refused = Refused(hosts(), log, broken, stream=True)
    assert refused.journal() == refused.entry() and refused.said == ""
    assert refused.listeners["dev-log"].heard == []


@needs_a_journal
def test_by_hand_with_log_journal_it_is_in_both(hosts):
    refused = Refused(hosts(), "journal", False)
    assert refused.journal() == refused.entry() and refused.said == f"authcoded: {refused.sentence}\n"


@needs_a_journal
@pytest.mark.parametrize("stream", [False, True], ids=["by hand", "in a unit"])
def test_with_log_syslog_it_is_a_line_there(hosts, stream):
    refused = Refused(hosts(), "syslog", False, stream=stream)
    (line,) = refused.listeners["dev-log"].heard
    assert re.fullmatch(r"<83>\w{3} [ \d]\d \d\d:\d\d:\d\d authcoded\[\d+\]: " + re.escape(refused.words), line.decode()), line
    assert refused.said == ("" if stream else f"authcoded: {refused.sentence}\n")
    assert refused.listeners["socket"].heard == []


@needs_a_journal
def test_a_journal_that_is_wanted_and_not_there_is_said_on_standard_error(hosts):
    host = hosts()
    host.config.write_text("log = journal\n" + host.config.read_text())
    _, program = a_system(host, names=())
    ended = subprocess.run([program, "--config", host.config], capture_output=True, timeout=20, check=False, text=True)
    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr == ("authcoded: log = journal: nobody listens on /run/systemd/journal/socket: "
                            "No such file or directory; give auto, stderr, syslog or json\n")


@needs_a_journal
@pytest.mark.parametrize("broken", [True, False], ids=["unread", "read"])
def test_a_check_of_the_configuration_leaves_no_event(hosts, broken):
    host = hosts()
    host.config.write_text("log = journal\n" + host.config.read_text() + ("scpoes = 1\n" if broken else ""))
    host.state.chmod(0o755)
    listeners, program = a_system(host)
    ended = subprocess.run([program, "--config", host.config, "--check-config"], capture_output=True, timeout=20,
                           check=False, text=True)
    for listener in listeners.values():
        listener.stop()
    line = host.config.read_text().count("\n")
    assert (ended.returncode, ended.stdout) == (78, "") and not any(listener.heard for listener in listeners.values())
    assert ended.stderr == (
        f"authcoded: {host.config}:{line}: scpoes: no such option outside a block; authcode.conf(5) has the list\n" if broken else
        f"authcoded: {host.state}: others may use it (mode 0755, must be 0700); run chmod 700 on it\n")
