# SPDX-License-Identifier: Apache-2.0
"""What a module says beside its yes: shown to who has signed in, and never with a no."""
import html
import re

import pytest
from host import PAGE_HEADERS, PASSWORD, USER, answer_of
from person import Person
from stacks import StackHost

STACKS = {
    "warns": "auth required @T hidden=Password:\naccount required @T info=Expires_soon error=Change_<it>\n",
    "barred": "auth required @T hidden=Password:\naccount required @T info=Expires_soon code=6\n",
    "silent": "auth required @T hidden=Password:\naccount required @T\n",
}


@pytest.fixture(scope="module", name="host")
def one_host_with_stacks_that_talk():
    host = StackHost(STACKS)
    try:
        yield host.start()
    finally:
        host.stop()


def signed_in(host, client):
    """The person, and the page or URL at which the sign-in ends."""
    person = Person(host.issuer)
    page = person.go(host.authorize_url(client, state="s"))
    return person, person.submit(page, username=USER, password=PASSWORD)


def test_the_texts_come_before_the_way_on_which_is_a_link(host):
    person, page = signed_in(host, "warns")
    assert page.status_code == 200 and "<h1>You are signed in</h1>" in page.text
    for name, value in PAGE_HEADERS.items():
        assert page.headers.get(name) == value, name
    assert "<bdi>Expires_soon</bdi>" in page.text and "<bdi>Change_&lt;it&gt;</bdi>" in page.text
    link = html.unescape(re.search(r'<a class="button primary" href="([^"]+)"', page.text).group(1))
    assert link.startswith(host.issuer + "/resume?txn=")
    answer = answer_of(person.go(link))
    assert answer["state"] == "s" and "code" in answer


def test_whoever_reloads_the_page_is_signed_in_all_the_same(host):
    person, page = signed_in(host, "warns")
    again = person.go(page.url)
    assert "<h1>You are signed in</h1>" in again.text
    assert "code" in answer_of(person.go(host.authorize_url("warns")))


def test_nothing_is_told_with_a_refusal(host):
    _, page = signed_in(host, "barred")
    assert page.status_code == 200 and 'name="password"' in page.text and "Expires" not in page.text


def test_without_texts_there_is_no_page_between(host):
    _, landed = signed_in(host, "silent")
    assert "code" in answer_of(landed)
