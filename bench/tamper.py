"""script/bench tamper: edit a database and its files at random, as an owner could, and see whether verify says so."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import DataError, IntegrityError, connection, transaction

Rows = list[tuple[Any, ...]]
_COLUMNS: Final = {
    "audit_act": ("at", "by", "door", "verb", "because", "facts", "ip", "request", "agent", "form", "mac", "id"),
    "audit_change": ("act_id", "table", "key", "row", "before", "after", "id"),
    "audit_concern": ("act_id", "noun", "number", "id"),
    "audit_link": ("position", "act_id", "form", "linked_at", "sha256"),
    "accountability_entry": (
        *("duty_key", "seq", "kind", "staff_id", "amount_fen", "dated", "clause", "version_id", "because"),
        *("recorded_at", "duty_kind", "party_id", "subject_id", "department_id", "opens_on", "due_on", "act_id"),
    ),
    "papers_seal": ("code", "kind", "subject_id", "sha256", "content", "sealed_at", "act_id"),
    "papers_signature": ("kind", "subject_id", "role", "name", "staff_no", "signed_at", "act_id"),
    "papers_attachment": ("kind", "subject_id", "name", "taken_at", "act_id"),
    "papers_addendum": ("text", "name", "staff_no", "added_at", "sha256", "act_id"),
    "papers_storedfile": ("sha256", "size"),
    "guarantee_visit": ("summary", "visited_on", "methods", "findings"),
}
"""What is proven column by column; a visit's as far as its report is sealed."""
_KEYS: Final = {"audit_link": "position"}
_SEALED_VISITS: Final = "id IN (SELECT subject_id FROM papers_seal WHERE kind = 'visit_report')"


@dataclass(frozen=True)
class Attempt:
    """One tampering: of what kind, with what, and what verify said first; nothing when it was not found."""

    kind: str
    what: str
    said: str


def attempt(rng: random.Random) -> Attempt:
    """Tamper once, at random, with what the triggers keep an owner from until they are taken down; then undo it."""
    from baohou.kernel.audit import guards

    kind = rng.choices(list(_WAYS), weights=_WEIGHTS)[0]
    files: dict[Path, bytes] = {}
    try:
        with transaction.atomic():
            guards.take_down()
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SET LOCAL session_replication_role = replica")
                what = _WAYS[kind](rng, cursor, files)
            said = _said() if what else "-"
            transaction.set_rollback(True)
    except (IntegrityError, DataError):
        return attempt(rng)  # a constraint of the table refused it: nothing was tampered with
    finally:
        for path, content in files.items():
            path.write_bytes(content)
    return Attempt(kind, what, said) if what else attempt(rng)


def _said() -> str:
    """The first fault that verify names, but for the triggers we took down ourselves."""
    from baohou.kernel.audit.proofs import Asked, carry_out, list_proofs

    for proof in list_proofs():
        if proof.code != "audit.guards":
            faults = carry_out(proof, Asked()).faults
            if faults:
                return f"{proof.title}：{faults[0].message}"
    return ""


def _keys(cursor: Any, table: str) -> list[int]:
    where = f" WHERE {_SEALED_VISITS}" if table == "guarantee_visit" else ""
    cursor.execute(f"SELECT {_KEYS.get(table, 'id')} FROM {table}{where} ORDER BY 1")
    return [key for (key,) in cursor.fetchall()]


def _pick(rng: random.Random, cursor: Any, among: list[str]) -> tuple[str, int] | None:
    table = rng.choice(among)
    keys = _keys(cursor, table)
    return (table, rng.choice(keys)) if keys else None


def _change(rng: random.Random, cursor: Any, table: str, column: str, key: int) -> str:
    """Give one column of one row another value of its kind."""
    name, where = connection.ops.quote_name(column), _KEYS.get(table, "id")
    cursor.execute(f"SELECT {name} FROM {table} WHERE {where} = %s", [key])
    (before,) = cursor.fetchone()
    as_text = "::text" if connection.vendor == "postgresql" else ""
    cursor.execute(f"SELECT {name}{as_text} FROM {table} WHERE {where} = %s", [key])
    (text,) = cursor.fetchone()
    after = text
    while str(after) == str(text):
        after = _other(rng, table, column, before, text)
    cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {where} = %s", [after, key])
    return f"{table} {key}.{column}: {str(text)[:40]!r} → {str(after)[:40]!r}"


