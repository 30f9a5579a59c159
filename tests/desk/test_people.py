"""People: posts from a day on, log-ins, deputies, the end of service, and an auditor who changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.exceptions import NoReverseMatch
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from baohou.core.errors import Refused
from baohou.guarantee.queries.access import visible_clients
from baohou.guarantee.queries.moves import list_holdings
from baohou.guarantee.services import moves
from baohou.kernel.accountability.models import Entry
from baohou.kernel.audit.models import Act
from baohou.kernel.duties.models import Duty
from baohou.kernel.people import deputies, postings
from baohou.kernel.people.access import find_person
from baohou.kernel.people.logins import give_login
from baohou.kernel.people.models import Department, Deputy, Post, Posting, Staff
from tests.cast import Portfolio, TakeIn, issue_more
from tests.desk.conftest import TODAY, Enter
from tests.desk.reading import department_id, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(evening: Portfolio) -> Staff:
    """章审言 audits from 2026-10-01."""
    return postings.add_person(
        staff_no="K01",
        name="章审言",
        department=None,
        post=Post.AUDITOR,
        effective_on=date(2026, 10, 1),
        actor="X01",
        door="page",
    )


def _addresses(portfolio: Portfolio) -> dict[str, str]:
    """Every page of the site by its name, with things that exist."""
    duty, entry = Duty.objects.filter(party=portfolio.steel)[0], Entry.objects.filter(party=portfolio.steel)[0]
    known = {
        "pk": portfolio.steel.pk,
        "key": duty.key,
        "staff": entry.staff_id,
        "quarter": "2026Q3",
        "department": department_id("业务一部"),
        "kind": "visit_plan",
        "form": "classification",
        "ending": "pdf",
        "number": 1,
        "token": "none",
        "posting": 1,
        "deputy": 1,
        "signer": 1,
    }
    found = {}
    for name, entries in get_resolver().reverse_dict.lists():
        if not isinstance(name, str):
            continue
        wanted = {key: known[key] for key in entries[0][0][0][1] if key in known}
        if name.startswith("people."):
            wanted["pk"] = portfolio.cast.a.pk
        if name.startswith("penalties."):
            wanted["key"] = entry.duty_key
        for arguments in ({k: wanted[k] for k in wanted}, {k: v for k, v in wanted.items() if k != "quarter"}):
            try:
                found[name] = reverse(name, kwargs=arguments)
                break
            except NoReverseMatch:
                continue
    return found


OWN_LOGIN = {"confirm", "security", "factor", "factor.codes", "factor.remove", "sessions.end"}
PERSONAL = {
    "logout",
    "set_language",
    "set-money",
    "password",
    "login",
    "mfa_authenticate",
    "oidc",
    "oidc.done",
} | OWN_LOGIN
"""Addresses that change nothing but the reader's own way of reading."""


def test_an_auditor_reads_every_page_and_changes_nothing(evening: Portfolio, auditor: Staff, enter: Enter) -> None:
    """Whatever 赵己 can open 章审言 can open; whatever anyone can send, 章审言 is refused.

    The only acts are those of the files that both took.
    """
    risk, audit = enter(evening.cast.risk_manager), enter(auditor)
    addresses = _addresses(evening)
    assert len(addresses) > 30
    for name, address in sorted(addresses.items()):
        if name in PERSONAL:
            continue
        seen = risk.get(address).status_code
        if seen == 200:
            assert audit.get(address).status_code == 200, name
        assert audit.post(address, {}).status_code in (403, 405), name
    assert not Act.objects.filter(by="K01").exclude(verb__startswith="exports.").exists()


def test_an_auditor_comes_by_file_and_sees_all_clients(evening: Portfolio, take_in: TakeIn, enter: Enter) -> None:
    """The staff file knows 审计员; the buttons that change things are not there."""
    take_in("staff", [("K02", "林审计", "", "审计员")])
    browser = enter(Staff.objects.get(staff_no="K02"))
    assert "在保 <b>2</b> 户" in said(browser, "/clients/")
    page = said(browser, f"/clients/{evening.steel.pk}/")
    assert "调整分类" not in page and "记回访" not in page
    assert "审计员只读" in said(browser, f"/clients/{evening.steel.pk}/grade/")


