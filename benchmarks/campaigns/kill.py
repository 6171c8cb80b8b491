"""Kill: SIGKILL at random moments, and at every step, of runs, edits, purges and undo.

    python -m benchmarks.campaigns.kill [--short] [--seed N] [--rounds N]

After each: ``check`` is clean, at once or after one more command; every acknowledged edit is in
the catalogue and in ``hand.json``, and comes back from ``hand.json`` alone; a purge that was cut
short is completed by the next command, and nothing is left of its page; the originals are as they
were. Prints a table and exits 1 on any loss.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.campaigns.common import (
    Copy,
    HandWork,
    Logged,
    Row,
    Table,
    command,
    contents,
    count_steps,
    drawings_of,
    end,
    findings,
    fresh,
    hand_work,
    logged,
    numbers,
    prepare,
    rebuilt,
    remains,
    sample,
    start,
    twin_says,
    without,
)
from benchmarks.campaigns.processes import are_ended, kill_after
from strokebook.base.progress import SILENT
from strokebook.pipeline.check.repair import repair_project

KILLED = (-9, 137)
RANDOM = 100  # moments of the full form
CHAIN = 9  # kills of one run before it may come to its end
Words = tuple[str, ...]


@dataclass(frozen=True)
class Deed:
    """A command to be killed.

    Attributes:
        name: In the table.
        words: The command.
        secret: The page that it makes private.
    """

    name: str
    words: Words
    secret: str = ""


class Campaign:
    """Copies of one project, and what became of them."""

    def __init__(self, base: Copy, work: Path, seed: int) -> None:
        self.table, self.rng, self.work = Table(), random.Random(seed), work
        self.copies = 0
        drawn = sorted(drawings_of(base.project))
        self.secret, self.pages = drawn[0], drawn[1:]
        self.originals = contents(base.library)
        self.ready = fresh(base, work / "ready")
        for words in self.hand_work_before():
            ended = command(self.ready, *words)
            if ended.code != 0:
                raise RuntimeError(str(ended))
        self.known = numbers(self.ready.project)
        self.before = logged(self.ready.project)

    def hand_work_before(self) -> list[Words]:
        """Edits of each kind, on the page that becomes private too; the last is to be undone."""
        first, second, *_ = self.pages
        return [
            ("correct", first, self.secret, "lines", "--as", "drawing", "--new"),
            ("tag", second, "favourite"),
            ("drop", second),
        ]

    def deeds(self) -> list[Deed]:
        """The commands that are killed at their steps."""
        return [
            Deed("edit", ("correct", self.pages[1], "faces", "--as", "drawing", "--new")),
            Deed("purge", ("tag", self.secret, "private", "--yes"), self.secret),
            Deed("undo", ("undo",)),
        ]

    def copy(self, base: Copy | None = None) -> Copy:
        """A new copy, in a folder that was none before."""
        self.copies += 1
        return fresh(base or self.ready, self.work / f"copy-{self.copies}")

    def at_steps(self, deed: Deed, most: int) -> None:
        """Kill a command once before each of its steps, or before ``most`` of them."""
        row, whole = self.table.row(f"{deed.name}, at its steps"), self.copy()
        steps = count_steps(whole, *deed.words)
        after = hand_work(whole.project)
        for number in sample(len(steps), most):
            copy = self.copy()
            ended = command(copy, *deed.words, fault=f"kill:{number}")
            where = f"step {number} of {len(steps)} ({_short(steps[number - 1], whole)})"
            self.judge(row, copy, deed, after, ended.code, where)
        shutil.rmtree(whole.folder)

    def at_random(self, deed: Deed, rounds: int) -> None:
        """Kill a command at moments spread over its time."""
        row, whole = self.table.row(f"{deed.name}, at random"), self.copy()
        began = time.monotonic()
        command(whole, *deed.words)
        seconds, after = time.monotonic() - began, hand_work(whole.project)
        for _ in range(rounds):
            copy, moment = self.copy(), self.rng.uniform(0.4, 1.05) * seconds
            process = start(copy, *deed.words)
            kill_after(process, moment)
            code = end(process, deed.words).code
            self.judge(row, copy, deed, after, code, f"after {moment:.2f} s")
        shutil.rmtree(whole.folder)

    def judge(
        self, row: Row, copy: Copy, deed: Deed, after: HandWork, code: int, where: str
    ) -> None:
        """Ask everything of a copy whose command was killed (or ended before)."""
        row.rounds += 1
        row.struck += code in KILLED
        losses = self.edits_lost(copy, self.before, deed.secret)
        state = hand_work(copy.project)
        losses += self.unlike(state, [hand_work(self.ready.project), after], deed, code)
        losses += self.completed(row, copy, deed)
        losses += self.edits_lost(copy, self.before, deed.secret)
        losses += self.not_rebuilt(copy)
        if contents(copy.library) != self.originals:
            losses.append("the originals were changed")
        row.losses += [f"{where}: {loss}" for loss in losses]
        if not losses:
            shutil.rmtree(copy.folder)

    def unlike(self, state: HandWork, allowed: list[HandWork], deed: Deed, code: int) -> list[str]:
        """A state that is neither that before the command nor that after it."""
        pages = [self.known[deed.secret][0]] if deed.secret else []
        wanted = [without(one, *pages) for one in (allowed if code in KILLED else allowed[1:])]
        return [] if without(state, *pages) in wanted else [f"half of an edit is there: {state}"]

    def edits_lost(self, copy: Copy, acknowledged: Logged, secret: str = "") -> list[str]:
        """Acknowledged edits that the log or its twin lacks; privacy may have emptied some."""
        own = f'"page":{self.known[secret][0]},' if secret else ""
        lost = []
        for place, says in (("catalogue", logged), ("hand.json", twin_says)):
            there = says(copy.project)
            for seq, (kind, body) in acknowledged.items():
                emptied = secret and (kind == "cluster" or own in body)
                if there.get(seq) != (kind, body) and not (emptied and seq in there):
                    lost.append(f"{place} lacks edit {seq}: {kind} {body}")
        return lost

    def completed(self, row: Row, copy: Copy, deed: Deed) -> list[str]:
        """What is not in order, at once and after one more command."""
        complaints = findings(copy)
        if not complaints:
            row.clean += 1
        else:
            # A removal that the artist has agreed to is completed by any edit; else he is asked.
            waits = any("waits for your word" in finding for finding in complaints)
            words = deed.words if waits else ("tag", self.pages[-1], "extras")
            ended = command(copy, *words)
            again = findings(copy)
            if ended.code != 0 or again:
                return [f"{ended}; check says {again}, before that {complaints}"]
            name = "the same command" if waits else "any edit"
            row.after[name] = row.after.get(name, 0) + 1
        return self.shown(copy, deed.secret)

    def shown(self, copy: Copy, secret: str) -> list[str]:
        """What is left of a page whose removal is done."""
        if not secret:
            return []
        number, image = self.known[secret]
        if not any(r[0] == number and r[1] == "private" for r in hand_work(copy.project)["tags"]):
            return []  # killed before the mark: nothing happened
        left = remains(copy.project, secret, image)
        return [f"{secret} is private, and is in {', '.join(left)}"] if left else []

    def not_rebuilt(self, copy: Copy) -> list[str]:
        """What hand.json alone does not bring back."""
        work, edits = rebuilt(copy)
        if edits != logged(copy.project):
            return ["the log that comes from hand.json is another"]
        there = hand_work(copy.project)
        return [
            f"without the catalogue other {what}: {sorted(work[what] ^ there[what], key=str)}"
            for what in there
            if work[what] != there[what]
        ]


def _short(step: str, copy: Copy) -> str:
    return step.replace(f"{copy.project}/", "")


def two_at_once(campaign: Campaign, rounds: int) -> None:
    """Two edits side by side, one of them killed; the other one's word must hold."""
    row, copy = campaign.table.row("two edits at once, one killed"), campaign.copy()
    mine, others = campaign.pages[0::2], campaign.pages[1::2]
    acknowledged = dict(campaign.before)
    for number in range(rounds):
        doomed = edit_of(campaign.rng, mine, number)
        words = edit_of(campaign.rng, others, number + rounds)
        first, second = start(copy, *doomed), start(copy, *words)
        kill_after(first, campaign.rng.uniform(0.4, 2.0))
        code, ended = end(first, doomed).code, end(second, words)
        row.rounds += 1
        row.struck += code in KILLED
        there = logged(copy.project)
        losses = campaign.edits_lost(copy, acknowledged)
        if ended.code != 0:
            losses.append(str(ended))
        elif words[0] == "correct" and not any(f'"{words[2]}"' in b for _, b in there.values()):
            losses.append(f"the label of '{words[2]}' is not in the log")
        complaints = findings(copy)
        row.clean += not complaints
        if complaints:
            last = command(copy, "tag", campaign.pages[-1], "extras")
            again = findings(copy)
            if again or last.code != 0:
                losses.append(f"{last}; check says {again}")
            row.after["any edit"] = row.after.get("any edit", 0) + 1
        acknowledged = logged(copy.project)
        if number % 5 == 4 or number == rounds - 1:
            losses += campaign.not_rebuilt(copy)
        row.losses += [f"round {number + 1}: {loss}" for loss in losses]
    if contents(copy.library) != campaign.originals:
        row.losses.append("the originals were changed")


