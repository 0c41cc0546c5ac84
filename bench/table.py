# SPDX-License-Identifier: Apache-2.0
"""The figures of a run as a table of ratios and as a picture."""
import jobs


def ratios(figures):
    """{(job, connections): (row, ratio of CPU to the floor at as many connections)}"""
    floor = {row["connections"]: row["cpu_us"] for row in figures["rows"] if row["job"] == "floor"}
    return {(row["job"], row["connections"]): (row, row["cpu_us"] / floor[row["connections"]])
            for row in figures["rows"]}


def markdown(figures):
    found = ratios(figures)
    lines = ["| request | connections | per second | CPU, µs | × floor | target | p50 / p99 / p99.9, ms | syncs | bytes written |",
             "|---|---|---|---|---|---|---|---|---|"]
    for job in (jobs.FLOOR, *(job for job in jobs.JOBS if job.told or job.fed_by)):
        for (name, connections), (row, ratio) in found.items():
            if name != job.name:
                continue
            target = f"≤ {job.most}" if job.most and connections == job.conns else ""
            lines.append(f"| {job.said} | {connections} | {row['per_second']:,.0f} | {row['cpu_us']:.1f} | {ratio:.1f} "
                         f"| {target} | {row['p50_ms']:.2f} / {row['p99_ms']:.2f} / {row['p999_ms']:.2f} "
                         f"| {row['syncs']:.3f} | {row['written']:,.0f} |")
    most = max(row["rss_mib"] for row, _ in found.values() if row["job"] != "floor")
    lines += ["", f"Memory: {figures['idle_mib']:.1f} MiB idle, at most {most:.1f} MiB under load. "
                  f"Ready {figures['ready_ms']:.0f} ms after exec."]
    return "\n".join(lines) + "\n"


def picture(figures):
    """Bars of the ratios at 16 connections (or the most there are), the target as a line across each."""
    found = ratios(figures)
    connections = 16 if ("floor", 16) in found else max(c for _, c in found)
    bars = [(job, found[job.name, connections][1]) for job in (jobs.FLOOR, *jobs.JOBS)
            if (job.told or job.fed_by) and "RS256" not in job.said and (job.name, connections) in found]
    widest = max(max(ratio, job.most or 0) for job, ratio in bars)
    height, left, scale = 26 * len(bars) + 40, 230, 420 / widest
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{height}" font-family="sans-serif" '
           'font-size="13" role="img">',
           f"<title>CPU of a request as a multiple of libmicrohttpd alone, {connections} connections</title>",
           '<style>text{fill:#24292f}.bar{fill:#2f6fb0}.most{stroke:#c0392b;stroke-width:2}'
           '@media(prefers-color-scheme:dark){text{fill:#d0d7de}.bar{fill:#6ea8e0}}</style>']
    for i, (job, ratio) in enumerate(bars):
        y = 12 + 26 * i
        out.append(f'<text x="{left - 10}" y="{y + 14}" text-anchor="end">{job.said}</text>')
        out.append(f'<rect class="bar" x="{left}" y="{y}" width="{ratio * scale:.0f}" height="18" rx="2"/>')
        out.append(f'<text x="{left + ratio * scale + 6:.0f}" y="{y + 14}">{ratio:.1f}</text>')
        if job.most:
            x = left + job.most * scale
            out.append(f'<line class="most" x1="{x:.0f}" y1="{y - 3}" x2="{x:.0f}" y2="{y + 21}"/>')
    out.append(f'<text x="{left}" y="{height - 10}">CPU per request, libmicrohttpd alone = 1; lines are targets</text>')
    return "\n".join([*out, "</svg>", ""])
