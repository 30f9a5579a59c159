"""The proof: what the books say was taken stands there once, what was refused is not there, and nothing is held."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from bench.faults.book import Book, Deed, Fate
from bench.faults.house import House
from bench.faults.nursery import LEASE
from bench.faults.sinks import Sinks

_PIECE: Final = 500


def counted(deeds: Iterable[Deed]) -> list[str]:
    """What does not hold of deeds that have ended: lost, doubled, or done although refused."""
    by_kind: dict[str, list[Deed]] = {}
    for deed in deeds:
        by_kind.setdefault(deed.kind.removesuffix(" page"), []).append(deed)
    wrong = []
    for kind, those in by_kind.items():
        for what, count in _TOLD_BY[kind].items():
            for start in range(0, len(those), _PIECE):
                piece = those[start : start + _PIECE]
                found = count([deed.mark for deed in piece])
                wrong += [fault for deed in piece if (fault := _fault(deed, what, found[deed.mark]))]
    return wrong


def _fault(deed: Deed, what: str, found: int) -> str:
    wanted = 1 if deed.fate is Fate.TAKEN else 0
    if what in ("seals", "photos"):
        wanted *= deed.about.get("files", 0) if what == "photos" else 1
    if what == "waivers by decision" and not deed.about["waives"]:
        wanted = 0
    if found == wanted:
        return ""
    # A form has no key: who was not answered sends it again, and may be told that it stands there already.
    if deed.is_of_page and deed.fate is Fate.REFUSED and deed.lost and found == 1:
        return ""
    word = "LOST" if found < wanted else "DOUBLED" if found > 1 else "DONE THOUGH REFUSED"
    return f"{word}: {deed.kind} {deed.mark}: {what} {found}, not {wanted} (answers: {deed.answers[-3:]})"


def _of(model: str, field: str, **where: Any) -> Callable[[list[str]], Counter[str]]:
    """Counts the rows of a model by a field that holds the mark."""

    def count(marks: list[str]) -> Counter[str]:
        from django.apps import apps

        rows = apps.get_model(model).objects.filter(**{f"{field}__in": marks}, **where)
        return Counter(rows.values_list(field, flat=True))

    return count


def _grades(marks: list[str]) -> Counter[str]:
    """Grades as they stand, and those that somebody else's of the same day replaced, as the history tells."""
    from baohou.guarantee.models import GradeChange
    from baohou.kernel.audit.models import Change

    found = Counter(GradeChange.objects.filter(because__in=marks).values_list("because", flat=True))
    replaced = Change.objects.filter(table="guarantee_gradechange", before__because__in=marks)
    found.update(replaced.values_list("before__because", flat=True))
    return found


def _papers(model: str, to_number: str, **where: Any) -> Callable[[list[str]], Counter[str]]:
    """Counts what belongs to the papers of visits."""

    def count(marks: list[str]) -> Counter[str]:
        from django.apps import apps

        from baohou.guarantee.models import Visit

        visits = dict(Visit.objects.filter(summary__in=marks).values_list("pk", "summary"))
        rows = apps.get_model(model).objects.filter(subject_id__in=visits, **where)
        return Counter(visits[number] for number in rows.values_list(to_number, flat=True))

    return count


_TOLD_BY: Final[dict[str, dict[str, Callable[[list[str]], Counter[str]]]]] = {
    "visit": {
        "visits": _of("guarantee.Visit", "summary"),
        "seals": _papers("papers.Seal", "subject_id", kind="visit_report"),
        "photos": _papers("papers.Attachment", "subject_id", kind="visit_report"),
    },
    "grade": {"grades": _grades, "acts": _of("audit.Act", "because")},
    "order": {"orders": _of("guarantee.SpecialOrder", "because"), "acts": _of("audit.Act", "because")},
    "waiver": {"entries": _of("accountability.Entry", "because"), "acts": _of("audit.Act", "because")},
    "appeal": {"appeals": _of("accountability.Appeal", "text"), "acts": _of("audit.Act", "because")},
    "decision": {
        "decisions": _of("accountability.AppealDecision", "because"),
        "waivers by decision": _of("accountability.Entry", "because"),
    },
    "addendum": {"addenda": _of("papers.Addendum", "text")},
    "plan": {},
}
"""By kind of deed: what stands in the database for it, counted by its mark."""


