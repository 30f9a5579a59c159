"""Who may see and do what: every page through one policy."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from baohou.guarantee.models import Visit
from baohou.guarantee.queries.access import visible_clients, visible_duties
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import find_person
from baohou.kernel.people.models import Posting, Staff
from tests.cast import Portfolio
from tests.desk.conftest import TODAY, Enter

pytestmark = pytest.mark.django_db


def _names(staff: Staff, enter: Enter) -> set[str]:
    enter(staff)
    staff.refresh_from_db()
    assert staff.user is not None
    person = find_person(staff.user, on=TODAY)
    assert person is not None
    return set(visible_clients(person, on=TODAY).values_list("name", flat=True))


def test_a_project_manager_sees_the_clients_of_whom_one_is_manager(evening: Portfolio, enter: Enter) -> None:
    """张甲 is A or B of 东方钢铁 and 南山纸业; 湖滨食品 is 吴外's."""
    assert _names(evening.cast.a, enter) == {"东方钢铁有限公司", "南山纸业有限公司"}
    assert _names(evening.cast.outsider, enter) == {"湖滨食品有限公司"}


def test_a_department_manager_sees_the_department(evening: Portfolio, enter: Enter) -> None:
    """钱丙 manages 业务一部, 周丁 业务二部."""
    assert _names(evening.cast.manager, enter) == {"东方钢铁有限公司", "南山纸业有限公司"}
    assert _names(evening.cast.other_manager, enter) == {"湖滨食品有限公司"}


def test_the_risk_department_sees_everyone(evening: Portfolio, enter: Enter) -> None:
    """赵己 sees all three clients."""
    assert len(_names(evening.cast.risk_manager, enter)) == 3


def test_a_client_handed_over_changes_hands_on_the_day(evening: Portfolio, enter: Enter) -> None:
    """湖滨食品 passes to 张甲 on 2026-10-15: from then on it is 张甲's and no longer 吴外's."""
    from baohou.guarantee.models import Guarantee, ManagerAppointment

    food = Guarantee.objects.get(project_no="BH-2026-004")
    ManagerAppointment.objects.create(guarantee=food, manager_a=evening.cast.a, effective_on=date(2026, 10, 15))
    assert "湖滨食品有限公司" in _names(evening.cast.a, enter)
    assert _names(evening.cast.outsider, enter) == set()


@pytest.mark.parametrize("page", ["", "visit/", "measure/2026Q3/"])
def test_another_managers_client_is_not_found(evening: Portfolio, enter: Enter, page: str) -> None:
    """张甲 asks for 湖滨食品 of 业务二部, by its address."""
    assert enter(evening.cast.a).get(f"/clients/{evening.food.pk}/{page}").status_code == 404


@pytest.mark.parametrize("post", ["manager", "risk_manager", "a"])
def test_a_number_that_no_client_can_have_is_not_found(evening: Portfolio, enter: Enter, post: str) -> None:
    """An address may say any number, also one that no database holds."""
    browser = enter(getattr(evening.cast, post))
    for number in (0, 2**31, 2**63 - 1, 2**63, 10**30):
        assert browser.get(f"/clients/{number}/").status_code == 404, number
    assert browser.get(f"/clients/{evening.steel.pk}/").status_code == 200


def test_why_of_another_managers_duty_is_not_told(evening: Portfolio, enter: Enter) -> None:
    """张甲 asks why 吴外 owes the routine visit of BH-2026-004; 吴外 is told."""
    duty = Duty.objects.filter(party=evening.food).order_by("key").first()
    assert duty is not None
    assert enter(evening.cast.a).get(f"/duties/{duty.key}/why/").status_code == 404
    assert enter(evening.cast.outsider).get(f"/duties/{duty.key}/why/").status_code == 200


