# SPDX-License-Identifier: Apache-2.0
"""A person with a browser that has no scripts: forms in, the last redirect out."""
import html.parser
import urllib.parse

import requests


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes and what is in it."""

    def __init__(self, page):
        super().__init__()
        self.action = None
        self.fields = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        elif tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")


class Person:
    def __init__(self, issuer):
        self.issuer = issuer
        self.http = requests.Session()
        self.http.verify = False
        self.http.trust_env = False

    def go(self, url):
        """Follows redirects of the issuer; stops at a page or at the first URL elsewhere."""
        for _ in range(20):
            answer = self.http.get(url, allow_redirects=False, timeout=30)
            if answer.status_code != 303:
                return answer
            url = urllib.parse.urljoin(url, answer.headers["Location"])
            if not url.startswith(self.issuer + "/"):
                return url
        raise AssertionError("redirects without end")

    def submit(self, page, **values):
        form = Form(page.text)
        assert form.action, page.text
        url = urllib.parse.urljoin(page.url, form.action)
        answer = self.http.post(url, data={**form.fields, **values}, timeout=30, allow_redirects=False,
                                headers={"Origin": origin_of(self.issuer), "Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303, (answer.status_code, answer.text)
        url = urllib.parse.urljoin(url, answer.headers["Location"])
        return self.go(url) if url.startswith(self.issuer + "/") else url

    def sign_in(self, url, user, password):
        """The URL of the client that is called back, or the page that came instead."""
        page = self.submit(self.go(url), username=user, password=password)
        if isinstance(page, str):
            return page
        if "decision" in page.text and "username" not in Form(page.text).fields:
            return self.submit(page, decision="allow")
        return page


def origin_of(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
