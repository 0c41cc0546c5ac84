#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright the authcode authors
"""Does a test notice when the check that a requirement asks for is gone?

Each entry of mutants.txt changes one place of the tree and names the tests that must then fail. They are run on a copy,
in a build directory of their own, one entry after the other; before the first, every named test must pass. What does
not compile, what no test notices, and what no longer fits the tree is a failure of the entry. An entry whose tests all
skip on this system, as what only root can do, is not judged.

    run.py SOURCE WORK [--sample N] [--seed S] [--only ID ...] [--list]
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

# Rooms whose tests in Python are programs that say by their status whether all was well; the others are pytest's.
SCRIPTS = ("ctl",)
# What pytest and a program that speaks TAP say when they have looked at nothing.
SKIPPED = re.compile(r"\A1\.\.0 # SKIP|^\d+ skipped(?:, \d+ deselected)? in ", re.M)
HEAD = re.compile(r"((?:[A-Z]{2}-\d{2} )+)(\S+) \| (.+)")


class Mutant:
    """One entry: the requirements, the file, what becomes of a piece of it, and who must notice."""

    def __init__(self, identifiers, path, tests, line):
        self.identifiers, self.path, self.tests, self.line = identifiers, path, tests, line
        self.old, self.new = [], []

    def __str__(self):
        return f"{' '.join(self.identifiers)} {self.path} (line {self.line})"

    def changed(self, text):
        """The file's text with the change made; None when the old piece does not stand there exactly once."""
        old, new = "".join(self.old), "".join(self.new)
        return text.replace(old, new) if text.count(old) == 1 else None


def read(path):
    mutants = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(keepends=True), 1):
        head = HEAD.fullmatch(line.rstrip("\n"))
        if head is not None:
            mutants.append(Mutant(head.group(1).split(), head.group(2), head.group(3).split(), number))
        elif line[0] == "-" and mutants:
            mutants[-1].old.append(line[1:])
        elif line[0] == "+" and mutants:
            mutants[-1].new.append(line[1:])
        elif line.strip() and line[0] != "#":
            sys.exit(f"{path}:{number}: neither a head, nor a line to take out or to put in")
    return mutants


class Bench:
    """A copy of the tree and its build."""

    def __init__(self, source, work):
        self.tree, self.build = work / "tree", work / "build"
        shutil.rmtree(work, ignore_errors=True)
        self.tree.mkdir(parents=True)
        self.build.mkdir()
        names = subprocess.run(["git", "-C", source, "ls-files", "-z"], check=True, capture_output=True).stdout
        for name in names.decode().split("\0"):
            if name and (source / name).is_file():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, self.tree / name)
        self.log = open(work / "log", "w+", encoding="utf-8", errors="replace")
        self.skipped = False  # what ran last
        self.must(["./autogen.sh"], self.tree)
        self.must([self.tree / "configure", "--quiet", "CFLAGS=-O0 -g0"], self.build)
        self.must(["make", "-s", f"-j{os.cpu_count()}"], self.build)

    def run(self, words, where, seconds=600):
        env = {**os.environ, "top_srcdir": str(self.tree), "top_builddir": str(self.build),
               "AUTHCODE_BUILD": str(self.build)}
        try:
            done = subprocess.run(words, cwd=where, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds, check=False)
        except subprocess.TimeoutExpired as late:
            self.log.write(f"{late}\n")
            return False
        self.log.write(done.stdout)
        self.skipped = SKIPPED.search(done.stdout) is not None
        return done.returncode == 0

    def must(self, words, where):
        if not self.run(words, where):
            self.log.seek(0)
            sys.exit("".join(self.log.readlines()[-30:]) + f"{words[0]} failed; the log is {self.log.name}")

    @staticmethod
    def is_python(test):
        return ".py" in test

    def make(self, tests):
        """One thing after the other: make would build a library for two goals at once."""
        programs = [f"tests/{test}" for test in tests if not self.is_python(test)]
        for_python = [["all"], ["check-aids"]] if len(programs) < len(tests) else []
        goals = for_python + ([programs] if programs else [])
        return all(self.run(["make", "-s", f"-j{os.cpu_count()}", *goal], self.build) for goal in goals)

    def passes(self, test):
        if self.is_python(test) and test.split("/")[0] in SCRIPTS:
            return self.run(["/usr/bin/python3", f"tests/{test}"], self.tree)
        if self.is_python(test):
            return self.run(["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                             f"tests/{test}"], self.tree)
        return self.run([f"./tests/{test}"], self.build, 120)

    def judge(self, mutant):
        """None when a test noticed; else what is wrong."""
        path = self.tree / mutant.path
        text = path.read_text(encoding="utf-8")
        changed = mutant.changed(text)
        if changed is None:
            return "what it takes out does not stand there exactly once"
        try:
            path.write_text(changed, encoding="utf-8")
            if not self.make(mutant.tests):
                return "it does not compile"
            if all(self.passes(test) for test in mutant.tests):
                return f"no test noticed: {' '.join(mutant.tests)}"
            return None
        finally:
            path.write_text(text, encoding="utf-8")


def chosen(mutants, options):
    if options.only:
        mutants = [m for m in mutants if set(m.identifiers) & set(options.only)]
    if options.sample and options.sample < len(mutants):
        print(f"a sample of {options.sample} of {len(mutants)}, --seed {options.seed}", flush=True)
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    return mutants


def main():
    parser = argparse.ArgumentParser(description="Breaks one check after the other and looks whether a test notices.")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=0, help="so many entries, chosen by --seed")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", nargs="+", metavar="ID", help="the entries of these requirements")
    options = parser.parse_args()
    mutants = chosen(read(options.source / "tests/mutants/mutants.txt"), options)
    bench = Bench(options.source.resolve(), options.work.resolve())
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    if not bench.make(tests):
        sys.exit(f"the tests do not compile; the log is {bench.log.name}")
    skip = set()
    for test in tests:
        if not bench.passes(test):
            sys.exit(f"{test} fails before anything is changed; the log is {bench.log.name}")
        skip |= {test} if bench.skipped else set()
    bad = unjudged = 0
    for number, mutant in enumerate(mutants, 1):
        if skip.issuperset(mutant.tests):
            unjudged += 1
            print(f"[{number}/{len(mutants)}] not judged: {mutant}: {' '.join(mutant.tests)} skips here", flush=True)
            continue
        why = bench.judge(mutant)
        bad += why is not None
        print(f"[{number}/{len(mutants)}] {'noticed' if why is None else 'FAILED'}: {mutant}"
              + (f": {why}" if why else ""), flush=True)
    print(f"{len(mutants) - bad - unjudged} noticed, {bad} failed" + (f", {unjudged} not judged" if unjudged else ""))
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
