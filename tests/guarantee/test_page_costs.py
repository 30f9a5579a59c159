"""What pages of a large department read: only what they show, and the same as by reading everything."""

from datetime import date

import polars as pl
import pytest
from django.utils import translation

from baohou.core.columns import NEVER, day_number, pack_key
from baohou.core.period import Quarter
from baohou.desk.templatetags.desk import day, grade, state
from baohou.guarantee.models import Visit
from baohou.guarantee.queries.forms.visit_plan import _owed
from baohou.guarantee.queries.pages import visits
from baohou.guarantee.queries.pages.calendar import Day, get_month
from baohou.guarantee.rules.words import DutyKind, Grade, VisitKind
from baohou.kernel.duties.models import Duty
from baohou.kernel.people.access import Absent, Person
from baohou.kernel.people.models import Post
from baohou.kernel.rulebook.models import RuleVersion
from tests.cast import Portfolio

FIRST = date(2026, 10, 1)
DAYS = {
    "still owed": (None, None),
    "done on the quarter's first day": (FIRST, None),
    "done in the quarter": (date(2026, 11, 3), None),
    "done the day before the quarter": (date(2026, 9, 30), None),
    "lapsed": (None, date(2026, 10, 8)),
    "done in the quarter, and lapsed": (date(2026, 10, 9), date(2026, 10, 9)),
}


def test_a_plan_reads_of_all_duties_those_it_may_show() -> None:
    """For 2026Q4 what lapsed or was done by 30 September is left in its columns: the rest is as if all were read."""
    columns = {
        "name": list(DAYS),
        "done_on": [day_number(done) for done, _ in DAYS.values()],
        "lapsed_on": [day_number(lapsed) for _, lapsed in DAYS.values()],
    }
    read = _owed(pl.DataFrame(columns), Quarter(2026, 4))
    by_hand = [name for name, (done, lapsed) in DAYS.items() if lapsed is None and (done is None or done >= FIRST)]
    assert read["name"].to_list() == by_hand == list(DAYS)[:3]
    assert NEVER not in (day_number(FIRST), day_number(DAYS["lapsed"][1]))


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (lambda: day(FIRST), "周四", "Thu"),
        (lambda: grade(Grade.RISK), "风险", "Risk"),
        (lambda: state("lapsed"), "已失效", "Lapsed"),
    ],
)
def test_what_is_kept_once_written_is_kept_by_language(said, zh: str, en: str) -> None:  # type: ignore[no-untyped-def]
    """A reader in English does not get the word that a reader in Chinese has just got, nor the other way round."""
    for _ in range(2):
        with translation.override("zh-hans"):
            assert zh in said()
        with translation.override("en"):
            assert zh not in said()
            assert en.lower() in said().lower()


@pytest.mark.django_db
def test_the_calendar_counts_what_has_opened(portfolio: Portfolio) -> None:
    """Two duties are due on 16 November, one opened on the 9th, one opens on the 11th: on the 10th one is counted."""
    on, due_on = date(2026, 11, 10), date(2026, 11, 16)
    for opens_on in (date(2026, 11, 9), date(2026, 11, 11)):
        Duty.objects.create(
            key=pack_key(DutyKind.SPECIAL_VISIT, portfolio.steel.pk, opens_on),
            kind=DutyKind.SPECIAL_VISIT,
            party=portfolio.steel,
            version=RuleVersion.objects.get(),
            opens_on=opens_on,
            due_on=due_on,
        )
    everyone = Person(staff=None, post=Post.GENERAL_MANAGER, department_id=None, department_name="")
    counts = {day.on: (day.count, len(day.rows)) for week in _weeks(everyone, on) for day in week if day.count}
    assert counts == {due_on: (1, 1)}
    assert {day.on for week in _weeks(everyone, date(2026, 11, 11)) for day in week if day.count == 2} == {due_on}


def _weeks(person: Person, on: date) -> list[list[Day]]:
    return get_month(person, on=on, whose="all").weeks


@pytest.mark.django_db
@pytest.mark.parametrize("few", [0, 2000])
def test_a_departments_visits_are_those_of_its_clients(
    portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Of visits to steel, paper and food 钱丙 sees steel's and paper's, the latest first, by whichever way; and food's
    while standing in for 吴外."""
    monkeypatch.setattr(visits, "FEW_CLIENTS", few)
    made = {}
    for number, client in enumerate((portfolio.food, portfolio.steel, portfolio.paper, portfolio.food), start=5):
        fact = {"kind": VisitKind.REGULAR, "by": portfolio.cast.a, "visited_on": date(2026, 8, number)}
        made[number] = Visit.objects.create(client=client, **fact).pk
    cast, department = portfolio.cast, portfolio.first.department_id
    absent = Absent(cast.outsider.pk, "吴外", Post.PROJECT_MANAGER, portfolio.elsewhere.department_id, FIRST)
    for stands_for, seen in (((), (7, 6)), ((absent,), (8, 7, 6, 5))):
        head = Person(cast.manager, Post.DEPARTMENT_MANAGER, department, "业务一部", stands_for)
        for dense in (True, False):
            found = visits.latest_visits(head, on=FIRST, dense=dense)
            assert list(found.values_list("pk", flat=True)) == [made[number] for number in seen]
