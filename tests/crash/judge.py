# SPDX-License-Identifier: Apache-2.0
"""Holds a server that was killed to what the ledger says it had acknowledged.

A token that must live is asked for. What was good once is presented again, of some families only, since that ends all
that came of the code (RFC 6749 §4.1.2, RFC 9700 §4.14.2); what is so ended must be dead then, and stay so.
"""
import concurrent.futures
import time

from client import Wire
from ledger import RETRY_S

LANES = 4
OLDER = 100  # tokens of earlier rounds, asked for again each time


class Judge:
    def __init__(self, port, book, chance):
        self.book, self.random = book, chance
        self.wires = [Wire(port) for _ in range(LANES)]
        self.asked = self.codes_again = self.refreshes_again = self.repeats = 0

    def close(self):
        for wire in self.wires:
            wire.close()

    def forget_connections(self):
        """The server they were to is gone."""
        self.close()

    def spread(self, what, items):
        """what(wire, item) for all of them, by some connections."""
        items = list(items)

        def lane(number):
            for item in items[number::LANES]:
                what(self.wires[number], item)

        with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
            list(pool.map(lane, range(LANES)))

    # --- what it asks -------------------------------------------------------------

    def worth(self, wire, token_and_lives):
        token, lives = token_and_lives
        status, told = wire.form("/introspect", token=token)
        if status != 200 or told.get("active") is not lives:
            self.book.fault(f"an acknowledged token was lost: {token} ({status} {told})" if lives else
                            f"a token lives that was ended or replaced: {token} ({status} {told})")

    def look(self, families):
        """Is each of their tokens worth what it must be?"""
        tokens = [(token, True) for family in families for token in family.must_live()]
        tokens += [(token, False) for family in families for token in family.must_be_dead()]
        self.asked += len(tokens)
        self.spread(self.worth, tokens)

    def refused(self, what, family, answer):
        """Presenting it again was refused as it must be, and ends the family."""
        status, told = answer
        family.ended = True
        if status == 200:
            self.book.fault(f"{what} twice, by the judge: {family.code}")
        elif (status, told.get("error")) != (400, "invalid_grant"):
            self.book.fault(f"{what} again, and the answer was {status} {told}")

    def present_code(self, wire, family):
        self.codes_again += 1
        self.refused("a code was redeemed", family, wire.redeem(family.code))

    def present_old_refresh(self, wire, family):
        """Its successor was used, so it is stolen whenever it comes."""
        self.refreshes_again += 1
        self.refused("a refresh token was accepted", family, wire.refresh(family.chain[-3]))

    def repeat_refresh(self, wire, family):
        """Its successor is unused and fresh: the very same answer, or it would have been accepted twice."""
        token = family.chain[-2]
        status, told = wire.refresh(token)
        if time.time() - family.refreshed_at > RETRY_S:
            family.ended = family.ended or status != 200
        elif status != 200:
            self.book.fault(f"a lost answer was not given again: {token} ({status} {told})")
        else:
            self.repeats += 1
        if status == 200 and (told["access_token"], told["refresh_token"]) != self.book.successors[token]:
            self.book.fault(f"a refresh token was accepted twice, by the judge: {token}")

    # --- when it asks ---------------------------------------------------------------

    def after_kill(self, families):
        """Of what was acknowledged since the last time, and a little of what was before."""
        self.look(families)
        older = list(self.book.families.values())
        self.look(self.random.sample(older, min(OLDER, len(older))))
        settled = [family for family in families if family.chain and not family.ended and not family.unsure]
        fresh = [family for family in settled if len(family.chain) > 1 and time.time() - family.refreshed_at < RETRY_S - 1]
        self.spread(self.repeat_refresh, self.share(fresh, 4))
        self.spread(self.present_old_refresh, self.share([f for f in settled if len(f.chain) > 2 and not f.ended], 4))
        again = self.share([family for family in settled if not family.ended], 4)
        self.spread(self.present_code, again)
        self.look([family for family in settled if family.ended])

    def share(self, families, part):
        """One in so many of them, but one."""
        return self.random.sample(families, -(-len(families) // part))

    def at_the_end(self):
        """Of everything, and every code once more."""
        families = list(self.book.families.values())
        self.look(families)
        self.spread(self.present_code, [family for family in families if family.code_sent])
        self.look(self.share(families, 10))
