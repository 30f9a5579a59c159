"""A file that changes what is there waits for a second pair of eyes, kept, and is taken as a job once approved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say, together
from baohou.day.jobs import start
from baohou.day.models import Job, JobState
from baohou.guarantee.imports.jobs import CHECK, TAKE, seen_as, wish_for
from baohou.guarantee.models import ImportUpload
from baohou.guarantee.services.uploads import keep_content
from baohou.kernel.approvals.kinds import Kind, Order, Payload, Row
from baohou.kernel.approvals.models import Proposal
from baohou.kernel.approvals.queries import list_pending_of
from baohou.kernel.approvals.services import Asked, Draft, ask
from baohou.kernel.papers import records
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.papers.taking.summary import summarise
from baohou.kernel.people.access import Person, Right

_GIVES: Final = frozenset({"staff", "grades"})
"""Kinds of file of which new rows change what is there: a person's post, a client's grade."""
_WITHOUT_UPDATE: Final = {"update": "whole", "partial-update": "partial"}


def needs_eyes(outcome: Mapping[str, Any], how: str) -> bool:
    """Whether taking a file, as it was checked, changes records that are there, or gives people posts or grades."""
    if how == "remove" or (how in _WITHOUT_UPDATE and outcome.get("difference_count")):
        return True
    return any(part["kind"] in _GIVES and part["new"] for part in outcome.get("parts", ()))


def plainest(outcome: Mapping[str, Any], how: str) -> str:
    """The way to take a file that was found to differ nowhere: without leave to change what is there."""
    return how if outcome.get("difference_count") else _WITHOUT_UPDATE.get(how, how)


def ask_import(
    upload: ImportUpload, *, how: str, seen: Job, by: Person, on: date, door: str, because: str = ""
) -> Asked:
    """Ask for a file to be taken as its last check (``seen``) found it; its bytes are kept until then."""
    outcome = seen.result
    new, gone = (sum(part[name] for part in outcome["parts"]) for name in ("new", "removed"))
    name = upload.name
    title = say("%(name)s：%(n)s 处与已有数据不同，新增 %(new)s 行", name=name, n=outcome["difference_count"], new=new)
    return ask(
        Draft(
            kind=IMPORT.code,
            subject=upload.file.sha256,
            title=say("%(name)s：删除 %(n)s 行", name=name, n=gone) if how == "remove" else title,
            because=because,
            payload={
                "token": upload.token,
                "kind": upload.kind,
                "name": name,
                "mapping": upload.mapping,
                "how": how,
                "sha256": upload.file.sha256,
                "seen": seen_as(outcome),
                "job": seen.pk,
            },
        ),
        by=by,
        on=on,
        door=door,
    )


def ask_typed(
    *, kind: str, path: Path, mapping: Path | None, outcome: Outcome, how: str, because: str, by: Person, on: date
) -> Asked | None:
    """Ask for a file that a command names to be taken as was found; None where it changes nothing that is there."""
    found = summarise(outcome)
    how = plainest(found, how)
    if not outcome.acceptable or not needs_eyes(found, how):
        return None
    ending = path.suffix.lower().removeprefix(".")
    mapped = mapping.read_text("utf-8") if mapping else ""
    upload = keep_content(kind=kind, name=path.name, content=path.read_bytes(), ending=ending, mapping=mapped)
    told = {"kind": CHECK.code, "by": by.actor, "name": path.name[:255], "reference": upload.token, "result": found}
    seen = Job.objects.create(**told, active=False, state=JobState.DONE, ended_at=timezone.now())
    return ask_import(upload, how=how, seen=seen, because=because, by=by, on=on, door="command")


def list_pending_imports(token: str = "") -> list[Proposal]:
    """The files that wait, or those sent under a token."""
    return [one for one in list_pending_of(IMPORT.code) if token in ("", one.payload["token"])]


def _carry_out(order: Order) -> Job:
    said = order.payload
    wish = wish_for(
        token=said["token"],
        kind=said["kind"],
        name=said["name"],
        mapping="",
        how=said["how"],
        door=order.door,
    )
    kept = {name: said[name] for name in ("sha256", "seen")} | {"mapping_text": said["mapping"]}
    wish |= {"kept": kept, "proposal": order.proposal, "checked_by": order.checked_by, "because": order.because}
    return start(kind=TAKE.code, by=order.actor, wish=wish, name=said["name"], reference=said["token"])


def _stamp(payload: Payload) -> str:
    """Of the file alone: it is the job that compares, and takes nothing when what it finds is not what was seen."""
    try:
        with records.open_file(payload["sha256"]) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError as gone:
        raise Refused("guarantee.imports.gone", "存下的文件已不在了，请退回，由提请人重新上传。") from gone


def _rows(payload: Payload) -> list[Row]:
    """What the check found: how many rows of each kind, and the first differences."""
    job = Job.objects.filter(pk=payload["job"]).first()
    outcome = job.result if job else {}
    rows: list[Row] = []
    for part in outcome.get("parts", ()):
        read, new, n = part["read"], part["new"], part["differences"]
        after = say("新增 %(new)s 行，%(n)s 处不同", new=new, n=n)
        if part["removed"]:
            after = say("删除 %(n)s 行", n=part["removed"])
        rows.append((say(part["title"]), say("读到 %(n)s 行", n=read), after))
    for one in outcome.get("differences", ()):
        where = (one["sheet"], say("第 %(n)s 行", n=one["row"]), one["name"], say(one["column"]))
        rows.append((together((said for said in where if said), " "), one["before"], one["after"]))
    return rows


def _place(payload: Payload) -> str:
    return reverse("imports")


IMPORT = Kind(
    code="import",
    title="改动已有数据的导入",
    right=Right.CHECK_IMPORT,
    carry_out=_carry_out,
    stamp=_stamp,
    place=_place,
    rehearsed=False,
    rows=_rows,
)
