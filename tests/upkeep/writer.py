"""Someone who writes without a pause, in a process of their own: python -m tests.upkeep.writer NAME.

Each act comes with three changes, and now and then with a file, in one transaction; acts are numbered without gaps.
Ends when its standard input does, and then says how many acts it wrote.
"""

from __future__ import annotations

import select
import sys

import django

django.setup()

from django.db import transaction  # noqa: E402

from baohou.kernel.audit.services import record_act, record_changes  # noqa: E402
from baohou.kernel.papers import records  # noqa: E402

MOST = 20_000


def write(name: str, number: int) -> None:
    """One act with all that belongs to it."""
    with transaction.atomic():
        act = record_act(verb="try.write", door="command", by=name, facts={"number": number})
        record_changes(
            act=act, table="try", rows=[(f"{name}-{number}-{part}", None, {"n": number}) for part in range(3)]
        )
        if number % 5 == 0:
            kept = records.keep(b"%PDF-" + f"{name} {number} startxref %%EOF".encode(), name=f"{number}.pdf")
            records.attach(kind="try", subject_id=number, file=kept.file, name=f"{name}-{number}.pdf", act=act)


def main() -> None:
    name, number = sys.argv[1], 0
    while number < MOST and not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        write(name, number)
        if number == 1:
            print("writing", flush=True)
    print(number, flush=True)


if __name__ == "__main__":
    main()