def _other(rng: random.Random, table: str, column: str, before: Any, text: Any) -> Any:
    if column == "after" and '"each"' in str(text) and rng.random() < 0.8:
        return _one_of_many(rng, str(text))
    if column in ("facts", "before", "after", "content", "findings"):
        return '{"made": "up"}' if before is None or rng.random() < 0.5 else '{"x": ' + str(rng.randint(0, 9)) + "}"
    if column.endswith("_at") or column == "at":
        return f"20{rng.randint(10, 25)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)} 01:02:03.{rng.randint(1, 999999):06}"
    if column.endswith("_on") or column == "dated":
        return f"20{rng.randint(10, 25)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
    if isinstance(before, int) or column in ("row", "number", "act_id", "party_id", "subject_id", "department_id"):
        small = column in ("seq", "kind", "duty_kind", "form", "seq")
        return (before or 0) + (rng.randint(1, 50) if small else rng.randint(1_000, 9_000))
    letters = str(text or "")
    place = rng.randrange(len(letters) + 1)
    return (letters[:place] + rng.choice("abcdef甲乙丙") + letters[place + 1 :])[:60] if letters else "x"


def _one_of_many(rng: random.Random, text: str) -> str:
    """One value of one row that shares its place with many."""
    chunk = json.loads(text)
    values = chunk["each"][rng.choice(sorted(chunk["each"]))]
    values[rng.randrange(len(values))] = rng.choice([None, rng.randint(1_000_000, 9_000_000), "甲乙丙丁"])
    return json.dumps(chunk, ensure_ascii=False)


