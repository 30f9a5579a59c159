"""Finding clients: however many there are, turning the pages shows each that is meant once, in order, and no other."""

from __future__ import annotations

from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from baohou.guarantee.models import Guarantee
from baohou.guarantee.queries.pages import finding
from baohou.guarantee.queries.pages.clients import Filters, list_clients
from baohou.guarantee.rules.words import Grade
from baohou.kernel.parties.models import Party
from baohou.kernel.people.access import Right, find_person
from baohou.kernel.people.models import Department, Staff
from tests.cast import Portfolio, TakeIn
from tests.desk.conftest import TODAY, Enter

pytestmark = pytest.mark.django_db
NAMES = (
    "东方钢铁",
    "东海钢构",
    "方正东兴",
    "湖滨食品",
    "Acme 钢铁",
    "abc贸易",
    "重庆东方",
    "长安汽修",
    'A"b\\c%_公司',
    "东",
)
WORDS = (
    "",
    "东方",
    "钢",
    "铁",
    "df",
    "a",
    "A",
    "ABC",
    "X:1",
    "x:2",
    "N-0",
    "n-01",
    '"b\\',
    "%_",
    "没有",
    "司",
    "cq",
    "东 方",
)


@pytest.fixture
def crowd(evening: Portfolio, take_in: TakeIn) -> Portfolio:
    """Sixty more clients with names that resemble each other, some of them released, some of another department."""
    chance = Random(1)
    rows = []
    for n in range(60):
        released = "2026-08-01" if n % 7 == 0 else ""
        department, manager = ("业务一部", "张甲") if n % 3 else ("业务二部", "吴外")
        name = f"{chance.choice(NAMES)}{chance.choice(('', '有限公司', '股份'))}{n % 4 or ''}"
        rows.append((f"N-{n:03d}", name, f"X:{n:03d}", department, manager, "", "100", "2026-05-11", "", released))
    take_in("portfolio", rows)
    grades = [(f"X:{n:03d}", "风险" if n % 5 else "关注", "2026-06-30", "x", "钱丙") for n in range(0, 60, 2)]
    take_in("grades", grades)
    return evening


@pytest.fixture(params=[False, True], ids=["few", "many"])
def scale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """As it is, and as if these few were a million."""
    monkeypatch.setattr(finding, "PAGE", 5)
    if request.param:
        for name, value in {"FEW": 2, "LOOKED": 3, "ALL_LOOKED": 4, "NEAR": 6, "MANY": 1000}.items():
            monkeypatch.setattr(finding, name, value)
    return bool(request.param)


def meant(filters: Filters, reach: Staff) -> list[int]:
    """The plain answer, client by client."""
    person = find_person(reach.user, on=TODAY)
    assert person is not None
    found = []
    for party in Party.objects.all():
        held = [g for g in Guarantee.objects.filter(client=party) if g.issued_on <= TODAY]
        standing = [g for g in held if g.released_on is None or g.released_on > TODAY]
        if not (held if filters.with_released else standing):
            continue
        if not any(
            person.sees_staff(g.manager_a_id, g.department_id) or g.manager_b_id == person.staff_id for g in held
        ):
            continue
        if filters.words and not named(party, held, filters.words, begun=person.may(Right.SEE_IDENTITY)):
            continue
        last = party.grade_changes.order_by("effective_on").last()
        if filters.grade and (last.grade if last else Grade.NORMAL) != filters.grade:
            continue
        if filters.manager_id and all(g.manager_a_id != filters.manager_id for g in standing):
            continue
        voice = max(standing, key=lambda g: (g.issued_on, g.project_no), default=None)
        if filters.department_id and (voice is None or voice.department_id != filters.department_id):
            continue
        found.append(party)
    return [party.pk for party in sorted(found, key=lambda one: (one.initials, one.pk))]


def named(party: Party, held: list[Guarantee], words: str, *, begun: bool) -> bool:
    low = words.lower()
    return (
        low in party.name.lower()
        or (words.isascii() and party.initials.startswith(low))
        or (party.id_no.startswith(words.upper()) if begun else party.id_no == words.upper())
        or any(g.project_no.lower().startswith(low) for g in held)
    )


def turned(filters: Filters, reach: Staff) -> list[int]:
    """What turning page after page shows; the count on the first page tells no more than there is."""
    person = find_person(reach.user, on=TODAY)
    assert person is not None
    seen: list[int] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = list_clients(person, on=TODAY, filters=filters, after=after)
        if pages == 0:
            first = page
        seen += [row.id for row in page.rows]
        after, pages = page.after, pages + 1
        assert pages < 50
    assert first.count == len(seen) or (first.at_least and first.count <= len(seen))
    return seen


@pytest.mark.parametrize("words", WORDS)
def test_each_way_to_name_a_client(crowd: Portfolio, enter: Enter, scale: bool, words: str) -> None:
    """By part of the name, initials, the beginning of a number, in any case, with marks that databases take specially."""
    for staff in (crowd.cast.risk_manager, crowd.cast.general_manager):
        enter(staff)
        assert turned(Filters(words=words), staff) == meant(Filters(words=words), staff)


def test_each_filter_and_reach(crowd: Portfolio, enter: Enter, scale: bool) -> None:
    """Grades, departments, managers and released clients, for the whole, a department and one's own."""
    department = Department.objects.get(name="业务一部").pk
    asked = [
        *(Filters(grade=grade) for grade in Grade),
        Filters(with_released=True),
        Filters(department_id=department),
        Filters(manager_id=crowd.cast.a.pk),
        Filters(grade=Grade.RISK, department_id=department, words="东"),
        Filters(words="东", manager_id=crowd.cast.outsider.pk, with_released=True),
    ]
    for staff in (crowd.cast.risk_manager, crowd.cast.manager, crowd.cast.a):
        enter(staff)
        for filters in asked:
            assert turned(filters, staff) == meant(filters, staff), (staff, filters)


@pytest.mark.parametrize("words", ["东", "a", "没有"])
def test_a_search_takes_few_queries(
    crowd: Portfolio, enter: Enter, scale: bool, words: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """However many are so named."""
    browser = enter(crowd.cast.risk_manager)
    with django_assert_max_num_queries(30):
        browser.get("/clients/", {"q": words})


@pytest.mark.parametrize("most", [5, 1000])
def test_the_sum_is_that_of_all_clients_and_not_of_the_page(crowd: Portfolio, enter: Enter, most: int) -> None:
    """However many pages the list has, and on the second one too; not where it does not say how many there are."""
    enter(crowd.cast.manager)
    person = find_person(crowd.cast.manager.user, on=TODAY)
    assert person is not None
    filters = Filters()
    clients = meant(filters, crowd.cast.manager)
    held = Guarantee.objects.filter(client__in=clients, issued_on__lte=TODAY, currency="CNY")
    wanted = sum(g.amount_fen for g in held if g.released_on is None or g.released_on > TODAY)
    page = list_clients(person, on=TODAY, filters=filters, most=most)
    assert page.total == {"CNY": wanted}
    if page.after:
        assert list_clients(person, on=TODAY, filters=filters, most=most, after=page.after).total == page.total
        assert list_clients(person, on=TODAY, filters=Filters(words="东"), most=most).total is None
