"""Personal data goes when its time is over, and stays while something holds it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.contrib.auth.models import User
from django.utils import timezone

from baohou.config.command import baohou
from baohou.guarantee.models import Guarantee, Visit, VisitUpload
from baohou.guarantee.rules.words import VisitKind
from baohou.guarantee.services import submissions, visits
from baohou.guarantee.services.retention import CONTACTS, DRAFTS, PERSONS
from baohou.kernel.audit.models import Act
from baohou.kernel.audit.retention import delete_due, list_due
from baohou.kernel.duties.models import Duty
from baohou.kernel.papers.models import StoredFile
from baohou.kernel.papers.records import path_of
from baohou.kernel.parties.contacts import AccountSaid, ContactSaid, keep_contacts
from baohou.kernel.parties.models import Account, Contact, Party
from baohou.kernel.parties.queries import get_reached, stamp_of
from baohou.kernel.people import postings
from baohou.kernel.people.models import Post, Staff
from baohou.kernel.people.retention import LOGINS
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.walking import photo

pytestmark = pytest.mark.django_db
PERSON = "33010619900307123X"
TOLD = {"actor": "X01", "door": "page"}


def _leave(portfolio: Portfolio, enter: Enter) -> Staff:
    """韩去 has a log-in, and leaves on 2026-10-01."""
    gone = postings.add_person(
        staff_no="L01",
        name="韩去",
        department=portfolio.first.department,
        post=Post.CLERK,
        effective_on=date(2026, 1, 5),
        **TOLD,
    )
    enter(gone)
    left = {"department": None, "post": Post.LEFT, "effective_on": date(2026, 10, 1), "because": "离职"}
    postings.change_post(staff=gone, **left, **TOLD)
    return gone


def test_a_log_in_goes_180_days_after_its_owner_left(evening: Portfolio, enter: Enter) -> None:
    """韩去 left on 2026-10-01: due on 2027-03-30; the person stays on the staff, the act says how many and why."""
    gone = _leave(evening, enter)
    assert list_due(LOGINS, on=date(2027, 3, 29)) == []
    [due] = list_due(LOGINS, on=date(2027, 3, 30))
    assert (due.since, due.held) == (date(2027, 3, 30), "")
    assert delete_due(LOGINS, on=date(2027, 3, 30), actor="X01", door="page") == 1
    gone.refresh_from_db()
    assert gone.user is None
    assert not User.objects.filter(username="L01").exists()
    act = Act.objects.get(verb="retention.delete")
    assert (act.facts["rule"], act.facts["count"], act.facts["kept"]) == ("logins", 1, "180天")
    assert "第四十七条" in act.because


def test_a_log_in_is_held_for_whoever_comes_back(evening: Portfolio, enter: Enter) -> None:
    """韩去 is to return in June 2027: the log-in waits."""
    gone = _leave(evening, enter)
    back = {"department": evening.first.department, "post": Post.CLERK, "effective_on": date(2027, 6, 1)}
    postings.change_post(staff=gone, **back, because="返聘", **TOLD)
    [due] = list_due(LOGINS, on=date(2027, 4, 1))
    assert due.held == "已登记重新任职"
    assert delete_due(LOGINS, on=date(2027, 4, 1), actor="X01", door="page") == 0
    assert User.objects.filter(username="L01").exists()


def test_a_photo_never_sent_goes_with_its_bytes(evening: Portfolio, django_capture_on_commit_callbacks: object) -> None:
    """Kept today, due after 90 days; the day before it stays."""
    kept = submissions.keep_file(key=uuid4(), sender=evening.cast.a, content=photo().read(), name="厂门.png")
    path = path_of(kept.file.sha256)
    today = timezone.localdate()
    assert list_due(DRAFTS, on=today + timedelta(days=89)) == []
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert delete_due(DRAFTS, on=today + timedelta(days=90), actor="", door="command") == 1
    assert not VisitUpload.objects.exists()
    assert not StoredFile.objects.filter(pk=kept.file.pk).exists()
    assert not path.exists()


@pytest.fixture
def person(evening: Portfolio) -> Party:
    """湖滨食品 is a natural person in this tale: released on 2026-06-01, visited once, nothing owed any more."""
    party = evening.food
    Party.objects.filter(pk=party.pk).update(id_no=PERSON, name="林小满")
    Guarantee.objects.filter(client=party).update(released_on=date(2026, 6, 1))
    Duty.objects.filter(party=party).update(done_on=TODAY)
    party.refresh_from_db()
    told = {"methods": "电话", "summary": "林小满在家", "findings": {}, "by": evening.cast.outsider, "actor": "O01"}
    visits.record(client=party, guarantee=None, on=date(2026, 5, 20), kind=VisitKind.REGULAR, **told, door="page")
    Duty.objects.filter(party=party).update(done_on=TODAY)
    return party


def test_a_person_loses_the_name_ten_years_after_the_last_release(person: Party) -> None:
    """Due on 2036-06-01: name, number and words go, the guarantee and its sums stay; firms are nobody's data."""
    assert list_due(PERSONS, on=date(2036, 5, 31)) == []
    [due] = list_due(PERSONS, on=date(2036, 6, 1))
    assert (due.row, due.held) == (person.pk, "")
    assert "林小满" not in due.what
    delete_due(PERSONS, on=date(2036, 6, 1), actor="X01", door="page")
    person.refresh_from_db()
    assert "林小满" not in person.name and PERSON not in person.id_no
    assert Visit.objects.get(client=person).summary == "已按保管期限删除"
    assert Guarantee.objects.get(client=person).amount_fen == 120_000_000
    assert list_due(PERSONS, on=date(2036, 6, 1)) == []


