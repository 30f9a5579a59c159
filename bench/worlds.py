"""script/bench worlds [COUNT [SEED]]: random worlds played through the day, each held to the slow, plain oracle.

Worlds are played bit by bit, with what is stored compared after every run, then run again, verified and rebuilt. Most
are played twenty-five side by side (a run costs the same for one as for many), one in twenty-five alone. A failure is
named by its mode and seed and played again with --replay crowd:17. On SQLite, two at a time; with DATABASE_URL on that.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from random import Random

CROWD = 25
ALONE_OF = 25


def main(count: int, seed: int, *, replay: str | None = None, workers: int = 2) -> int:
    """Play so many worlds from a seed on; prints figures and failures; 1 when anything failed."""
    begun = time.monotonic()
    names = [replay] if replay else names_of(count, seed)
    if os.environ.get("DATABASE_URL"):
        workers = 1
    figures: Counter[str] = Counter()
    failures: list[tuple[str, str]] = []
    with multiprocessing.get_context("spawn").Pool(workers, prepare) as pool:
        for done, (name, counted, failure) in enumerate(pool.imap_unordered(play_one, names), start=1):
            figures.update(counted)
            if failure:
                failures.append((name, failure))
                print(f"\nFAILED {name}: {failure}", flush=True)
            if sys.stderr.isatty() or done % 20 == 0 or done == len(names):
                print(f"{figures['worlds']} worlds, {len(failures)} failed", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begun
    print(f"{figures['worlds']:,} worlds in {seconds:,.0f} s: {figures['runs']:,} runs of the day compared,")
    print(f"{figures['acts']:,} facts recorded, changed or removed; at the ends {figures['duties']:,} duties,")
    print(f"{figures['entries']:,} entries ({figures['reversals']:,} reversals, {figures['waivers']:,} waivers),")
    print(f"{figures['nets']:,} nets that are not zero; {figures['aside']:,} facts set aside.")
    print(f"{len(failures)} failed." + "".join(f"\n  script/bench worlds --replay {name}" for name, _ in failures))
    return int(bool(failures))


def names_of(count: int, seed: int) -> list[str]:
    """Which worlds to play: mode and seed of each."""
    alone = max(1, count // ALONE_OF)
    crowds = -(-max(0, count - alone) // CROWD)
    return [f"crowd:{seed + n}" for n in range(crowds)] + [f"alone:{seed + n}" for n in range(alone)]


def prepare() -> None:
    """A process that plays worlds gets a database of its own, thrown away with it."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    folder = tempfile.mkdtemp(prefix="baohou-worlds-")
    os.environ["BAOHOU_VAR"] = folder
    import atexit
    import shutil

    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def play_one(name: str) -> tuple[str, Counter[str], str]:
    """Play one crowd or one world: its figures, and what went wrong or nothing."""
    from django.db import DatabaseError
    from polars.exceptions import PolarsError
    from tests.day.playing import compare, play
    from tests.oracle.database import thrown_away
    from tests.oracle.worlds import make_crowd, make_world

    from baohou.core.errors import Refused
    from baohou.day import engine

    mode, seed = name.split(":")
    rng = Random(f"{mode} {seed}")
    worlds = make_crowd(rng, CROWD) if mode == "crowd" else [make_world(rng)]
    figures = Counter(
        worlds=len(worlds), runs=len(worlds) * len(worlds[0].runs), acts=sum(len(world.acts) for world in worlds)
    )
    try:
        with thrown_away():
            facts = play(worlds, rng)
            end = worlds[0].end
            if any(one.guarantees for one in facts):
                assert engine.run(on=end).differences == 0, "a second run found something to do"
                assert engine.verify().differences == 0, "--verify found something to change"
                assert engine.run(on=end, rebuild=True).differences == 0, "--rebuild found something to change"
                compare(facts, end)
            figures.update(count())
    except (AssertionError, Refused, DatabaseError, PolarsError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return name, figures, f"{type(error).__name__} {error} ({where.filename}:{where.lineno})"[:2000]
    return name, figures, ""


def count() -> Counter[str]:
    from tests.oracle.database import stored_nets

    from baohou.day.models import SetAside
    from baohou.kernel.accountability.models import Entry, EntryKind
    from baohou.kernel.duties.models import Duty

    return Counter(
        duties=Duty.objects.count(),
        entries=Entry.objects.count(),
        reversals=Entry.objects.filter(kind=EntryKind.REVERSAL).count(),
        waivers=Entry.objects.filter(kind=EntryKind.WAIVER).count(),
        nets=len(stored_nets()),
        aside=SetAside.objects.count(),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="script/bench worlds", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("--replay", help="mode and seed of one failure, e.g. crowd:17")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    sys.exit(main(given.count, given.seed, replay=given.replay, workers=given.workers))
