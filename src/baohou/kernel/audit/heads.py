"""The head of the chain outside the database: a line for each day in a file, and a letter where mail is set up.

Whoever cuts the chain's tail, or computes all of it anew, cannot make it meet a line that was written before. The file
proves as much as it is out of reach of who owns the database: another disk, another machine, a mailbox.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from baohou.core.errors import Refused
from baohou.core.sayings import say
from baohou.kernel.audit import chain
from baohou.kernel.audit.models import Act, Link
from baohou.kernel.audit.services import record_act
from baohou.kernel.watch.readonly import require_writable

BEGIN = "audit.begin_heads"
"""The act that says from when on a file has a line for every day."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Head:
    """The last link as it stood at a moment; ``on`` is the business day it was written out for."""

    on: str
    at: str
    position: int
    act: int
    form: int
    sha256: str


def places() -> list[Path]:
    """The files that heads are appended to."""
    return [Path(place) for place in settings.AUDIT_HEADS]


def write_out(*, on: date) -> Head | None:
    """Link what waits, and write the head into every file and into a letter; None before the first act.

    The first time that a file is written to is an act, so that a file which was there and is gone shows. One that
    cannot be written, or a letter that cannot be sent, is logged and keeps nothing else from being done.
    """
    begun = list_begun()
    if new := [place for place in places() if str(place) not in begun]:
        _note(new, because="", door="day", on=on)
    return _write(on)


def begin_anew(*, because: str, door: str, on: date) -> list[str]:
    """Have the files begin here, and say of each in a sentence what became of it: after a restore, or a loss.

    A file with a line that the chain does not meet is kept beside it under another name. Days before are no longer
    asked of the files; the act says since when and why. Refused while the installation takes no changes, before any
    file is touched.
    """
    require_writable()
    chain.link_pending(everything=True)
    told = []
    for place in places():
        aside = _set_aside(place)
        told.append(f"链头文件 {place} 从现在起重新记" + (f"；原来的与链不符，留作 {aside}" if aside else ""))
    _note(places(), because=because, door=door, on=on)
    _write(on)
    return told


def list_begun() -> dict[str, datetime]:
    """Since when each file has a line for every day that ends."""
    begun = Act.objects.filter(verb=BEGIN).order_by("pk").values_list("at", "facts")
    return {place: at for at, facts in begun for place in facts["places"]}


def _note(files: Iterable[Path], *, because: str, door: str, on: date) -> None:
    with transaction.atomic():
        record_act(verb=BEGIN, door=door, because=because, facts={"on": on, "places": [str(file) for file in files]})


def _set_aside(place: Path) -> Path | None:
    """Give a file another name when it tells of another chain; None when it does not, or there is none."""
    if not place.exists():
        return None
    try:
        lines = [head for _, _, head in read([place])]
    except Refused:
        lines = []
    stored = chain.hashes_at(head.position for head in lines)
    if lines and all(stored.get(head.position) == head.sha256 for head in lines):
        return None
    aside = place.with_name(f"{place.name}.{timezone.localtime():%Y%m%d-%H%M%S}")
    try:
        return place.rename(aside)
    except OSError as fault:
        log.error("%s could not be given another name: %s", place, fault)
        return None


def _write(on: date) -> Head | None:
    chain.link_pending(everything=True)
    link = Link.objects.order_by("-position").first()
    if link is None:
        return None
    at = timezone.now().isoformat(timespec="seconds")
    head = Head(str(on), at, link.position, link.act_id, link.form, link.sha256)
    line = json.dumps(asdict(head), ensure_ascii=False)
    for place in places():
        try:
            _append(place, line)
        except OSError as fault:
            log.error("the head of the chain could not be written to %s: %s", place, fault)
    if settings.AUDIT_MAIL:
        _send(head, line)
    return head


def read(files: Iterable[Path]) -> list[tuple[Path, int, Head]]:
    """(file, line number, head) of each line; Refused when a file is lacking or a line is none of ours."""
    found = []
    for file in files:
        try:
            lines = file.read_text("utf-8").splitlines()
        except OSError as fault:
            raise Refused(
                "audit.heads.unreadable", "链头文件读不出来：%(fault)s", where=str(file), fault=fault
            ) from fault
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append((file, number, Head(**json.loads(line))))
            except (ValueError, TypeError) as fault:
                message = say("第 %(number)s 行不是链头记录，文件被改动过。", number=number)
                raise Refused("audit.heads.malformed", message, where=str(file)) from fault
    return found


def count_waiting() -> int:
    """How many acts wait to be linked."""
    return Act.objects.filter(link__isnull=True).count()


def _append(place: Path, line: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def _send(head: Head, line: str) -> None:
    words = (
        f"{settings.PUBLIC_URL} 的留痕链，业务日 {head.on} 终了时到第 {head.position} 环：\n\n{head.sha256}\n\n"
        f"请保存这封信。要核对时，把下面一行存成文件，运行 baohou verify --heads 文件：\n\n{line}\n"
    )
    try:
        send_mail(f"保后留痕链头 {head.on} 第 {head.position} 环", words, None, settings.AUDIT_MAIL)
    except (OSError, SMTPException) as fault:
        log.error("the head of the chain could not be sent by mail: %s", fault)