def _row_changed(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    picked = _pick(rng, cursor, list(_COLUMNS))
    if picked is None:
        return ""
    table, key = picked
    if table == "audit_link" or rng.random() < 0.9:
        return _change(rng, cursor, table, rng.choice(_COLUMNS[table]), key)
    return "; ".join(_change(rng, cursor, table, column, key) for column in _COLUMNS[table][:2])


def _row_deleted(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    picked = _pick(rng, cursor, [name for name in _COLUMNS if name != "papers_storedfile"])
    if picked is None:
        return ""
    table, key = picked
    cursor.execute(f"DELETE FROM {table} WHERE {_KEYS.get(table, 'id')} = %s", [key])
    return f"{table} {key}"


def _rows_swapped(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    table = rng.choice(["audit_act", "audit_change", "audit_concern", "audit_link"])
    keys = _keys(cursor, table)
    if len(keys) < 2:
        return ""
    one, other = rng.sample(keys, 2)
    key = _KEYS.get(table, "id")
    for was, becomes in ((one, -1), (other, one), (-1, other)):
        cursor.execute(f"UPDATE {table} SET {key} = %s WHERE {key} = %s", [becomes, was])
    return f"{table} {one} ↔ {other}"


def _tail_cut(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    """The last links go with their acts and all their rows, as if nothing had been."""
    positions = _keys(cursor, "audit_link")
    first = positions[-rng.randint(1, min(5, len(positions)))]
    acts = "(SELECT act_id FROM audit_link WHERE position >= %s)"
    for table in ("audit_change", "audit_concern"):
        cursor.execute(f"DELETE FROM {table} WHERE act_id IN {acts}", [first])
    cursor.execute(f"CREATE TEMP TABLE cut AS SELECT act_id FROM audit_link WHERE position >= {first}")
    cursor.execute("DELETE FROM audit_link WHERE position >= %s", [first])
    cursor.execute("DELETE FROM audit_act WHERE id IN (SELECT act_id FROM cut)")
    cursor.execute("DROP TABLE cut")
    return f"from {first}"


def _row_inserted(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    table = rng.choice(["audit_act", "audit_change", "audit_concern", "accountability_entry", "papers_signature"])
    keys = _keys(cursor, table)
    if not keys:
        return ""
    cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [rng.choice(keys)])
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    row["id"] = keys[-1] + rng.randint(1, 50)
    if table == "accountability_entry":
        row["seq"] += 20
    if table == "papers_signature":
        row["role"] += "2"
    if table == "audit_act":
        row["by"] = "9999"
    names = ", ".join(connection.ops.quote_name(name) for name in row)
    values = [_as_stored(value) for value in row.values()]
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(row))})", values)
    return f"{table} {row['id']}"


def _as_stored(value: Any) -> Any:
    if isinstance(value, dict | list):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value


def _chain_made_anew(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    """An act is changed and every hash from there on computed anew by our own program, key and all."""
    from baohou.kernel.audit import chain
    from baohou.kernel.audit.models import Act, Link

    first = rng.choice(_keys(cursor, "audit_link"))
    link = Link.objects.get(position=first)
    Act.objects.filter(pk=link.act_id).update(by="0000")
    changed = Act.objects.get(pk=link.act_id)
    Act.objects.filter(pk=link.act_id).update(mac=chain.mac_of(changed))
    before = Link.objects.filter(position=first - 1).first()
    previous = before.sha256 if before else chain.GENESIS
    for one in Link.objects.filter(position__gte=first).order_by("position"):
        previous = chain.hash_of(chain.in_full(Act.objects.filter(pk=one.act_id)).get(), one, previous)
        Link.objects.filter(pk=one.pk).update(sha256=previous)
    return f"from {first}"


def _file_changed(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    return _with_file(rng, files, lambda path, content: path.write_bytes(_flipped(rng, content)))


def _file_removed(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    return _with_file(rng, files, lambda path, content: path.unlink())


def _with_file(rng: random.Random, files: dict[Path, bytes], do: Callable[[Path, bytes], object]) -> str:
    from baohou.kernel.papers.models import StoredFile
    from baohou.kernel.papers.records import path_of

    kept = list(StoredFile.objects.order_by("pk").values_list("sha256", flat=True))
    if not kept:
        return ""
    path = path_of(rng.choice(kept))
    files[path] = path.read_bytes()
    do(path, files[path])
    return path.name[:12]


def _flipped(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << rng.randrange(8))]) + content[place + 1 :]


def _heads_changed(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    """The file outside is edited itself: then it and the chain contradict each other."""
    from baohou.kernel.audit import heads

    path = heads.places()[0]
    files[path] = path.read_bytes()
    text = files[path].decode()
    start = text.rindex('"sha256": "') + 11
    place = start + rng.randrange(64)
    path.write_text(text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :])
    return path.name


def _amount_changed(rng: random.Random, cursor: Any, files: dict[Path, bytes]) -> str:
    """Money moved from one entry to another, so that the sum stays."""
    keys = _keys(cursor, "accountability_entry")
    if len(keys) < 2:
        return ""
    fen = rng.randint(1, 100)
    one, other = rng.sample(keys, 2)
    for key, sign in ((one, 1), (other, -1)):
        cursor.execute("UPDATE accountability_entry SET amount_fen = amount_fen + %s WHERE id = %s", [sign * fen, key])
    return f"{fen} fen {other} → {one}"


_WAYS: Final[dict[str, Callable[[random.Random, Any, dict[Path, bytes]], str]]] = {
    "row changed": _row_changed,
    "row deleted": _row_deleted,
    "rows swapped": _rows_swapped,
    "row inserted": _row_inserted,
    "tail cut": _tail_cut,
    "chain made anew": _chain_made_anew,
    "file byte flipped": _file_changed,
    "file removed": _file_removed,
    "head outside changed": _heads_changed,
    "ledger amounts moved": _amount_changed,
}
_WEIGHTS: Final = [5, 2, 1, 2, 1, 1, 1, 1, 1, 1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench tamper", description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        _run(given.times, given.seed)
        return
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "BAOHOU_VAR": folder}
        inside = [sys.executable, "-m", "bench.tamper", "--inside", "--times", str(given.times)]
        sys.exit(subprocess.run([*inside, "--seed", str(given.seed)], env=environ).returncode)


def _run(times: int, seed: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baohou.config.settings")
    import django

    django.setup()
    from bench.tampered import make_company

    make_company()
    rng, tried, missed, begun = random.Random(seed), Counter[str](), [], time.perf_counter()
    if said := _said():
        sys.exit(f"before anything was touched: {said}")
    for _ in range(times):
        done = attempt(rng)
        tried[done.kind] += 1
        if not done.said:
            missed.append(done)
    for kind, count in sorted(tried.items()):
        print(f"{kind:24}{count:6}  missed {sum(1 for one in missed if one.kind == kind)}")
    for one in missed:
        print(f"NOT FOUND: {one.kind}: {one.what}")
    print(f"seed {seed}: {times - len(missed)} of {times} found, {time.perf_counter() - begun:.0f} s")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
