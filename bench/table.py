# SPDX-License-Identifier: Apache-2.0
"""The figures of a run as a table of ratios and as a picture."""
import html

import jobs
import machine

# Of the whole daemon: name, what it is called, unit, target.
WHOLE = (
    ("idle_mib", "memory, idle", "MiB", 10),
    ("loaded_mib", "memory, at most under load", "MiB", 20),
    ("ready_ms", "ready after exec, with the state that is there", "ms", 50),
)
LEFT, WIDE, STEP = 230, 420, 26
FOOT = "CPU of a request, libmicrohttpd alone = 1; 16 connections, 64 for what makes tokens; lines are targets"


def lines_of(head, rows):
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def verdict(value, most):
    return f"≤ {most} {'kept' if value <= most else 'missed'}"


def told_jobs():
    return [jobs.FLOOR, *(job for job in jobs.JOBS if job.told or job.fed_by)]


def judged(figures):
    """The same with the ratio of each row to the floor at as many connections, and its target where it has one."""
    floor = {row["connections"]: row["cpu_us"] for row in figures["rows"] if row["job"] == "floor"}
    by_name = {job.name: job for job in (jobs.FLOOR, *jobs.JOBS)}
    for row in figures["rows"]:
        job = by_name[row["job"]]
        row["ratio"] = row["cpu_us"] / floor[row["connections"]]
        if job.most and row["connections"] == job.conns:
            row["target"], row["kept"] = job.most, row["ratio"] <= job.most
    figures["loaded_mib"] = max((row["rss_mib"] for row in figures["rows"] if row["job"] != "floor"))
    return figures


def markdown(figures):
    rows = [(job.said, row["connections"], f"{row['per_second']:,.0f}", f"{row['cpu_us']:.1f}", f"{row['ratio']:.1f}",
             verdict(row["ratio"], row["target"]) if "target" in row else "",
             f"{row['p50_ms']:.2f} / {row['p99_ms']:.2f} / {row['p999_ms']:.2f}", f"{row['syncs']:.3f}",
             f"{row['written']:,.0f}")
            for job in told_jobs() for row in figures["rows"] if row["job"] == job.name]
    whole = [(said, f"{figures[name]:.1f} {unit}", verdict(figures[name], most)) for name, said, unit, most in WHOLE]
    return (lines_of(("request", "connections", "per second", "CPU, µs", "× floor", "target", "p50 / p99 / p99.9, ms",
                      "syncs", "bytes written"), rows)
            + "\n" + lines_of(("the daemon", "", "target"), whole)
            + "\n" + machine.sentence(figures["machine"]) + "\n")


def picture_rows(figures):
    """Each job at the connections of its target, else at 16, else at the most there are. RS256 would be wider than all
    others together."""
    there = {(row["job"], row["connections"]): row for row in figures["rows"]}
    most = max(connections for _, connections in there)
    for job in told_jobs():
        row = there.get((job.name, job.conns)) or there.get((job.name, 16)) or there.get((job.name, most))
        if row and "RS256" not in job.said:
            yield job, row


def described(rows):
    """What somebody who cannot see the picture is read."""
    parts = [f"{job.said}: {row['ratio']:.1f}" + (f", target {job.most}" if job.most else "") for job, row in rows]
    return "; ".join(parts) + "."


def bar(job, row, y, scale):
    end = LEFT + row["ratio"] * scale
    out = [f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end">{html.escape(job.said)}</text>',
           f'<rect class="bar" x="{LEFT}" y="{y}" width="{row["ratio"] * scale:.0f}" height="18" rx="2"/>',
           f'<text x="{max(end, LEFT + (job.most or 0) * scale) + 7:.0f}" y="{y + 14}">{row["ratio"]:.1f}</text>']
    if job.most:
        x = LEFT + job.most * scale
        out.append(f'<line class="most" x1="{x:.0f}" y1="{y - 3}" x2="{x:.0f}" y2="{y + 21}"/>')
    return out


def picture(figures):
    """Bars of the ratios; the target is a line across each."""
    rows = list(picture_rows(figures))
    scale = WIDE / max(max(row["ratio"], job.most or 0) for job, row in rows)
    height = STEP * len(rows) + 40
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{height}" viewBox="0 0 720 {height}" '
           'font-family="sans-serif" font-size="13" role="img" aria-labelledby="title desc">',
           '<title id="title">CPU of a request as a multiple of libmicrohttpd alone</title>',
           f'<desc id="desc">{html.escape(described(rows))}</desc>',
           '<style>.paper{fill:#fff}text{fill:#24292f}.bar{fill:#2f6fb0}.most{stroke:#c0392b;stroke-width:2}'
           '@media(prefers-color-scheme:dark){.paper{fill:#0d1117}text{fill:#d0d7de}.bar{fill:#6ea8e0}.most{stroke:#ff7b72}}'
           '</style>',
           f'<rect class="paper" width="720" height="{height}" rx="4"/>']
    for i, (job, row) in enumerate(rows):
        out += bar(job, row, 12 + STEP * i, scale)
    out.append(f'<text x="360" y="{height - 10}" text-anchor="middle">{FOOT}</text>')
    return "\n".join([*out, "</svg>", ""])