def planned(book: Book) -> list[str]:
    """The day that stands for a planned visit is the last one that was taken for it."""
    from baohou.guarantee.models import PlannedDate

    last: dict[int, Deed] = {}
    for deed in book.ended(Fate.TAKEN):
        if deed.kind == "plan":
            last[deed.about["duty"]] = deed
    stands = {row.duty_key: row for row in PlannedDate.objects.filter(duty_key__in=list(last))}
    wrong = []
    for duty, deed in last.items():
        row = stands.get(duty)
        if row is None or row.note != deed.mark or row.planned_on.isoformat() != deed.about["planned_on"]:
            wrong.append(f"LOST: plan {deed.mark} of {duty}: {row.note if row else 'nothing'} stands there")
    return wrong


def held() -> list[str]:
    """Locks, leases and keys that somebody dead still holds; asked when nobody is at work and all leases are over."""
    from django.db import connection
    from django.utils import timezone

    from baohou.kernel.api.models import Call
    from baohou.kernel.outbox.models import Message, State

    now = timezone.now()
    wrong = []
    over = Call.objects.filter(ended_at__isnull=True, lease_until__gt=now + LEASE).count()
    wrong += [f"LOCKED: {over} keys beyond their lease"] if over else []
    stuck = Message.objects.filter(state=State.SENDING, leased_until__lt=now - 4 * LEASE).count()
    wrong += [f"LOCKED: {stuck} messages beyond their lease"] if stuck else []
    if connection.vendor == "postgresql":
        asks = {
            "advisory locks": "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()",
            "prepared transactions": "SELECT count(*) FROM pg_prepared_xacts",
            "transactions that idle": "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' "
            "AND now() - state_change > interval '5 seconds' AND datname = current_database()",
        }
        with connection.cursor() as cursor:
            for what, ask in asks.items():
                cursor.execute(ask)
                (found,) = cursor.fetchone()
                wrong += [f"LOCKED: {found} {what}"] if found else []
    return wrong


def claimed() -> list[str]:
    """Keys that were claimed and never answered, once everybody has been answered."""
    from baohou.kernel.api.models import Call

    left = Call.objects.filter(ended_at__isnull=True).count()
    return [f"LOCKED: {left} keys are claimed by nobody"] if left else []


def sent(sinks: Sinks) -> tuple[list[str], dict[str, int]]:
    """The outbox against what was taken outside; and how many messages were sent, sent again, given up."""
    from baohou.kernel.outbox.models import Message, State

    wrong, figures = [], Counter[str]()
    taken = {"mail": sinks.mails, "sms": sinks.texts}
    known: dict[str, set[str]] = {"mail": set(), "sms": set()}
    for message in Message.objects.iterator():
        number = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        known[message.channel].add(number)
        times = taken[message.channel][number]
        figures[f"{message.channel} {message.state}"] += 1
        if message.state == State.SENT and not times:
            wrong.append(f"LOST: {message} is marked as sent and was not taken")
        if times > 1 and message.channel == "sms":
            wrong.append(f"DOUBLED: {message} was sent {times} times")
        figures["mail sent again under its Message-ID"] += max(0, times - 1) if message.channel == "mail" else 0
        if message.state in (State.WAITING, State.SENDING, State.FAILED):
            wrong.append(f"LOST: {message} still waits ({message.state}, {message.attempts} tries, {message.error})")
    for channel, numbers in known.items():
        if strangers := set(taken[channel]) - numbers:
            wrong.append(f"DONE THOUGH REFUSED: {len(strangers)} {channel} sent of what was undone")
    return wrong, dict(figures)


def drained(seconds: float) -> bool:
    """Wait until the outbox is empty."""
    from baohou.kernel.outbox.models import Message, State

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not Message.objects.filter(state__in=(State.WAITING, State.SENDING, State.FAILED)).exists():
            return True
        time.sleep(0.3)
    return False


def commands(house: House, *, whole: bool) -> list[str]:
    """The program's own proofs: `baohou day --verify`, and `baohou verify`."""
    wrong = []
    for argv in (["day", "--verify"], ["verify", "--all"]) if whole else (["day", "--verify"],):
        code, said = house.command(*argv)
        wrong += [f"baohou {' '.join(argv)} ended with {code}:\n{said[-3000:]}"] if code else []
    return wrong