def edit_of(rng: random.Random, pages: Sequence[str], number: int) -> Words:
    """An edit of one of these pages; each label has a name of its own, to be looked for."""
    page = rng.choice(list(pages))
    choices: list[Words] = [
        ("correct", page, f"kind-{number:03d}-{rng.randrange(10**6)}", "--as", "drawing", "--new"),
        ("tag", page, "favourite"),
        ("tag", page, "favourite", "--remove"),
        ("keep", page),
        ("drop", page),
    ]
    return rng.choice(choices)


class Runs:
    """Runs of a project, killed again and again until they come to the end.

    Every other one begins with nothing but the hand work; those between have their traces, so that
    the kills meet the later stages: data set, training, drawing, report.
    """

    def __init__(self, campaign: Campaign) -> None:
        self.campaign, self.row = campaign, campaign.table.row("run, at random")
        self.ended = campaign.table.row("run, gone on with to its end")
        self.chains, self.strikes = 0, 0
        self.begin()

    def begin(self) -> None:
        """A new project of the same library, with the same hand work and one private page."""
        campaign = self.campaign
        self.copy = campaign.copy()
        self.chains, self.strikes = self.chains + 1, 0
        for path in self.copy.project.iterdir():
            if self.chains % 2 and path.name not in ("strokebook.toml", "hand.json"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        secret = ("tag", campaign.secret, "private", "--yes")
        for words in (("run", "--until", "scan"), secret):
            ended = command(self.copy, *words)
            if ended.code != 0:
                self.row.losses.append(str(ended))
        self.acknowledged = logged(self.copy.project)
        self.work = hand_work(self.copy.project)

    def strike(self, least: float, most: float) -> None:
        """Go on with the run for a random time, then kill it."""
        moment = self.campaign.rng.uniform(least, most)
        process = start(self.copy, "run")
        kill_after(process, moment)
        ended = end(process, ("run",))
        self.row.rounds += 1
        self.row.struck += ended.code in KILLED
        losses = self.wrong()
        if not are_ended(process.pid, 20):
            losses.append("its workers go on")
        self.row.losses += [f"after {moment:.1f} s: {loss}" for loss in losses]
        self.strikes += 1
        if ended.code in KILLED:
            self.mended()
        if ended.code not in KILLED or self.strikes == CHAIN:
            self.come_to_the_end(None if ended.code in KILLED else ended.code)
            self.begin()

    def come_to_the_end(self, code: int | None = None) -> None:
        """See that the run ends, everything is in order, and the work is whole."""
        if code is None:
            code = command(self.copy, "run").code
        losses = self.wrong()
        if code != 0:
            losses.append(f"the run ended with {code}")
        if complaints := findings(self.copy):
            losses.append(f"check says {complaints}")
        self.ended.rounds += 1
        self.ended.clean += not complaints
        self.ended.losses += losses

    def mended(self) -> None:
        """See that what a killed run left is in order, or mended by one command, on a copy."""
        complaints = findings(self.copy)
        if not complaints:
            self.row.clean += 1
            return
        other = self.campaign.copy(self.copy)
        repair_project(other.project, SILENT)
        again = findings(other)
        if again:
            self.row.losses.append(f"check --repair leaves {again}")
        self.row.after["check --repair"] = self.row.after.get("check --repair", 0) + 1
        shutil.rmtree(other.folder)

    def wrong(self) -> list[str]:
        """Edits lost, the private page shown, the originals changed."""
        campaign, project = self.campaign, self.copy.project
        losses = campaign.edits_lost(self.copy, self.acknowledged, campaign.secret)
        if hand_work(project) != self.work:
            losses.append("the hand work is another than it was")
        losses += campaign.shown(self.copy, campaign.secret)
        if contents(self.copy.library) != campaign.originals:
            losses.append("the originals were changed")
        return losses


def carry_out(base: Copy, work: Path, *, seed: int, rounds: int, short: bool) -> Table:
    """The campaign.

    Args:
        base: A project run to its end; only read.
        work: An empty folder.
        seed: Of the random moments.
        rounds: Random moments in all.
        short: Strike at a sample of the steps only.
    """
    campaign = Campaign(base, work, seed)
    most = {"edit": 3, "purge": 5, "undo": 3} if short else {}
    for deed in campaign.deeds():
        campaign.at_steps(deed, most.get(deed.name, 10**6))
    shares = (1, 1, 1) if short else (rounds // 8, rounds // 5, rounds // 8)
    for deed, share in zip(campaign.deeds(), shares, strict=True):
        campaign.at_random(deed, share)
    two_at_once(campaign, 3 if short else rounds // 5)
    runs = Runs(campaign)
    for _ in range(1 if short else rounds - sum(shares) - rounds // 5):
        runs.strike(*((2.0, 3.0) if short else (1.0, 12.0)))
    if not short:
        runs.come_to_the_end()
    return campaign.table


def main(words: Sequence[str] | None = None) -> int:
    """Carry out the campaign as the command line says; 1 on any loss."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true", help="a sample of the steps")
    parser.add_argument("--seed", type=int, default=11, help="of the library and the moments")
    parser.add_argument("--rounds", type=int, default=RANDOM, help="random moments")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        base = prepare(Path(folder, "base"), asked.seed, pages=8)
        table = carry_out(
            base, Path(folder), seed=asked.seed, rounds=asked.rounds, short=asked.short
        )
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