def test_another_departments_reports_are_not_found(evening: Portfolio, enter: Enter) -> None:
    """钱丙 of 业务一部 asks for the reports and forms of 业务二部."""
    posting = Posting.objects.get(staff=evening.cast.other_manager)
    browser = enter(evening.cast.manager)
    for page in ("", "classification_report/file/", "classification.pdf"):
        assert browser.get(f"/reports/2026Q3/{posting.department_id}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["grade/", "special/"])
def test_a_project_manager_may_not_decide_on_the_grade(evening: Portfolio, enter: Enter, page: str) -> None:
    """张甲 may visit 东方钢铁, but a grade and a special visit are for the department manager and the risk department."""
    assert enter(evening.cast.a).get(f"/clients/{evening.steel.pk}/{page}").status_code == 403


@pytest.mark.parametrize("page", ["/imports/", "/rules/add/"])
def test_only_the_administrator_administers(evening: Portfolio, enter: Enter, page: str) -> None:
    """赵己 sees everything, but imports nothing and adds no version."""
    assert enter(evening.cast.risk_manager).get(page).status_code == 403
    assert enter(evening.cast.admin).get(page).status_code == 200


def test_running_the_day_is_for_the_administrator_and_by_post(evening: Portfolio, enter: Enter) -> None:
    """赵己 is refused; a GET is no way to run anything."""
    assert enter(evening.cast.risk_manager).post("/runs/run/").status_code == 403
    assert enter(evening.cast.admin).get("/runs/run/").status_code == 405


@pytest.mark.parametrize("page", ["/", "/clients/", "/reports/", "/penalties/", "/rules/", "/runs/", "/imports/"])
def test_strangers_log_in_first(evening: Portfolio, enter: Enter, page: str) -> None:
    """Someone who has not logged in is sent to the log-in page, and back afterwards."""
    enter(evening.cast.a)
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={page}"


def test_someone_without_a_post_is_told_so(evening: Portfolio, enter: Enter) -> None:
    """李乙 has left: no posting on the day."""
    browser = enter(evening.cast.b)
    Posting.objects.filter(staff=evening.cast.b).delete()
    answer = browser.get("/")
    assert answer.status_code == 403
    assert "您还没有岗位" in answer.content.decode()


def test_it_refuses_a_visit_to_another_managers_client(evening: Portfolio, enter: Enter) -> None:
    """张甲 posts a visit to 湖滨食品: not found, and nothing is recorded."""
    before = Visit.objects.count()
    answer = enter(evening.cast.a).post(f"/clients/{evening.food.pk}/visit/", {"kind": "regular", "on": "2026-10-20"})
    assert answer.status_code == 404
    assert Visit.objects.count() == before


def test_an_owner_sees_ones_duty_after_the_client_has_gone(evening: Portfolio, enter: Enter) -> None:
    """A duty that 吴外 owned stays visible to 吴外, whoever manages the client now."""
    from baohou.guarantee.models import Guarantee, ManagerAppointment

    food = Guarantee.objects.get(project_no="BH-2026-004")
    ManagerAppointment.objects.create(guarantee=food, manager_a=evening.cast.a, effective_on=date(2026, 10, 15))
    enter(evening.cast.outsider)
    evening.cast.outsider.refresh_from_db()
    assert evening.cast.outsider.user is not None
    person = find_person(evening.cast.outsider.user, on=TODAY)
    assert person is not None
    assert visible_duties(person, on=TODAY).filter(owner=evening.cast.outsider).exists()


def test_whoever_sends_without_a_session_comes_back_to_the_page(evening: Portfolio, client: Client) -> None:
    """A form's own address may take only what is sent: the log-in leads back to where one was, never to another site."""
    deed, page = "/plan/2026Q4/1/several/", "http://testserver/plan/2026Q4/1/?kind=routine"
    back = "/login/?next=/plan/2026Q4/1/%3Fkind%3Droutine"
    assert client.post(deed, headers={"Referer": page}).headers["Location"] == back
    told = client.post(deed, headers={"HX-Request": "true", "HX-Current-URL": page})
    assert (told.status_code, told.headers["HX-Redirect"]) == (401, back)
    for foreign in ("https://elsewhere.example/plan/", "http://testserver//elsewhere.example/", ""):
        location = client.post(deed, headers={"Referer": foreign}).headers["Location"]
        assert location.startswith(("/login/?next=/plan/", "/login/?next=/%252F")), location


def test_a_form_with_an_old_token_leads_back(evening: Portfolio, enter: Enter) -> None:
    """Without a session to the log-in, with one to a page that says so and has the way back."""
    page = "http://testserver/clients/1/measure/2026Q3/"
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/clients/1/measure/2026Q3/", headers={"Referer": page}).headers["Location"] == (
        "/login/?next=/clients/1/measure/2026Q3/"
    )
    assert browser.post("/login/", headers={"Referer": "http://testserver/login/"}).status_code == 403
    browser.cookies = enter(evening.cast.manager).cookies
    answer = browser.post("/clients/1/measure/2026Q3/", headers={"Referer": page})
    assert answer.status_code == 403
    assert 'href="/clients/1/measure/2026Q3/"' in answer.content.decode()
