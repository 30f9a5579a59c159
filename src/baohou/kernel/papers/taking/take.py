"""One file, one transaction: compare with what is stored, write what is new, and let all stand or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.audit.services import record_act, record_changes
from baohou.kernel.papers.reading import Fault, Mapping, Reading
from baohou.kernel.papers.reading.telling import Tell, tell_nobody, telling
from baohou.kernel.papers.taking.nouns import Fact, Key, Noun, Stored, Written
from baohou.kernel.papers.taking.outcome import Difference, Outcome, Part
from baohou.kernel.papers.taking.writing import chunks

T = TypeVar("T", Fact, Key)
CHECKING, COMPARING, WRITING, REMOVING = "逐行检查", "与已有数据比较", "写入", "删除"
"""What is told while a file is taken."""


@dataclass(frozen=True)
class Source:
    """The file: where it is, what it is called, and how it is mapped."""

    path: Path
    name: str
    mapping: Mapping = field(default_factory=Mapping)


@dataclass(frozen=True)
class Wish:
    """What is asked for, by whom (staff number or empty), through which door, and why."""

    dry_run: bool = False
    update: bool = False
    remove: bool = False
    partial: bool = False
    because: str = ""
    by: str = ""
    door: str = "command"
    today: date = date.max

    def check(self) -> None:
        """Refused when a removal has no reason."""
        if self.remove and not self.because.strip():
            raise Refused("papers.taking.no_reason", "删除必须说明理由（--because）", where="because")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_parts(
    *, source: Source, wish: Wish, parts: Sequence[tuple[type[Noun], Reading]], tell: Tell = tell_nobody
) -> Outcome:
    """Take the readings in their order, in one transaction; roll all back unless the outcome is acceptable."""
    wish.check()
    outcome = Outcome(
        path=source.path,
        digest=digest_of(source.path),
        mapping=source.mapping,
        dry_run=wish.dry_run,
        update=wish.update,
        partial=wish.partial,
    )
    with transaction.atomic():
        for noun, reading in parts:
            taking = _Taking(noun(reading=reading, today=wish.today), wish, source, outcome.digest, tell)
            outcome.parts.append(taking.run())
        outcome.taken = outcome.acceptable and not wish.dry_run
        if not outcome.taken:
            transaction.set_rollback(True)
    return outcome


@dataclass
class _Taking:
    noun: Noun
    wish: Wish
    source: Source
    digest: str
    tell: Tell

    def run(self) -> Part:
        reading = self.noun.reading
        self.part = Part(
            self.noun.kind,
            self.noun.title,
            sheet=reading.sheet,
            read=reading.read,
            faults=reading.faults,
            usable=reading.usable,
        )
        if reading.usable:
            self._remove() if self.wish.remove else self._take()
            part = self.part
            part.notes = [*reading.notes, *self.noun.notes]
            part.left = part.read - part.new - part.changed - part.removed - part.same
            part.faults.sort(key=_place)
        return self.part

    def _take(self) -> None:
        facts = _once(self.noun, list(self._telling(self.noun.facts())))
        self.tell(COMPARING, 0, 0)
        stored = self.noun.stored(facts.keys())
        written = Written()
        for key, fact in facts.items():
            before = stored.get(key)
            if before is None:
                if not self._changes_beside(fact) or self.wish.update:
                    written.added.append(fact)
            elif self._differs(before, fact):
                if self.wish.update:
                    kept = self.noun.kept(before.values, fact.values)
                    written.changed.append((before, fact._replace(values=kept)))
            else:
                self.part.same += 1
        self.part.new, self.part.changed = len(written.added), len(written.changed)
        self._write(written)

    def _changes_beside(self, fact: Fact) -> bool:
        beside = list(self.noun.beside(fact))
        for code, was, now in beside:
            self._difference(fact, code, was, now)
        return bool(beside)

    def _difference(self, fact: Fact, code: str, was: Any, now: Any) -> None:
        header = next(column.header for column in self.noun.columns if column.code == code)
        self.part.differences.append(Difference(fact.number, fact.name, header, was, now, self.part.sheet))

    def _differs(self, before: Stored, fact: Fact) -> bool:
        differing = self.noun.differing(before.values, fact.values)
        if differing:
            was, now = self.noun.shown(before.values), self.noun.shown(fact.values)
            for code in dict.fromkeys(self.noun.compared[i].code for i in differing):
                self._difference(fact, code, was[code], now[code])
        return bool(differing)

    def _telling(self, rows: Iterable[T]) -> Iterator[T]:
        return telling(rows, self.tell, CHECKING, self.part.read)

    def _write(self, written: Written) -> None:
        if not written.added and not written.changed:
            return
        self.tell(WRITING, 0, 0)
        act = self._act("import")
        if written.added:
            self.noun.add(written.added, act)
        if written.changed:
            self.noun.change(written.changed, act)
            rows = [
                (fact.name, self.noun.shown(before.values), self.noun.shown(fact.values))
                for before, fact in written.changed
            ]
            record_changes(act=act, table=self.noun.model._meta.label, rows=rows)
        self.noun.settle(written, act)

    def _remove(self) -> None:
        keys = _once(self.noun, list(self._telling(self.noun.removals())))
        self.tell(REMOVING, 0, 0)
        stored = self.noun.stored(keys.keys())
        gone = self._removed_before([one.name for key, one in keys.items() if key not in stored])
        for key, one in keys.items():
            if key not in stored and one.name in gone:
                self.part.same += 1
            elif key not in stored:
                self.noun.fault(one.number, self.noun.keys[0], one.name, say("没有这条记录，不能删除"))
        found = [(one, stored[key]) for key, one in keys.items() if key in stored]
        found = self._without_obstacles(found)
        self.part.removed = len(found)
        if found:
            act = self._act("remove")
            rows = [(one.name, {"id": row.id, **self.noun.shown(row.values)}, None) for one, row in found]
            record_changes(act=act, table=self.noun.model._meta.label, rows=rows)
            self.noun.remove([row for _, row in found])
            self.noun.settle(Written(removed=found), act)

    def _without_obstacles(self, found: list[tuple[Key, Stored]]) -> list[tuple[Key, Stored]]:
        blocked = set()
        for one, reason in self.noun.obstacles(found):
            self.noun.fault(one.number, self.noun.keys[0], one.name, reason)
            blocked.add(one.key)
        return [pair for pair in found if pair[0].key not in blocked]

    def _removed_before(self, names: list[str]) -> set[str]:
        """Which of these keys an earlier act removed: removing them again changes nothing."""
        gone: set[str] = set()
        for piece in chunks(names):
            rows = Change.objects.filter(table=self.noun.model._meta.label, after__isnull=True, key__in=piece)
            gone.update(rows.values_list("key", flat=True))
        return gone

    def _act(self, verb: str) -> Act:
        facts = {"file": self.source.name, "sha256": self.digest, **self.part.counts()}
        if self.part.sheet:
            facts["sheet"] = self.part.sheet
        return record_act(
            verb=f"{verb}.{self.noun.kind}",
            door=self.wish.door,
            by=self.wish.by,
            because=self.wish.because,
            facts=facts,
        )


def _place(fault: Fault) -> tuple[int, int]:
    return fault.row or 0, fault.place or 0


def _once(noun: Noun, rows: list[T]) -> dict[Hashable, T]:
    """The rows by key; rows of one key in a file are faults, each of them."""
    by_key: dict[Hashable, T] = {}
    twice: set[Hashable] = set()
    for row in rows:
        first = by_key.setdefault(row.key, row)
        if first is not row:
            if row.key not in twice:
                noun.fault(
                    first.number,
                    noun.keys[0],
                    first.name,
                    say("与第 %(number)s 行重复：同一个键只能有一行", number=row.number),
                )
            noun.fault(
                row.number,
                noun.keys[0],
                row.name,
                say("与第 %(number)s 行重复：同一个键只能有一行", number=first.number),
            )
            twice.add(row.key)
    return {key: row for key, row in by_key.items() if key not in twice}
