"""Checking and taking a file that a page has been sent, as jobs."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.jobs import JobKind, Tell, Wish
from baohou.guarantee.imports.taking import take
from baohou.kernel.approvals.services import lapse
from baohou.kernel.audit import pairs
from baohou.kernel.papers import records
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.papers.taking.summary import summarise
from baohou.kernel.saying import languages, spoken

MARKING = "标出差错"
MARKED = "marked.xlsx"
CHANGED = say("提请之后数据已有变动，这个文件现在的结果与复核时看到的不同，没有写入任何内容。请重新检查后再提请。")


def wish_for(
    *, token: str, kind: str, path: Path, name: str, mapping: Path | None, how: str = "", door: str = "page"
) -> Wish:
    """What a job is asked; ``how`` is empty for a check, else whole, update, partial, partial-update, or remove."""
    return {
        "token": token,
        "kind": kind,
        "path": str(path),
        "name": name,
        "mapping": str(mapping) if mapping else "",
        "how": how,
        "door": door,
    }


def seen_as(outcome: dict[str, Any]) -> str:
    """What stands for a file as a check found it: rows, faults and the differences from what is there."""
    counts = [[part[name] for name in ("kind", "read", "same", "faults", "differences")] for part in outcome["parts"]]
    said = json.dumps([counts, outcome["differences"]], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def find_marked(path: Path) -> Path | None:
    """The marked copy of a file in the reader's language, or at least in some; None when there is none."""
    found = (_marked(path, get_language() or ""), path.with_name(MARKED))
    return next((one for one in found if one.exists()), None)


def _marked(path: Path, language: str) -> Path:
    return path.with_name(MARKED if language == settings.LANGUAGE_CODE else f"{language}-{MARKED}")


def _work(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Check or take the file, the kept one when it was approved."""
    return _take_kept(wish, by, tell) if "kept" in wish else _take_sent(wish, by, tell)


def _take_kept(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Take a file that was approved, when it still is to what is there what its check found; else nothing."""
    kept = wish["kept"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(wish["path"]).name
        path.write_bytes(records.read_file(kept["sha256"]))
        mapping = Path(folder) / "mapping.toml"
        if kept["mapping_text"]:
            mapping.write_text(kept["mapping_text"], encoding="utf-8")
        try:
            with transaction.atomic(), pairs.checked(by=wish["checked_by"], proposal=wish["proposal"]):
                outcome = _taken(wish, path, mapping if kept["mapping_text"] else None, by, tell)
                result = summarise(outcome)
                if not outcome.taken or seen_as(result) != kept["seen"]:
                    raise Refused("guarantee.imports.changed", CHANGED, where=wish["name"])
        except Refused as refusal:
            lapse(number=wish["proposal"], because=refusal.message)
            raise
    shutil.rmtree(Path(wish["path"]).parent, ignore_errors=True)
    return result


def _taken(wish: Wish, path: Path, mapping: Path | None, by: str, tell: Tell) -> Outcome:
    how = wish["how"]
    return take(
        kind=wish["kind"],
        path=path,
        mapping=mapping,
        name=wish["name"],
        dry_run=not how,
        update=how in ("update", "partial-update"),
        remove=how == "remove",
        because=wish.get("because", ""),
        partial=how in ("partial", "partial-update"),
        by=by,
        door=wish.get("door", "page"),
        tell=tell,
    )


def _take_sent(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Check or take the file; marked copies are written beside it, and a file that was taken is thrown away."""
    path, how = Path(wish["path"]), wish["how"]
    if not path.exists():
        raise Refused("guarantee.imports.gone", "上传的文件已不在了（只保留一天），请重新上传。", where=wish["name"])
    mapping = Path(wish["mapping"]) if wish["mapping"] else None
    outcome = _taken(wish, path, mapping, by, tell)
    if outcome.faults:
        tell(MARKING, 0, 0)
        for language in languages():
            with spoken(language):
                outcome.marked(_marked(path, language))
    elif how and outcome.taken:
        shutil.rmtree(path.parent, ignore_errors=True)
    return summarise(outcome)


def _place(wish: Wish) -> str:
    return reverse("imports.check", args=[wish["token"]])


CHECK = JobKind("import.check", "检查文件", _work, _place, tells=False)
TAKE = JobKind("import.take", "导入文件", _work, _place)
