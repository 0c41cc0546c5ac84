# SPDX-License-Identifier: Apache-2.0
"""doc/performance.md, the picture of it, and what bench/ measures still say the same."""
import re
import sys
import xml.etree.ElementTree

from drift import SOURCE, Missing, check, main, text

sys.path.insert(0, str(SOURCE / "bench"))
import jobs  # noqa: E402
import table  # noqa: E402

PAGE = "doc/performance.md"
PICTURE = "doc/images/performance.svg"
PARTS = ("bench", "peers", "login", "scale")
SVG = "{http://www.w3.org/2000/svg}"


def part(name):
    found = re.findall(f"<!-- {name}: made by make bench-doc -->\n(.*?)<!-- end of {name} -->", text(PAGE), re.S)
    if len(found) != 1:
        raise Missing(f"{PAGE}: the marks of {name} are there {len(found)} times")
    return found[0]


def cells(markdown):
    """The rows of all tables, without what is between head and body."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()
            if line.startswith("| ") and not line.startswith("| ---")]


@check("each part of the page has its figures, and says on what they were taken")
def parts():
    for name in PARTS:
        if len(cells(part(name))) < 3:
            yield f"{name} has no figures"
        if not re.search(r"\bTaken \d{4}-\d\d-\d\d on \d+ cores of .*, SQLite .*, compiled with -O[23]", part(name), re.M):
            yield f"{name} does not say on what it was taken, or was taken without optimisation"


@check("the table has a row for each job at each number of connections, with the target of today")
def rows():
    there = {(row[0], row[1]): row for row in cells(part("bench"))}
    for job in table.told_jobs():
        for connections in ("2", "16", "64"):
            row = there.get((job.said, connections))
            if row is None:
                yield f"{job.said} at {connections} connections has no row"
                continue
            wanted = f"≤ {job.most} " if job.most and connections == str(job.conns) else ""
            if not row[5].startswith(wanted) or bool(row[5]) != bool(wanted):
                yield f"{job.said} at {connections}: the target is {wanted or 'none'}, the page has {row[5] or 'none'}"
            elif wanted and (-1 if row[5].endswith(" kept") else 1) * (float(row[4]) - job.most) < -0.05:
                yield f"{job.said} at {connections}: {row[4]} is called {row[5]}"


@check("each job of the table has a line that says what limits it")
def limits():
    section = text(PAGE).partition("\n## What limits each row\n")[2].partition("\n## ")[0]
    there = {row[0] for row in cells(section)}
    for job in table.told_jobs()[1:]:
        if job.said not in there:
            yield f"{job.said} has no line"
    for said in there - {"request"} - {job.said for job in jobs.JOBS}:
        yield f"{said} is no job"


@check("the picture shows the ratios of the table, can be read aloud, and suits light and dark")
def picture():
    drawn = text(PICTURE)
    root = xml.etree.ElementTree.fromstring(drawn)
    names = root.get("aria-labelledby", "").split()
    for kind in ("title", "desc"):
        node = root.find(SVG + kind)
        if node is None or not node.text or node.get("id") not in names:
            yield f"{kind} is not there or not named"
    if root.get("role") != "img" or "prefers-color-scheme:dark" not in drawn:
        yield "it is no image to a reader, or has no dark colours"
    told = {(row[0], row[1]): row[4] for row in cells(part("bench")) if len(row) > 4}
    texts = [node.text for node in root.iter(SVG + "text")]
    for job in table.told_jobs():
        if "RS256" in job.said:
            continue
        ratio = told.get((job.said, str(job.conns)))
        if (job.said, ratio) not in zip(texts, texts[1:]):
            yield f"{job.said} is not {ratio}, as in the table"


@check("README.md shows the picture, and HACKING.md each target of bench/")
def shown():
    if f"]({PICTURE})" not in text("README.md") or f"]({PAGE})" not in text("README.md"):
        yield f"README.md lacks {PICTURE} or {PAGE}"
    for target in re.findall(r"^(bench[\w-]*):", text("bench/local.mk"), re.M):
        if target != "bench-aids" and not re.search(rf"`make [^`]*\b{target}\b(?!-)", text("HACKING.md")):
            yield f"HACKING.md lacks make {target}"


if __name__ == "__main__":
    main()