def test_posts_hold_from_their_day(evening: Portfolio, enter: Enter) -> None:
    """张甲 goes to 业务二部 on 2026-12-01, once the work has passed: today still 业务一部, the page says what is to
    come."""
    second = Department.objects.get(name="业务二部")
    browser = enter(evening.cast.admin)
    sent = {"post": "project_manager", "department": second.pk, "effective_on": "2026-12-01", "because": "调岗"}
    refused = browser.post(f"/people/{evening.cast.a.pk}/post/", sent).content.decode()
    assert "BH-2026-001" in refused and "请先移交" in refused and f"/people/{evening.cast.a.pk}/move/" in refused
    day = date(2026, 12, 1)
    held = list_holdings(evening.cast.a, on=day, owing=[evening.paper.pk])
    moves.move_work(
        staff=evening.cast.a,
        effective_on=day,
        choices={one.guarantee.pk: (evening.cast.b.pk if one.as_a else None, None) for one in held},
        because="调岗",
        today=TODAY,
        actor="M01",
        door="page",
    )
    assert browser.post(f"/people/{evening.cast.a.pk}/post/", sent).status_code == 302
    page = said(browser, f"/people/{evening.cast.a.pk}/")
    assert "自 2026-12-01 起" in page and "撤回" in page
    assert "2026-12-01 起" in said(browser, "/people/")
    again = browser.post(f"/people/{evening.cast.a.pk}/post/", sent)
    assert "无需变更" in again.content.decode() and "调岗" in again.content.decode()
    planned = Posting.objects.get(staff=evening.cast.a, effective_on=date(2026, 12, 1))
    if planned.effective_on > timezone.localdate():
        browser.post(f"/people/{evening.cast.a.pk}/post/{planned.pk}/back/")
        assert not Posting.objects.filter(pk=planned.pk).exists()


def test_it_rejects_a_department_that_sounds_like_another_and_a_taken_number(evening: Portfolio, enter: Enter) -> None:
    """业务一步 is a slip for 业务一部; A01 is 张甲's; a project manager without a department is none."""
    browser = enter(evening.cast.admin)
    assert "疑是笔误" in browser.post("/people/departments/add/", {"department": "业务一步"}).content.decode()
    assert browser.post("/people/departments/add/", {"department": "创新业务部"}).status_code == 302
    new = {"staff_no": "a01", "name": "周新", "post": "project_manager", "department": "", "effective_on": "2026-10-20"}
    assert "已是张甲的" in browser.post("/people/add/", new).content.decode()
    answer = browser.post("/people/add/", {**new, "staff_no": "A09"}).content.decode()
    assert "必须有部门" in answer and "周新" in answer
    first = department_id("业务一部")
    assert browser.post("/people/add/", {**new, "staff_no": "A09", "department": first}).status_code == 302
    assert "周新" in said(browser, "/people/?q=周新")


def test_only_the_administrator_changes_people(evening: Portfolio, enter: Enter) -> None:
    """钱丙 sees the department's people only; 张甲 sees oneself; neither changes a post."""
    manager, a = enter(evening.cast.manager), enter(evening.cast.a)
    page = said(manager, "/people/")
    assert "李乙" in page and "吴外" not in page
    assert manager.get(f"/people/{evening.cast.outsider.pk}/").status_code == 404
    assert a.get("/people/").status_code == 403
    assert a.get(f"/people/{evening.cast.a.pk}/").status_code == 200
    assert a.get(f"/people/{evening.cast.b.pk}/").status_code == 404
    for page in ("post/", "leave/", "login/"):
        assert manager.get(f"/people/{evening.cast.a.pk}/{page}").status_code == 403
    assert a.get(f"/people/{evening.cast.a.pk}/move/").status_code == 403
    assert manager.get(f"/people/{evening.cast.outsider.pk}/move/").status_code == 404


def test_a_password_is_told_once_and_changed_at_the_first_log_in(evening: Portfolio, enter: Enter) -> None:
    """郑辛 gives 张甲 a password; with it 张甲 comes no further than choosing another."""
    admin = enter(evening.cast.admin)
    answer = admin.post(f"/people/{evening.cast.a.pk}/login/")
    password = answer.context["password"]
    assert password in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert password not in said(admin, f"/people/{evening.cast.a.pk}/login/")
    browser = Client()
    assert browser.login(username="A01", password=password)
    assert browser.get("/clients/")["Location"] == "/password/"
    sent = {"old_password": password, "new_password1": "shan-shui-7788", "new_password2": "shan-shui-7788"}
    assert browser.post("/password/", sent).status_code == 302
    assert browser.get("/clients/").status_code == 200
    assert [act.verb for act in Act.objects.order_by("-pk")[:2]] == ["people.change_password", "people.give_login"]


def test_someone_who_has_left_comes_in_no_more(evening: Portfolio, enter: Enter) -> None:
    """孙戊 leaves on 2026-10-20: the session ends, and the log-in page says why."""
    browser = enter(evening.cast.supervisor)
    user = User.objects.get(username="S01")
    user.set_password("shan-shui-7788")
    user.save()
    browser.force_login(user)
    assert browser.get("/clients/").status_code == 200
    sent = {"effective_on": "2026-10-20", "because": "退休"}
    assert enter(evening.cast.admin).post(f"/people/{evening.cast.supervisor.pk}/leave/", sent).status_code == 302
    assert browser.get("/clients/").status_code == 403
    answer = Client().post("/login/", {"username": "S01", "password": "shan-shui-7788"})
    assert "已办理离职" in answer.content.decode()
    with pytest.raises(Refused):
        give_login(staff=evening.cast.supervisor, on=TODAY, actor="X01", door="page")
    assert "孙戊" in said(enter(evening.cast.admin), "/people/?left=1")


