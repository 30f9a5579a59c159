"""The company that people work for while everything is killed: clients, penalties, log-ins, tokens, addresses."""

from __future__ import annotations

import json
import tempfile
from datetime import date, time
from pathlib import Path
from typing import Any, Final

WANTED: Final = {"project_manager": 4, "department_manager": 2, "risk_manager": 1, "general_manager": 1}
"""How many of each post work."""


def found(told: Path, wish: dict[str, Any]) -> None:
    """Found it by the program's own verbs, and write down who works there and on what."""
    from django.core.management import call_command

    from baohou.day import engine
    from baohou.guarantee.imports import take
    from baohou.guarantee.imports.sample import write_sample
    from baohou.kernel.approvals.services import set_check
    from baohou.kernel.notices.preferences import set_company_hours
    from baohou.kernel.rulebook.services import load_shipped

    on = date.fromisoformat(wish["on"])
    call_command("migrate", verbosity=0, interactive=False)
    load_shipped(door="command")
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        write_sample(clients=wish["clients"], seed=wish["seed"], on=on, path=book)
        assert take(kind="workbook", path=book, today=on).taken
    engine.run(on=on)
    night = time(0)
    set_company_hours(digest_at=time(8), quiet_from=night, quiet_to=night, actor="admin", door="command")
    for kind in ("penalty.waive", "grade.risk"):
        # What waits for a second person is another test's: here everything that is asked for happens at once.
        set_check(kind=kind, on=False, because="演练", actor="admin", door="command")
    workers = _workers(on)
    people = [engage(number, worker, on) for number, worker in enumerate(workers)]
    for number, (staff, _) in enumerate(workers):
        _reach(number, staff)
    managers = [one["staff"] for one in people if one["post"] == "project_manager"]
    told.write_text(json.dumps([one | {"managers": managers} for one in people]))


def _workers(on: date) -> list[Any]:
    """The postings of those who are to work, with clients in force where they need some."""
    from baohou.kernel.people.models import Post
    from baohou.kernel.people.queries import list_holders

    found: list[Any] = []
    for post, wanted in WANTED.items():
        people = sorted(list_holders(post=Post(post), on=on), key=lambda one: (-len(_clients(one, post, on)), one.pk))
        found += [(one, post) for one in people[:wanted]]
    return found


def engage(number: int, worker: tuple[Any, str], on: date) -> dict[str, Any]:
    """Give someone a log-in with a session, and a token; tell what there is to work on."""
    from django.contrib.auth.models import User
    from django.test import Client

    from baohou.kernel.api.tokens import make_own_token, scopes_of
    from baohou.kernel.people.models import Post, Staff
    from baohou.kernel.people.queries import get_posting

    staff, post = worker
    by: dict[str, Any] = {"actor": staff.staff_no, "door": "page"}
    user = User.objects.create(username=f"worker-{number}")
    Staff.objects.filter(pk=staff.pk).update(user=user)
    browser = Client()
    browser.force_login(user)
    token = make_own_token(staff=staff, post=Post(post), name="bench", scopes=scopes_of(Post(post)), days=90, **by)
    posting = get_posting(staff=staff, on=on)
    assert posting is not None
    return {
        "number": number,
        "staff": staff.pk,
        "post": post,
        "department": posting.department_id,
        "session": browser.session.session_key,
        "token": token.text,
        "clients": _clients(staff, post, on),
    }


def _reach(number: int, staff: Any) -> None:
    """Have someone told everything by mail and SMS."""
    from baohou.kernel.notices import channels, kinds
    from baohou.kernel.notices.preferences import set_address, set_habits

    by: dict[str, Any] = {"actor": staff.staff_no, "door": "page"}
    for channel, said in (("mail", f"worker{number}@example.cn"), ("sms", f"1380000{number:04d}")):
        set_address(staff=staff, channel=channel, said=said, secret="", **by)
    both = [way.code for way in channels.WAYS if way.code in ("mail", "sms")]
    chosen = {kind.code: both for kind in kinds.every()}
    set_habits(staff=staff, chosen=chosen, digest_at=None, quiet_from=None, quiet_to=None, **by)


def _clients(staff: Any, post: str, on: date) -> list[list[Any]]:
    """The clients in somebody's reach: number, first day, a guarantee in force."""
    from baohou.guarantee.models import Guarantee
    from baohou.kernel.people.queries import get_posting

    mine = Guarantee.objects.filter(released_on__isnull=True, issued_on__lt=on)
    if post == "project_manager":
        mine = mine.filter(manager_a=staff)
    elif post == "department_manager":
        posting = get_posting(staff=staff, on=on)
        mine = mine.filter(department=posting.department_id if posting else None)
    first: dict[int, list[Any]] = {}
    for guarantee in mine.order_by("issued_on", "pk"):
        first.setdefault(guarantee.client_id, [guarantee.client_id, guarantee.issued_on.isoformat(), guarantee.pk])
    return list(first.values())
