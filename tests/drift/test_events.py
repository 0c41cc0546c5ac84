# SPDX-License-Identifier: Apache-2.0
"""The table of events (server/event.c) is what the calls, the catalog and doc/log.md say.

`make events` writes the documents anew: it is this script with --write.
"""
import hashlib
import re
import sys

from drift import PRODUCT_ROOMS, SOURCE, Missing, built, check, files, main, output_of, text, without_comments

LIST = "tests/drift/event_list"
CATALOG = "dist/authcode.catalog"
PAGE = "doc/log.md"
PARTS = ("events", "fields", "reasons")


def part_of(name):
    return output_of(str(built(LIST)), name)


def between(page, name):
    """The lines of a part: between its two marks."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->\n", page, re.S)
    if not found:
        raise Missing(f"{PAGE} has no marks for {name}")
    return found.group(1)


def rows():
    """name -> (constant, MESSAGE_ID, set of fields), from the table."""
    table = {}
    for constant, body in re.findall(r"\[(AC_EVENT_\w+)\] = \{(.*?)\n\t\}", text("server/event.c"), re.S):
        name = re.search(r'\.name = "(\w+)"', body).group(1)
        table[name] = (constant, re.search(r'\.id = "(\w+)"', body).group(1), set(re.findall(r"F\((\w+)\)", body)))
    if len(table) < 30:
        raise Missing("server/event.c: the rows are not found")
    return table


def calls():
    """(file:line, the arguments) of each ac_log_event()."""
    found = []
    for path in files(("server",), ".c"):
        source = without_comments(text(path))
        for match in re.finditer(r"\bac_log_event\(", source):
            depth, end = 1, match.end()
            while depth:
                depth += {"(": 1, ")": -1}.get(source[end], 0)
                end += 1
            found.append((f"{path}:{source[:match.start()].count(chr(10)) + 1}", source[match.end():end - 1]))
    if len(found) < 20:
        raise Missing("no call of ac_log_event() is found")
    return found


@check("dist/authcode.catalog is what the table says")
def catalog():
    if text(CATALOG) != part_of("catalog"):
        yield "it is not: run make events"


@check("doc/log.md has the tables of events, fields and reasons as they are")
def page():
    for name in PARTS:
        if between(text(PAGE), name) != part_of(name):
            yield f"{name}: run make events"


@check("a MESSAGE_ID is that of its name")
def ids():
    for name, (_, given, _) in rows().items():
        wanted = hashlib.sha256(f"authcode event {name}".encode()).hexdigest()[:32]
        if given != wanted:
            yield f"{name}: {wanted} it must be"


@check("a name is that of its constant")
def constants():
    for name, (constant, _, _) in rows().items():
        if constant != f"AC_EVENT_{name.upper()}":
            yield f"{name}: {constant}"


@check("every call gives only fields that its rows have")
def fields_of_calls():
    table = {constant: names for constant, _, names in rows().values()}
    for place, arguments in calls():
        given = set(re.findall(r"\.(\w+) =", arguments))
        for constant in re.findall(r"\bAC_EVENT_[A-Z_]+\b", arguments):
            for name in given - table.get(constant, set()):
                if len(re.findall(r"\bAC_EVENT_[A-Z_]+\b", arguments)) == 1:
                    yield f"{place}: {constant} has no {name}"


@check("every event is told by somebody")
def told():
    everywhere = "\n".join(text(path) for path in files(("server",), ".c") if path.name != "event.c")
    records = text("libauthcode/store/audit.c")
    for name, (constant, _, _) in rows().items():
        if constant not in everywhere and f'"{name}"' not in records:
            yield f"{name} is not"


@check("every reason that the code gives has a row")
def reasons():
    known = set(re.findall(r"^\| `(\w+)` ", part_of("reasons"), re.M))
    given = set()
    for path in files(PRODUCT_ROOMS, ".c"):
        given |= set(re.findall(r'\breason = (?:\w+ \? \w+ : )?"(\w+)"', text(path)))
        given |= set(re.findall(r'\bAC_LOOK_\w+, "(\w+)"', text(path)))
        given |= set(re.findall(r'log_refused\(v, "(\w+)"', text(path)))
        given |= set(re.findall(r'\.gone = "(\w+)"', text(path)))
    if len(given) < 8:
        yield "the reasons in the code are not found"
    for word in sorted(given - known):
        yield f"{word} has none"


def write():
    (SOURCE / CATALOG).write_text(part_of("catalog"), encoding="utf-8")
    whole = text(PAGE)
    for name in PARTS:
        old = between(whole, name)
        whole = whole.replace(f"<!-- {name} -->\n{old}", f"<!-- {name} -->\n{part_of(name)}")
    (SOURCE / PAGE).write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        main()