@pytest.mark.clause("PGM.12")
def test_it_rejects_the_end_of_service_while_something_has_no_other_owner(evening: Portfolio, enter: Enter) -> None:
    """张甲 is manager of guarantees in force; 钱丙 is the only manager of 业务一部."""
    browser = enter(evening.cast.admin)
    sent = {"effective_on": "2026-10-21", "because": "离职"}
    answer = browser.post(f"/people/{evening.cast.a.pk}/leave/", sent).content.decode()
    assert "BH-2026-001" in answer and "请先移交" in answer and "/move/" in answer
    answer = browser.post(f"/people/{evening.cast.manager.pk}/leave/", sent).content.decode()
    assert "将没有部门经理" in answer
    assert not Posting.objects.filter(post=Post.LEFT).exists()


def _clients_of(staff: Staff, on: date = TODAY) -> set[str]:
    staff.refresh_from_db()
    assert staff.user is not None
    person = find_person(staff.user, on=on)
    assert person is not None
    return set(visible_clients(person, on=on).values_list("name", flat=True))


@pytest.mark.clause("PGM.12")
def test_a_deputy_sees_and_does_what_the_absent_one_may(evening: Portfolio, enter: Enter) -> None:
    """张甲 stands in for 吴外 from 10-19 to 10-23: sees 湖滨食品, records a visit; the duties stay 吴外's."""
    browser = enter(evening.cast.a)
    assert browser.get(f"/clients/{evening.food.pk}/").status_code == 404
    owners = set(Duty.objects.filter(party=evening.food).values_list("owner__name", flat=True))
    absent = enter(evening.cast.outsider)
    sent = {
        "deputy": evening.cast.a.pk,
        "first_on": "2026-10-19",
        "last_on": "2026-10-23",
        "because": "年假",
    }
    assert absent.post(f"/people/{evening.cast.outsider.pk}/deputy/", sent).status_code == 302
    assert browser.get(f"/clients/{evening.food.pk}/").status_code == 200
    page = said(browser, "/?of=deputy")
    assert "代 吴外" in page and "湖滨食品" in page
    assert "湖滨食品" not in said(browser, "/")
    assert browser.get(f"/clients/{evening.food.pk}/visit/").status_code == 200
    assert "湖滨食品有限公司" not in _clients_of(evening.cast.a, date(2026, 10, 24))
    assert set(Duty.objects.filter(party=evening.food).values_list("owner__name", flat=True)) == owners
    deputy = Deputy.objects.get()
    absent.post(f"/people/{evening.cast.outsider.pk}/deputy/{deputy.pk}/end/")
    assert browser.get(f"/clients/{evening.food.pk}/").status_code == 404


def test_it_rejects_deputies_who_may_not_or_cannot(evening: Portfolio) -> None:
    """Oneself, days the wrong way round, the same one twice, a project manager for a department manager."""
    cast = evening.cast

    def name(staff: Staff, deputy: Staff, first: date = TODAY, last: date = TODAY) -> Deputy:
        return deputies.name_deputy(
            staff=staff, deputy=deputy, first_on=first, last_on=last, because="出差", actor="X01", door="page"
        )

    for arguments in (
        (cast.a, cast.a),
        (cast.a, cast.b, TODAY, TODAY - timedelta(days=1)),
        (cast.manager, cast.a),
        (cast.a, cast.general_manager),
    ):
        with pytest.raises(Refused):
            name(*arguments)
    name(cast.a, cast.b)
    with pytest.raises(Refused):
        name(cast.a, cast.b)
    name(cast.a, cast.manager)
    assert Deputy.objects.count() == 2


def test_a_stranger_names_no_deputy(evening: Portfolio, enter: Enter) -> None:
    """李乙 names none for 张甲; 钱丙 does, for one's own department."""
    assert enter(evening.cast.b).get(f"/people/{evening.cast.a.pk}/deputy/").status_code == 404
    assert enter(evening.cast.manager).get(f"/people/{evening.cast.a.pk}/deputy/").status_code == 200
    assert enter(evening.cast.risk_manager).get(f"/people/{evening.cast.a.pk}/deputy/").status_code == 403


@pytest.mark.parametrize(("page", "most"), [("/people/", 14), ("one", 26)])
def test_people_take_few_queries(
    evening: Portfolio,
    enter: Enter,
    take_in: TakeIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    page: str,
    most: int,
) -> None:
    """Sixty more people and forty more guarantees: not one query more."""
    take_in("staff", [(f"N{i:02d}", f"新人{i}", "业务一部", "project_manager") for i in range(60)])
    issue_more(take_in)
    browser = enter(evening.cast.admin)
    with django_assert_max_num_queries(most):
        browser.get(page if page != "one" else f"/people/{evening.cast.a.pk}/")
