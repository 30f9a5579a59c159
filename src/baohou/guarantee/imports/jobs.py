"""Checking and taking a file that a page has been sent, as jobs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.urls import reverse

from baohou.core.errors import Refused
from baohou.day.jobs import JobKind, Tell, Wish
from baohou.guarantee.imports.taking import take
from baohou.kernel.papers.taking.summary import summarise

MARKING = "标出差错"
MARKED = "marked.xlsx"


def wish_for(
    *, token: str, kind: str, path: Path, name: str, mapping: Path | None, how: str = "", door: str = "page"
) -> Wish:
    """What a job is asked; ``how`` is empty for a check, else whole, update, partial or partial-update."""
    return {
        "token": token,
        "kind": kind,
        "path": str(path),
        "name": name,
        "mapping": str(mapping) if mapping else "",
        "how": how,
        "door": door,
    }


def _work(wish: Wish, by: str, tell: Tell) -> dict[str, Any]:
    """Check or take the file; its marked copy is written beside it, and a file that was taken is thrown away."""
    path, how = Path(wish["path"]), wish["how"]
    if not path.exists():
        raise Refused("guarantee.imports.gone", "上传的文件已不在了（只保留一天），请重新上传。", where=wish["name"])
    outcome = take(
        kind=wish["kind"],
        path=path,
        mapping=Path(wish["mapping"]) if wish["mapping"] else None,
        name=wish["name"],
        dry_run=not how,
        update=how in ("update", "partial-update"),
        partial=how in ("partial", "partial-update"),
        by=by,
        door=wish.get("door", "page"),
        tell=tell,
    )
    if outcome.faults:
        tell(MARKING, 0, 0)
        outcome.marked(path.with_name(MARKED))
    elif how and outcome.taken:
        shutil.rmtree(path.parent, ignore_errors=True)
    return summarise(outcome)


def _place(wish: Wish) -> str:
    return reverse("imports.check", args=[wish["token"]])


CHECK = JobKind("import.check", "检查文件", _work, _place, tells=False)
TAKE = JobKind("import.take", "导入文件", _work, _place)
