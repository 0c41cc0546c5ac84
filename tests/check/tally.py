# SPDX-License-Identifier: Apache-2.0
"""Counts results that test programs wrote down, for ./check.

    tally.py SKIPS-FILE FORMAT FILE...      FORMAT is trs, junit or tap

Prints `passed failed skipped`, then one line for each thing that did not pass.
A file without any result is a failure: a test that wrote nothing did not pass.
A skip that SKIPS-FILE does not list is a failure too.
"""
import re
import sys
import xml.etree.ElementTree


def from_trs(path):
    """Automake's .trs: one `:test-result:` line for each TAP line. Names are in the log."""
    program = re.sub(r"^build/[^/]+/|\.trs$", "", path)
    kinds = [found.group(1) for found in (re.match(r":test-result: (\w+)", line)
                                         for line in open(path, encoding="utf-8")) if found]
    lines = open(path.removesuffix(".trs") + ".log", encoding="utf-8", errors="replace").read().splitlines()
    told = iter([line for line in lines if re.match(r"(FAIL|SKIP|ERROR): ", line)])
    for kind in kinds:
        if kind in ("PASS", "XFAIL"):
            yield "passed", program
            continue
        name = re.sub(r"^\w+: ", "", next(told, program))
        # "exited with status" says again what a FAIL of the same program said
        if kind == "ERROR" and "FAIL" in kinds and "exited with status" in name:
            continue
        yield "skipped" if kind == "SKIP" else "failed", name


def from_junit(path):
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        # A file that is skipped as a whole has no class.
        name = f"{case.get('classname')}.{case.get('name')}".lstrip(".")
        if case.find("failure") is not None or case.find("error") is not None:
            yield "failed", name
        elif case.find("skipped") is not None:
            yield "skipped", name
        else:
            yield "passed", name


def from_tap(path):
    planned = None
    seen = 0
    for line in open(path, encoding="utf-8"):
        plan = re.match(r"1\.\.(\d+)(?:\s*# SKIP\s*(.*))?", line)
        point = re.match(r"(not )?ok\b\s*\d*\s*-?\s*([^#]*)(#\s*SKIP)?", line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                yield "skipped", path
                seen = -1
        elif point:
            seen += 1
            kind = "skipped" if point.group(3) else "failed" if point.group(1) else "passed"
            yield kind, f"{path}: {point.group(2).strip()}"
    if seen != -1 and planned != seen:
        yield "failed", f"{path}: {seen} results, {planned} planned"


READERS = {"trs": from_trs, "junit": from_junit, "tap": from_tap}


def allowed_skips(path):
    return {line.partition(": ")[0] for line in open(path, encoding="utf-8")
            if line.strip() and not line.startswith("#")}


def is_listed(name, skips):
    """By itself, or by its program or file, which stands before it: `program 3 - case`, `module.function[case]`."""
    return any(name == key or name.startswith((f"{key} ", f"{key}.", f"{key}[")) for key in skips)


def results(skips, form, paths):
    """All (kind, name) pairs, with the two rules above applied."""
    if not paths:
        yield "failed", "no result file"
    for path in paths:
        found = False
        try:
            for kind, name in READERS[form](path):
                found = True
                if kind == "skipped" and not is_listed(name, skips):
                    yield "failed", f"{name} (a skip that tests/skips.txt does not list)"
                else:
                    yield kind, name
        except (OSError, xml.etree.ElementTree.ParseError) as problem:
            yield "failed", f"{path}: {problem}"
            continue
        if not found:
            yield "failed", f"{path}: no result in it"


def main():
    _, skips, form, *paths = sys.argv
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    notes = []
    for kind, name in results(allowed_skips(skips), form, paths):
        counts[kind] += 1
        if kind != "passed":
            notes.append(f"{kind}: {name}")
    print(counts["passed"], counts["failed"], counts["skipped"])
    print("\n".join(notes))


if __name__ == "__main__":
    main()
