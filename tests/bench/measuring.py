# SPDX-License-Identifier: MIT
"""Measured runs in turns, and the table of ratios: shared by the topics of tests/bench/run."""
import json
import os
import shutil
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PEAK_LIMIT_KB = 20_000


class Failed(Exception):
    """A measured program did not do what it was asked."""


def ratio_of(ours, theirs, key="wall"):
    """The median of the ratios of the single rounds: what slows the machine for a while slows both
    programs of a round. Of what was run once, the quotient."""
    if "samples" not in ours or "samples" not in theirs:
        return ours[key] / theirs[key]
    pairs = zip(ours["samples"], theirs["samples"])
    return statistics.median(one[key] / other[key] for one, other in pairs)


# --- measuring -----------------------------------------------------------------------------------

class Bench:
    def __init__(self, wanted, scratch):
        self.dunlin = wanted.dunlin
        self.dbmate = wanted.dbmate
        self.sqlite = wanted.sqlite3
        self.splitter = wanted.splitter
        self.runs = wanted.runs
        self.scratch = scratch
        self.rows = []
        self.peaks = []
        self.long = wanted.long
        self.measure = self.compiled("measure")
        kept = ("PATH", "LD_LIBRARY_PATH", "DUNLIN_DRIVER_PATH")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ}
        self.environment.update(HOME=scratch, LC_ALL="C.UTF-8", TZ="UTC")

    def compiled(self, name):
        """The path of a small program that stands beside this file."""
        path = os.path.join(self.scratch, name)
        if not os.path.exists(path):
            compiler = os.environ.get("CC", "cc").split()
            flags = ["-std=gnu11", "-D_GNU_SOURCE", "-O2"]
            source = os.path.join(HERE, f"{name}.c")
            subprocess.run([*compiler, *flags, "-o", path, source], check=True)
        return path

    def folder(self, name):
        path = os.path.join(self.scratch, name)
        os.makedirs(path, exist_ok=True)
        return path

    def once(self, command, stdin=None):
        """One measured run of a command: {wall, cpu} in seconds, peak in kB."""
        report = os.path.join(self.scratch, "report")
        errors = os.path.join(self.scratch, "errors")
        with open(stdin or os.devnull, "rb") as source, open(errors, "wb") as complaints:
            subprocess.run([self.measure, report, *command], stdin=source, cwd=self.scratch,
                           stdout=subprocess.DEVNULL, stderr=complaints, env=self.environment,
                           check=True)
        with open(report, encoding="ascii") as file:
            status, wall, user, system, peak = map(int, file.read().split())
        if status != 0:
            with open(errors, encoding="utf-8", errors="replace") as file:
                raise Failed(f"{' '.join(command)}: exit {status}\n{file.read()}")
        return {"wall": wall / 1e6, "cpu": (user + system) / 1e6, "peak": peak}

    def compete(self, contenders, runs):
        """Medians by name, and the samples. A contender is (name, prepare or None, command, stdin or
        None)."""
        samples = {name: [] for name, *_ in contenders}
        for number in range(runs + 1):
            turn = number % len(contenders)
            for name, prepare, command, stdin in contenders[turn:] + contenders[:turn]:
                if prepare:
                    prepare()
                sample = self.once(command, stdin)
                if number > 0:
                    samples[name].append(sample)
        return {
            name: {"samples": taken,
                   **{key: statistics.median(s[key] for s in taken) for key in taken[0]}}
            for name, taken in samples.items()
        }

    def compare(self, what, medians, other, target, key="wall"):
        """Adds the row dunlin : other; what was not measured is said."""
        ours, theirs = medians.get("dunlin"), medians.get(other)
        self.rows.append({
            "what": what, "other": other, "target": target,
            "dunlin": ours and ours[key], "theirs": theirs and theirs[key],
            "ratio": ratio_of(ours, theirs, key) if ours and theirs else None,
        })

    def compare_portable(self, what, medians, target=1.3):
        """What translating costs: the run "portable" against the run "dunlin"."""
        ours, own = medians.get("portable"), medians.get("dunlin")
        self.rows.append({
            "what": what, "other": "dunlin", "target": target, "dunlin": ours and ours["wall"],
            "theirs": own and own["wall"], "ratio": ratio_of(ours, own) if own else None,
        })

    def note_peaks(self, what, medians, limit_kb=PEAK_LIMIT_KB):
        for name, median in medians.items():
            self.peaks.append({"what": what, "program": name, "peak_kb": int(median["peak"]),
                               "limit_kb": limit_kb})

    # The commands that are compared.

    def dunlin_migrate(self, base, database):
        return [self.dunlin, "migrate", "--no-backup", "--url", f"sqlite:{database}", "--dir", base]

    def dbmate_migrate(self, base, database):
        migrations = os.path.join(base, "migrations")
        return [self.dbmate, "--url", f"sqlite:{database}", "--migrations-dir", migrations,
                "--no-dump-schema", "migrate"]


def empty(folder):
    shutil.rmtree(folder)
    os.mkdir(folder)


# --- the report ----------------------------------------------------------------------------------

def shown_time(seconds, unit=None):
    if seconds is None:
        return "-"
    if unit == "count":
        return str(seconds)
    if seconds < 0.001:
        return f"{seconds * 1e6:.1f} us"
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def verdict(row):
    if "speed" in row:
        if row["speed"] is None:
            return "-", ">= 200 MB/s", "not built"
        mark = "pass" if row["speed"] >= row["target"] else "MISS"
        return f"{row['speed']:.0f}", ">= 200 MB/s", mark
    if "unit" in row or "reason" in row:
        return "-", "-", row.get("reason", "")
    if row["ratio"] is None:
        target = f"<= {row['target']:.2f}" if row["target"] else "-"
        return "-", target, "not measured"
    if row["target"] is None:
        return f"{row['ratio']:.2f}", "-", ""
    mark = "pass" if row["ratio"] <= row["target"] else "MISS"
    return f"{row['ratio']:.2f}", f"<= {row['target']:.2f}", mark


def print_table(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def report(bench):
    table = [("what", "dunlin", "other", "time", "ratio", "target", "mark")]
    for row in bench.rows:
        ratio, target, row["mark"] = verdict(row)
        unit = row.get("unit")
        table.append((row["what"], shown_time(row["dunlin"], unit), row["other"],
                      shown_time(row["theirs"], unit), ratio, target, row["mark"]))
    print_table(table)
    if not bench.peaks:
        return
    print()
    table = [("peak memory", "program", "MB", "target", "mark")]
    for peak in bench.peaks:
        ours = peak["program"] in ("dunlin", "portable")
        limit = peak["limit_kb"]
        judged = ours and limit is not None
        peak["mark"] = ("pass" if peak["peak_kb"] <= limit else "MISS") if judged else ""
        table.append((peak["what"], peak["program"], f"{peak['peak_kb'] / 1000:.1f}",
                      f"<= {limit / 1000:.0f}" if judged else "-", peak["mark"]))
    print_table(table)
