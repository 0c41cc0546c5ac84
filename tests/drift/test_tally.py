# SPDX-License-Identifier: Apache-2.0
"""./check accepts the skips that tests/skips.txt lists, and no other."""
import pathlib
import sys
import tempfile

from drift import SOURCE, check, main

sys.path.insert(0, str(SOURCE / "tests" / "check"))
import tally  # noqa: E402

LISTED = """# a comment
tests.http.test_log: reason
tests.http.test_flow.test_one: reason
tests/pam/test_login: reason
"""
# Who skips: is it accepted?
SKIPS = {
    ("", "tests.http.test_log"): True,
    ("tests.http.test_log", "test_a"): True,
    ("tests.http.test_log", "test_a[x-1]"): True,
    ("tests.http.test_flow", "test_one"): True,
    ("tests.http.test_flow", "test_one[x]"): True,
    ("tests.http.test_flow", "test_one_more"): False,
    ("tests.http.test_flow", "test_other"): False,
    ("", "tests.http.test_flow"): False,
    ("tests.http.test_log_more", "test_a"): False,
    ("tests.http", "test_a"): False,
}
JUNIT = '<testsuites><testsuite><testcase classname="{}" name="{}">{}</testcase></testsuite></testsuites>'
TRS = {"tests/pam/test_login": True, "tests/pam/test_login 3 - case": True, "tests/pam/test_login_more": False,
       "tests/pam/test_log": False}


def told(folder, form, files):
    for name, text in files.items():
        (folder / name).write_text(text)
    skips = tally.allowed_skips(folder / "skips.txt")
    return [kind for kind, _ in tally.results(skips, form, [str(folder / next(iter(files)))])]


@check("a skip is accepted when it is listed, by itself or by its file")
def skips():
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        for (module, name), accepted in SKIPS.items():
            got = told(folder, "junit", {"a.xml": JUNIT.format(module, name, "<skipped/>"), "skips.txt": LISTED})
            if got != ["skipped" if accepted else "failed"]:
                yield f"{module} {name}: {got}"
        for name, accepted in TRS.items():
            got = told(folder, "trs", {"a.trs": ":test-result: SKIP\n", "a.log": f"SKIP: {name}\n", "skips.txt": LISTED})
            if got != ["skipped" if accepted else "failed"]:
                yield f"{name}: {got}"


@check("what failed is no skip, and a file without a result has failed")
def failures():
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        for inside in ("<failure/>", "<error/>"):
            got = told(folder, "junit", {"a.xml": JUNIT.format("tests.http.test_log", "test_a", inside), "skips.txt": LISTED})
            if got != ["failed"]:
                yield f"{inside}: {got}"
        for form, text in (("junit", "<testsuites/>"), ("junit", "<test"), ("tap", "1..1\n"), ("trs", "")):
            got = told(folder, form, {"a": text, "a.log": "", "skips.txt": LISTED})
            if got != ["failed"]:
                yield f"{form} {text!r}: {got}"


if __name__ == "__main__":
    main()
