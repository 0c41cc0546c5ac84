# SPDX-License-Identifier: Apache-2.0
"""The judge complains when there is something to complain of: ledgers that were forged, and a file from before."""
import contextlib
import random
import time

import pytest
from client import Client
from judge import Judge
from kills import CrashHost
from ledger import CODE_S, RETRY_S, Book, Ledger

# What a ledger says, at which second, and what the book makes of it.
CODE = ({"did": "code", "code": "C", "at": 0.0}, {"did": "redeem_sent", "code": "C"})
REDEEMED = {"did": "redeemed", "code": "C", "access": "A1", "refresh": "R1"}
REFUSED = {"did": "redeem_refused", "code": "C", "error": "invalid_grant", "at": 1.0}
GRANT = (*CODE, REDEEMED)
SENT = {"did": "refresh_sent", "token": "R1", "at": 1.0}
REFRESHED = {"did": "refreshed", "token": "R1", "access": "A2", "refresh": "R2", "at": 1.1}
REFRESH_REFUSED = {"did": "refresh_refused", "token": "R1", "error": "invalid_grant", "at": 2.0}

CASES = {
    "a code and a refresh": ((*GRANT, SENT, REFRESHED), []),
    "an answer was lost, and given again": ((*GRANT, SENT, {**SENT, "at": 2.0}, REFRESHED), []),
    "an answer was given twice, and is the same": ((*GRANT, SENT, REFRESHED, SENT, REFRESHED), []),
    "a code was carried out, and its answer lost": ((*CODE, CODE[1], REFUSED), []),
    "a code was too old": ((*CODE, {**REFUSED, "at": CODE_S + 1}), []),
    "it was asked for again too late": ((*GRANT, SENT, {**SENT, "at": 11.0}, {**REFRESH_REFUSED, "at": 1.1 + RETRY_S}), []),
    "one code for two requests": ((*CODE, CODE[0]), ["one code was given twice: C"]),
    "two answers to a code": ((*GRANT, CODE[1], {**REDEEMED, "access": "A9", "refresh": "R9"}), ["a code was redeemed twice: C"]),
    "one answer to a code, twice": ((*GRANT, CODE[1], REDEEMED), ["a code was redeemed twice: C"]),
    "a code is not known": ((*CODE, REFUSED), ["an acknowledged code was lost: C"]),
    "a code breaks the server": ((*CODE, {**REFUSED, "error": "server_error"}), ["a code was answered with server_error: C"]),
    "two successors": ((*GRANT, SENT, REFRESHED, SENT, {**REFRESHED, "access": "A9", "refresh": "R9"}),
                       ["a refresh token was accepted twice: R1"]),
    "two access tokens": ((*GRANT, SENT, REFRESHED, SENT, {**REFRESHED, "access": "A9"}), ["a refresh token was accepted twice: R1"]),
    "a refresh token is not known": ((*GRANT, SENT, REFRESH_REFUSED), ["an acknowledged refresh token was lost: R1"]),
    "an answer is not given again": ((*GRANT, SENT, {**SENT, "at": 2.0}, REFRESH_REFUSED),
                                     ["an acknowledged refresh token was lost: R1"]),
    "a refresh token breaks the server": ((*GRANT, SENT, {**REFRESH_REFUSED, "error": None}),
                                          ["a refresh token was answered with None: R1"]),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_book_finds_what_no_server_may_answer(case):
    book = Book()
    for line in CASES[case][0]:
        book.take(line)
    assert book.faults == CASES[case][1]


def test_the_book_reads_on_where_it_was_and_knows_what_must_live(tmp_path):
    ledger, book = Ledger(tmp_path / "ledger"), Book()
    for line in GRANT:
        ledger.keep(**line)
    family, = book.read([tmp_path / "ledger"])
    assert (family.must_live(), family.must_be_dead()) == (["A1", "R1"], [])
    ledger.note(**SENT)
    assert book.read([tmp_path / "ledger"]) == [family]
    assert (family.must_live(), family.must_be_dead()) == (["A1"], [])
    ledger.keep(**REFRESHED)
    book.read([tmp_path / "ledger"])
    assert (family.must_live(), family.must_be_dead()) == (["A1", "A2", "R2"], ["R1"])
    family.ended = True
    assert (family.must_live(), family.must_be_dead()) == ([], ["A1", "A2", "R1", "R2"])
    assert (book.redeemed, book.refreshed, book.faults, book.read([tmp_path / "ledger"])) == (1, 1, [], [])


# --- with a server that is asked -------------------------------------------------


@pytest.fixture(name="host", scope="module")
def one_host():
    host = CrashHost()
    try:
        yield host.start()
    finally:
        host.stop()


@contextlib.contextmanager
def a_judge(host):
    """The judge and a client, whose ledger it reads when it is called."""
    path = host.directory / f"ledger.{time.monotonic_ns()}"
    client, book = Client(host.port, host.cookie(), Ledger(path), 7, lambda: None), Book()
    judge = Judge(host.port, book, random.Random(7))
    try:
        yield judge, client, lambda: judge.after_kill(book.read([path]))
    finally:
        judge.close()
        client.wire.close()
        client.ledger.close()


def test_an_honest_ledger_is_believed(host):
    with a_judge(host) as (judge, client, look):
        for _ in range(12):
            client.turn()
        look()
        judge.at_the_end()
        assert judge.book.faults == []
        assert judge.asked > 24 and judge.codes_again >= 12 and judge.repeats and judge.refreshes_again


@pytest.mark.parametrize("forged", ["access", "refresh"])
def test_a_token_that_never_was_is_called_lost(host, forged):
    with a_judge(host) as (judge, client, look):
        code = client.authorize()
        status, told = client.wire.redeem(code)
        assert status == 200
        tokens = {"access": told["access_token"], "refresh": told["refresh_token"]}
        tokens[forged] = tokens[forged][:-8] + "AAAAAAAA"
        client.ledger.note(did="redeem_sent", code=code)
        client.ledger.keep(did="redeemed", code=code, **tokens)
        look()
        assert f"an acknowledged token was lost: {tokens[forged]} (200 {{'active': False}})" in judge.book.faults


def test_a_code_that_is_good_once_more_is_told(host):
    """Tokens of one code are written down for another, which nobody has redeemed."""
    with a_judge(host) as (judge, client, look):
        used, unused = client.authorize(), client.authorize()
        status, told = client.wire.redeem(used)
        assert status == 200
        client.ledger.note(did="redeem_sent", code=unused)
        client.ledger.keep(did="redeemed", code=unused, access=told["access_token"], refresh=told["refresh_token"])
        look()
        assert f"a code was redeemed twice, by the judge: {unused}" in judge.book.faults


def test_a_successor_that_is_another_is_told(host):
    with a_judge(host) as (judge, client, look):
        refresh = client.redeem(client.authorize())
        other = client.redeem(client.authorize())
        told = client.wire.refresh(refresh)[1]
        client.ledger.note(did="refresh_sent", token=refresh, at=time.time())
        client.ledger.keep(did="refreshed", token=refresh, access=told["access_token"], refresh=other, at=time.time())
        look()
        assert f"a refresh token was accepted twice, by the judge: {refresh}" in judge.book.faults


def test_a_token_that_lives_though_it_was_replaced_is_told(host):
    with a_judge(host) as (judge, client, look):
        refresh, other = (client.redeem(client.authorize()) for _ in range(2))
        client.ledger.note(did="refresh_sent", token=refresh, at=time.time())
        client.ledger.keep(did="refreshed", token=refresh, access=other, refresh=other, at=time.time())
        look()
        assert any(fault.startswith(f"a token lives that was ended or replaced: {refresh} ") for fault in judge.book.faults)


def test_a_file_from_before_has_lost_tokens_and_takes_codes_twice(host):
    """As if nothing since then had been on the disk."""
    with a_judge(host) as (judge, client, look):
        early = client.authorize()
        host.kill_daemon()
        kept = {host.state / name: (host.state / name).read_bytes() for name in ("authcode.db", "authcode.db-wal")}
        host.start_daemon()
        client.wire.close()
        client.redeem(early)
        host.kill_daemon()
        for file, data in kept.items():
            file.write_bytes(data)
        host.start_daemon()
        look()
        family = judge.book.families[early]
        for token in (family.access[0], family.chain[0]):
            assert f"an acknowledged token was lost: {token} (200 {{'active': False}})" in judge.book.faults
        assert f"a code was redeemed twice, by the judge: {early}" in judge.book.faults
