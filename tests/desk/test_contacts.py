"""Whom to call about a client and which account repays: kept by its managers, masked for all, whole for a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from baohou.kernel.audit.models import Act
from baohou.kernel.parties.models import Party
from baohou.kernel.parties.queries import get_reached, stamp_of
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.models import Department, Post, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import said as read

pytestmark = pytest.mark.django_db
PHONE, ACCOUNT = "13857112233", "6222021001116245702"
TYPED = {
    "name-legal": "陈大海",
    "phone-legal": "138 5711 2233",
    "name-finance": "林会计",
    "phone-finance": "0571-87654321转803",
    "bank-0": "工商银行西湖支行",
    "account_no-0": "6222 0210 0111 6245 702",
    "holder-0": "",
}


def _type(browser: Client, client: Party, **fields: str) -> Any:
    typed = {**TYPED, "seen": stamp_of(get_reached(client)), **fields}
    return browser.post(f"/clients/{client.pk}/contacts/", typed)


@pytest.fixture
def known(evening: Portfolio, enter: Enter) -> Party:
    """东方钢铁 with what 张甲 typed."""
    answer = _type(enter(evening.cast.a), evening.steel)
    assert (answer.status_code, answer["Location"]) == (302, f"/clients/{evening.steel.pk}/")
    return evening.steel


def test_what_is_typed_shows_masked_on_the_clients_page_and_on_the_visits_form(
    evening: Portfolio, known: Party, enter: Enter
) -> None:
    """张甲 kept them, 李乙 and 钱丙 see them masked; so does the form that goes along without a network."""
    for staff in (evening.cast.a, evening.cast.b, evening.cast.manager):
        text = read(enter(staff), f"/clients/{known.pk}/")
        for told in ("陈大海", "138****2233", "林会计", "工商银行西湖支行", "6222***********5702"):
            assert told in text, told
        for secret in (PHONE, "87654321", ACCOUNT):
            assert secret not in text
    form = read(enter(evening.cast.a), f"/clients/{known.pk}/visit/")
    assert "陈大海" in form and "138****2233" in form
    assert PHONE not in form and ACCOUNT not in form and "5702" not in form


def test_the_form_never_holds_a_stored_number(evening: Portfolio, known: Party, enter: Enter) -> None:
    """Who opens the form to change a name sees names and banks, numbers masked; what is left empty stays."""
    browser = enter(evening.cast.b)
    form = read(browser, f"/clients/{known.pk}/contacts/")
    assert "陈大海" in form and "138****2233" in form
    for secret in (PHONE, "87654321", ACCOUNT):
        assert secret not in form
    empty = {"phone-legal": "", "phone-finance": "-", "account_no-0": "", "bank-0": "农业银行"}
    assert _type(browser, known, **empty).status_code == 302
    reached = get_reached(known)
    assert [one.phone for one in reached.contacts] == [PHONE, ""]
    assert [(one.bank, one.account_no) for one in reached.accounts] == [("农业银行", ACCOUNT)]


def test_an_account_goes_and_another_comes(evening: Portfolio, known: Party, enter: Enter) -> None:
    new = {"bank-1": "建设银行", "account_no-1": "33001616735053001234", "holder-1": "陈大海"}
    _type(enter(evening.cast.a), known, **{"gone-0": "on", "account_no-0": "", **new})
    assert [(one.account_no, one.holder) for one in get_reached(known).accounts] == [("33001616735053001234", "陈大海")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone-legal": "12345"}, "手机号应为 11 位"),
        ({"phone-finance": "87654321"}, "座机请写上区号"),
        ({"name-legal": ""}, "填了电话，请写姓名"),
        ({"account_no-0": "12 34"}, "账号应为 8 至 32 位数字"),
        ({"account_no-0": "6.22E+18"}, "已经丢失"),
        ({"account_no-0": ""}, "请写账号"),
        ({"bank-0": ""}, "请写开户行"),
        ({"bank-1": "农业银行", "account_no-1": ACCOUNT}, "同一个账号填了两次"),
        ({"seen": "old"}, "有人刚改过"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    evening: Portfolio, enter: Enter, wrong: dict[str, str], said: str
) -> None:
    answer = _type(enter(evening.cast.a), evening.steel, **wrong)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert get_reached(evening.steel) == ([], [])


def test_another_name_asks_for_the_number_again(evening: Portfolio, known: Party, enter: Enter) -> None:
    answer = _type(enter(evening.cast.a), known, **{"name-legal": "王小河", "phone-legal": "", "account_no-0": ""})
    assert "换了姓名" in answer.content.decode()
    assert [one.name for one in get_reached(known).contacts] == ["陈大海", "林会计"]


def test_a_number_is_shown_whole_for_a_reason_with_a_way_to_dial(
    evening: Portfolio, known: Party, enter: Enter
) -> None:
    """张甲 at the gate rings the boss: the answer dials, no account is on it, nobody may keep it, the act says why."""
    browser, page = enter(evening.cast.a), f"/clients/{known.pk}/contacts/whole/"
    assert PHONE not in read(browser, page)
    answer = browser.post(page, {"reason": "visit", "because": "到门口了"})
    text = answer.content.decode()
    assert f'href="tel:{PHONE}"' in text and 'href="tel:057187654321,803"' in text
    assert ACCOUNT not in text
    assert "no-store" in answer["Cache-Control"]
    act = Act.objects.get(verb="parties.reveal_contacts")
    assert (act.by, act.because, act.facts["shown"]) == (
        "A01",
        "约定或进行回访；到门口了",
        ["138****2233", "0571*********-803"],
    )
    text = browser.post(f"{page}?what=accounts", {"reason": "flow"}).content.decode()
    assert ACCOUNT in text and PHONE not in text
    assert Act.objects.filter(verb="parties.reveal_contacts").count() == 2


def test_it_rejects_showing_a_number_without_a_reason(evening: Portfolio, known: Party, enter: Enter) -> None:
    browser, page = enter(evening.cast.a), f"/clients/{known.pk}/contacts/whole/"
    for sent in ({}, {"reason": "other", "because": " "}):
        assert PHONE not in browser.post(page, sent).content.decode()
    assert not Act.objects.filter(verb="parties.reveal_contacts").exists()


def test_who_does_not_look_after_the_client_sees_no_number(evening: Portfolio, known: Party, enter: Enter) -> None:
    """The risk department and 王庚 see them masked and are refused; 吴外 and 周丁 don't find the client."""
    cast = evening.cast
    for staff in (cast.supervisor, cast.risk_manager, cast.general_manager, cast.admin):
        browser = enter(staff)
        text = read(browser, f"/clients/{known.pk}/")
        assert "138****2233" in text and "contacts/" not in text
        assert _type(browser, known).status_code == 403
        assert browser.post(f"/clients/{known.pk}/contacts/whole/", {"reason": "visit"}).status_code == 403
    for staff in (cast.outsider, cast.other_manager):
        assert _type(enter(staff), known).status_code == 404
        assert enter(staff).post(f"/clients/{known.pk}/contacts/whole/", {"reason": "visit"}).status_code == 404


