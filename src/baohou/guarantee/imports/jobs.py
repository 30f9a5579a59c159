"""Checking and taking a file that a page has been sent, as jobs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.day.jobs import JobKind, Tell, Wish
from baohou.guarantee.imports.taking import take
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services import uploads
from baohou.kernel.approvals.services import lapse
from baohou.kernel.audit import pairs
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.papers.taking.summary import summarise
from baohou.kernel.saying import languages, spoken

MARKING = "标出差错"
MARKED = "marked.xlsx"
CHANGED = say("提请之后数据已有变动，这个文件现在的结果与复核时看到的不同，没有写入任何内容。请重新检查后再提请。")


def wish_for(*, token: str, kind: str, name: str, mapping: str, how: str = "", door: str = "page") -> Wish:
    """What a job is asked; ``how`` is empty for a check, else whole, update, partial, partial-update, or remove.

    ``mapping`` is the text of the mapping that the file is read by; empty without one.
    """
    return {"token": token, "kind": kind, "name": name, "mapping": mapping, "how": how, "door": door}


def wish_of(upload: ImportUpload, *, how: str = "", door: str = "page") -> Wish:
    """What a job is asked to do with a file that waits."""
    return wish_for(token=upload.token, kind=upload.kind, name=upload.name, mapping=upload.mapping, how=how, door=door)


def seen_as(outcome: dict[str, Any]) -> str:
    """What stands for a file as a check found it: rows, faults and the differences from what is there."""
    counts = [[part[name] for name in ("kind", "read", "same", "faults", "differences")] for part in outcome["parts"]]
    said = json.dumps([counts, outcome["differences"]], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _work(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Check or take the file, the kept one when it was approved."""
    return _take_kept(wish, by, tell) if "kept" in wish else _take_sent(wish, by, tell)


def _take_kept(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Take a file that was approved, when it still is to what is there what its check found; else nothing."""
    kept = wish["kept"]
    file = StoredFile.objects.get(sha256=kept["sha256"])
    with uploads.laid_out(file, kept["mapping_text"]) as (path, mapping):
        try:
            with transaction.atomic(), pairs.checked(by=wish["checked_by"], proposal=wish["proposal"]):
                outcome = _taken(wish, path, mapping, by, tell)
                result = summarise(outcome)
                if not outcome.taken or seen_as(result) != kept["seen"]:
                    raise Refused("guarantee.imports.changed", CHANGED, where=wish["name"])
        except Refused as refusal:
            lapse(number=wish["proposal"], because=refusal.message)
            raise
    uploads.forget(wish["token"])
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
    """Check or take the file; marked copies are kept beside it, and a file that was taken is thrown away."""
    upload, how = uploads.find(wish["token"]), wish["how"]
    if upload is None:
        raise Refused("guarantee.imports.gone", "上传的文件已不在了（只保留一天），请重新上传。", where=wish["name"])
    with uploads.laid_out(upload.file, wish["mapping"]) as (path, mapping):
        outcome = _taken(wish, path, mapping, by, tell)
        if outcome.faults:
            tell(MARKING, 0, 0)
            for language in languages():
                target = path.with_name(MARKED)
                with spoken(language):
                    outcome.marked(target)
                uploads.keep_marked(upload, language=language, content=target.read_bytes())
        elif how and outcome.taken:
            uploads.forget(upload.token)
    return summarise(outcome)


def _place(wish: Wish) -> str:
    return reverse("imports.check", args=[wish["token"]])


CHECK = JobKind("import.check", "检查文件", _work, _place, tells=False)
TAKE = JobKind("import.take", "导入文件", _work, _place)
