"""Fail one write after the other of what some ask for while others work, and prove that nothing is wrong afterwards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from bench.faults.broken import Broken
from bench.faults.kills import Run, at_work

_REQUESTS: Final = {
    "visit": 3,
    **dict.fromkeys(("visit page", "grade", "grade page", "order", "order page", "plan", "appeal"), 1),
    **dict.fromkeys(("waiver", "waiver page", "decision", "addendum", "addendum page"), 1),
}
"""What staff do, and in how many requests."""
_PROVE_EVERY: Final = 60.0


def run(*, most: int, seed: int, folder: Path, sqlite: bool, durable: bool, minutes: float, clients: int) -> int:
    """Fail ``most`` writes, or with 0 every write of every kind of request; 1 when anything did not hold."""
    with at_work(folder, seed=seed, sqlite=sqlite, durable=durable, clients=clients) as played:
        broken, since = Broken(most), time.monotonic()
        for worker in played.workers:
            worker.broken = broken
            worker.start()
        played.recovers("start", since)
        _go_on(played, broken, since + minutes * 60)
        played.prove(whole=True)
        print(_told(broken, time.monotonic() - since), flush=True)
        print(played.tell(0), flush=True)
        return played.ended(f"write {sum(broken.failed.values())}", folder)


def _go_on(played: Run, broken: Broken, until: float) -> None:
    """Until all have failed, or time is over, or something did not hold."""
    proven = time.monotonic()
    while broken.left(_REQUESTS) and not played.figures.breaches and time.monotonic() < until:
        played.let_work(0.2)
        if time.monotonic() > proven + _PROVE_EVERY:
            played.prove(whole=False)
            proven = time.monotonic()
            print(f"… {sum(broken.failed.values())} writes failed, {len(played.proven):,} writes proven", flush=True)


def _told(broken: Broken, seconds: float) -> str:
    lines = [f"writes failed       {sum(broken.failed.values()):,} in {seconds:,.0f} s"]
    for (kind, step), count in sorted(broken.failed.items()):
        most = broken.longest[kind, step]
        lines.append(
            f"  {kind + (f', {step + 1}' if _REQUESTS[kind] > 1 else ''):<18}{count:>4}, up to its write {most}"
        )
    if left := broken.left(_REQUESTS):
        lines.append("not all of          " + ", ".join(f"{kind} {step + 1}" for kind, step in left))
    return "\n".join(lines)