def test_who_stands_in_for_the_manager_may_call(evening: Portfolio, known: Party, enter: Enter) -> None:
    """吴外 of another department stands in for 张甲 until the 30th, and reaches the client as 张甲 does."""
    because = {"first_on": TODAY, "last_on": date(2026, 10, 30), "because": "年假", "actor": "X01", "door": "page"}
    deputies.name_deputy(staff=evening.cast.a, deputy=evening.cast.outsider, **because)
    answer = enter(evening.cast.outsider).post(f"/clients/{known.pk}/contacts/whole/", {"reason": "visit"})
    assert PHONE in answer.content.decode()
    assert Act.objects.get(verb="parties.reveal_contacts").by == "O01"


def test_an_auditor_reads_the_masked_form_and_changes_nothing(evening: Portfolio, known: Party, enter: Enter) -> None:
    told: dict[str, Any] = {"effective_on": date(2026, 1, 5), "actor": "X01", "door": "page"}
    auditor: Staff = postings.add_person(
        staff_no="U01", name="审计", department=Department.objects.none().first(), post=Post.AUDITOR, **told
    )
    browser = enter(auditor)
    assert "138****2233" in read(browser, f"/clients/{known.pk}/contacts/")
    assert browser.post(f"/clients/{known.pk}/contacts/whole/", {"reason": "visit"}).status_code == 403


def test_a_clients_page_costs_as_many_queries_with_contacts_as_without(
    evening: Portfolio, enter: Enter, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Two more than the page had: one for people, one for accounts, whatever their number."""
    browser = enter(evening.cast.a)
    page = f"/clients/{evening.steel.pk}/"
    browser.get(page)
    with django_assert_max_num_queries(60) as bare:
        browser.get(page)
    cost = len(bare)
    _type(browser, evening.steel, **{f"name-{role}": "陈大海" for role in ("controller", "contact")})
    with django_assert_max_num_queries(cost):
        browser.get(page)
