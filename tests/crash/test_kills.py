# SPDX-License-Identifier: Apache-2.0
"""Twenty kills; `make check-crash` has a thousand."""
import os

from kills import tried

KILLS = int(os.environ.get("AUTHCODE_CRASHES", "20"))


def test_nothing_acknowledged_is_lost_and_nothing_is_good_twice():
    trial = tried(KILLS, 200 * KILLS)
    print(trial.summary())
    assert trial.book.faults == [], trial.summary()
    # it has seen what it is there for
    assert trial.kills >= KILLS and trial.book.redeemed >= 199 * KILLS and trial.book.refreshed >= 100 * KILLS
    assert trial.book.unanswered and trial.judge.repeats and trial.judge.refreshes_again
    assert trial.judge.codes_again > trial.book.redeemed and trial.judge.asked > 3 * trial.book.redeemed