def _reach(party: Party) -> None:
    keep_contacts(
        party=party,
        contacts=[ContactSaid("contact", "林大满", "13857112233")],
        accounts=[AccountSaid(None, "工商银行", "6222021001116245702")],
        seen=stamp_of(get_reached(party)),
        actor="O01",
        door="page",
    )


def test_whom_to_call_goes_three_years_after_the_last_release(person: Party, evening: Portfolio) -> None:
    """南山纸业, a firm, was released on 2026-08-20, 湖滨食品 on 2026-06-01; 东方钢铁 is in force and keeps its contacts."""
    for party in (person, evening.paper, evening.steel):
        _reach(party)
    Duty.objects.filter(party=evening.paper).update(done_on=TODAY, lapsed_on=None)
    assert list_due(CONTACTS, on=date(2029, 5, 31)) == []
    assert [(due.row, due.held) for due in list_due(CONTACTS, on=date(2029, 8, 20))] == [
        (person.pk, ""),
        (evening.paper.pk, ""),
    ]
    assert delete_due(CONTACTS, on=date(2029, 8, 20), actor="X01", door="page") == 2
    assert {one.party_id for one in (*Contact.objects.all(), *Account.objects.all())} == {evening.steel.pk}
    act = Act.objects.get(verb="retention.delete")
    told = json.dumps([list(act.changes.values()), act.facts], ensure_ascii=False, default=str)
    assert "2233" not in told and "5702" not in told
    assert list_due(CONTACTS, on=date(2029, 8, 20)) == []


def test_contacts_are_held_while_something_is_owed(person: Party) -> None:
    _reach(person)
    Duty.objects.filter(party=person).update(done_on=None, lapsed_on=None)
    [due] = list_due(CONTACTS, on=date(2030, 1, 1))
    assert due.held
    assert delete_due(CONTACTS, on=date(2030, 1, 1), actor="X01", door="page") == 0
    assert Contact.objects.filter(party=person).exists()


def test_a_person_who_loses_the_name_loses_contacts_and_account(person: Party) -> None:
    _reach(person)
    delete_due(PERSONS, on=date(2036, 6, 1), actor="X01", door="page")
    assert not Contact.objects.exists() and not Account.objects.exists()


@pytest.mark.parametrize("holds", ["guarantee", "duty"])
def test_a_person_is_held_while_something_stands(person: Party, evening: Portfolio, holds: str) -> None:
    """A guarantee not released, or something owed."""
    if holds == "guarantee":
        Guarantee.objects.filter(pk=evening.second.pk).update(client=person, released_on=None)
    else:
        Duty.objects.filter(party=person).update(done_on=None, lapsed_on=None)
    [due] = list_due(PERSONS, on=date(2036, 6, 1))
    assert due.held
    assert delete_due(PERSONS, on=date(2036, 6, 1), actor="X01", door="page") == 0
    person.refresh_from_db()
    assert person.name == "林小满"


def test_the_command_lists_and_deletes_only_when_told(evening: Portfolio, enter: Enter) -> None:
    """baohou retention names the ground and what is due; --delete logins deletes it."""
    _leave(evening, enter)
    runner = CliRunner()
    listed = runner.invoke(baohou, ["retention", "--on", "2027-04-01"])
    assert listed.exit_code == 0
    assert "工号 L01 的登录" in listed.output and "到期 1" in listed.output
    assert User.objects.filter(username="L01").exists()
    assert "已删除 1" in runner.invoke(baohou, ["retention", "--on", "2027-04-01", "--delete", "logins"]).output
    assert not User.objects.filter(username="L01").exists()
    assert runner.invoke(baohou, ["retention", "--delete", "nonesuch"]).exit_code == 2
