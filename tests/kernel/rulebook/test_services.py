"""Taking versions in: once, in any order, never over one in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baohou.core.rulebook import RuleBook
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.rulebook import queries, services
from baohou.kernel.rulebook.faults import RuleFileRefused
from baohou.kernel.rulebook.models import RuleVersion
from tests.kernel.rulebook.texts import changed, line_of, shipped, version, write

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 1)
NEXT_YEAR = date(2027, 1, 1)
FIFTEEN, TWENTY = "value: 15", "value: 20"


def add(text: str, on: date = TODAY) -> RuleVersion:
    return services.add_version(text=text, by="A001", door="page", on=on)


def refusal(text: str, on: date = TODAY) -> list[str]:
    """What is said when a text is refused; nothing is taken then."""
    before = book()
    with pytest.raises(RuleFileRefused) as caught:
        add(text, on)
    assert book() == before
    assert caught.value.code == "rulebook.file.refused"
    return [str(fault) for fault in caught.value.faults]


def book() -> RuleBook:
    return queries.get_rule_book()


def days() -> list[tuple[date, date | None, object]]:
    return [
        (one.effective_on, one.ends_on, one.parameter("PGM.3", "days_after_issue").value) for one in book().versions
    ]


@pytest.mark.clause("PGM.0", "PGM.3", "PGM.4", "PGM.5", "PGM.7", "PGM.9", "PGM.11", "PGM.12", "PGM.13", "PGM.14")
def test_the_shipped_rule_set_gives_the_numbers_of_the_rules() -> None:
    """15 days, half a year to a month, 1/3/7 days, the 10th, 50 and 100 yuan, since 2016-04-01."""
    services.load_shipped(door="command")
    (only,) = book().versions
    values = {
        f"{clause.code} {name}": parameter.value
        for clause in only.clauses.values()
        for name, parameter in clause.parameters.items()
    }
    assert values == {
        "PGM.2 unsigned_days": 3,
        "PGM.3 days_after_issue": 15,
        "PGM.4 good_months": 6,
        "PGM.4 normal_months": 3,
        "PGM.4 watch_months": 1,
        "PGM.4 risk_months": 1,
        "PGM.5 urgent_days": 1,
        "PGM.5 high_days": 3,
        "PGM.5 normal_days": 7,
        "PGM.7 default_grade": "normal",
        "PGM.8 too_many_visits": 3,
        "PGM.8 too_many_times": 2,
        "PGM.9 day_of_quarter": 10,
        "PGM.10 remind_days": 15,
        "PGM.11 day_of_quarter": 10,
        "PGM.12 yuan": 5000,
        "PGM.13 yuan": 10000,
        "PGM.14 yuan": 10000,
    }
    assert (only.effective_on, only.ends_on) == (date(2016, 4, 1), None)
    assert book().in_force(date(2016, 3, 31)) is None


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    """Not even an act is written down; layout and comments are not content."""
    first = services.load_version(path=write(tmp_path, shipped()), by="", door="command", on=TODAY)
    again = services.load_version(path=write(tmp_path, "# 又一次\n" + shipped()), by="", door="command", on=TODAY)
    assert again == first
    assert (RuleVersion.objects.count(), Act.objects.count()) == (1, 1)
    assert add(shipped()) == first


def test_the_act_says_who_took_which_version_by_which_door() -> None:
    add(shipped())
    act = Act.objects.get()
    assert (act.verb, act.by, act.door, act.facts["versions"]) == ("rulebook.load", "A001", "page", ["PGM 2016-04-01"])


@pytest.mark.clause("PGM.0")
def test_a_new_version_ends_the_one_until_replaced() -> None:
    """20 days from 2027: the rules of 2016 end that day, stay readable, and their file is still the same file."""
    first = add(shipped())
    add(version(NEXT_YEAR, None, (FIFTEEN, TWENTY)))
    assert days() == [(date(2016, 4, 1), NEXT_YEAR, 15), (NEXT_YEAR, None, 20)]
    change = Change.objects.get(before__isnull=False)
    assert (change.key, change.before, change.after) == ("PGM 2016-04-01", {"ends_on": None}, {"ends_on": "2027-01-01"})
    assert add(shipped()) == first
    assert queries.as_yaml(queries.list_versions()[0]).count("直至被替代") == 1


OLD = version(date(1989, 1, 1), date(2016, 4, 1), (FIFTEEN, "value: 30"))
CHAIN = [
    version(date(1989, 1, 1), None, (FIFTEEN, "value: 30")),
    shipped(),
    version(date(2020, 1, 1), None, (FIFTEEN, TWENTY)),
    version(NEXT_YEAR, date(2030, 1, 1)),
]


@pytest.mark.clause("PGM.0")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_versions_taken_in_any_order_make_the_same_book(order: Sequence[int]) -> None:
    """Rules of 1989, 2016 and 2020, each until replaced, and those of 2027 to 2030."""
    for position in order:
        add(CHAIN[position])
    assert days() == [
        (date(1989, 1, 1), date(2016, 4, 1), 30),
        (date(2016, 4, 1), date(2020, 1, 1), 15),
        (date(2020, 1, 1), NEXT_YEAR, 20),
        (NEXT_YEAR, date(2030, 1, 1), 15),
    ]


@pytest.mark.clause("PGM.0")
@pytest.mark.parametrize("texts", [[OLD, shipped()], [shipped(), OLD]])
def test_older_rules_that_end_where_the_shipped_ones_begin_come_before_or_after_them(texts: list[str]) -> None:
    for text in texts:
        add(text)
    assert days() == [(date(1989, 1, 1), date(2016, 4, 1), 30), (date(2016, 4, 1), None, 15)]


def test_shipped_rules_come_beside_older_ones_and_are_left_alone_when_they_stand() -> None:
    """A newer release that words its 2016 version differently does not stop an upgrade, nor does it edit."""
    add(OLD)
    assert [one.name for one in services.load_shipped(door="command")] == ["2016-04-01"]
    assert services.load_shipped(door="command") == []
    RuleVersion.objects.filter(name="2016-04-01").update(digest="another wording")
    assert services.load_shipped(door="command") == []


@pytest.mark.clause("PGM.0")
@pytest.mark.parametrize(
    "change",
    [(FIFTEEN, TWENTY), ("adopted_by: 公司", "adopted_by: 董事会"), ("until: 直至被替代", "until: 2030-01-01")],
)
def test_it_rejects_an_edit_of_a_version_in_force(change: tuple[str, str]) -> None:
    """From its effective day on, neither a number nor a word nor the end of a version is changed."""
    add(shipped())
    text = changed(change)
    (said,) = refusal(text, on=date(2016, 4, 1))
    assert said.startswith(f"第 {line_of(text, 'effective_on')} 行") and "已经生效" in said and "另立新版本" in said


@pytest.mark.clause("PGM.0")
def test_a_version_not_yet_in_force_may_still_be_changed_with_its_history() -> None:
    """On 31 December 2026 the rules of 2027 still can be corrected; both texts stay readable."""
    add(shipped())
    first = add(version(NEXT_YEAR, None, (FIFTEEN, TWENTY)))
    again = add(version(NEXT_YEAR, date(2028, 1, 1), (FIFTEEN, "value: 25")), on=date(2026, 12, 31))
    assert again.pk == first.pk
    assert days() == [(date(2016, 4, 1), NEXT_YEAR, 15), (NEXT_YEAR, date(2028, 1, 1), 25)]
    change = Change.objects.get(key="PGM 2027-01-01")
    assert "value: 20" in change.before and "value: 25" in change.after
    assert "已经生效" in refusal(version(NEXT_YEAR, None, (FIFTEEN, TWENTY)), on=NEXT_YEAR)[0]


@pytest.mark.clause("PGM.0")
def test_it_rejects_a_gap_and_an_overlap_with_what_stands() -> None:
    """The old rules end on 1 April 2016: new ones from the 2nd leave a day without rules, from 31 March two."""
    add(OLD)
    late = version(date(2016, 4, 2))
    (said,) = refusal(late)
    assert said.startswith(f"第 {line_of(late, 'effective_on')} 行") and "有空缺" in said and "2016-04-02" in said
    (said,) = refusal(version(date(2016, 3, 31)))
    assert "有重叠" in said


@pytest.mark.clause("PGM.0")
def test_it_rejects_an_older_version_whose_end_does_not_meet_what_stands() -> None:
    add(shipped())
    early = version(date(1989, 1, 1), date(2016, 3, 31))
    (said,) = refusal(early)
    assert said.startswith(f"第 {line_of(early, 'until')} 行") and "有空缺" in said
    assert "有重叠" in refusal(version(date(1989, 1, 1), date(2016, 4, 2)))[0]


def test_it_rejects_a_name_that_another_version_has_and_another_title() -> None:
    add(shipped())
    (said,) = refusal(version(NEXT_YEAR).replace(f"name: {NEXT_YEAR}", "name: 2016-04-01"))
    assert "换一个名称" in said
    (said,) = refusal(version(NEXT_YEAR).replace("title: 保后管理制度", "title: 保后管理办法"))
    assert "“保后管理制度”" in said


def test_faults_of_the_text_and_of_its_place_are_told_together() -> None:
    add(OLD)
    said = refusal(version(date(2016, 4, 2), None, (FIFTEEN, "value: x")))
    assert len(said) == 2 and "有空缺" in said[0] and "days_after_issue" in said[1]


def test_several_files_are_taken_together_or_not_at_all(tmp_path: Path) -> None:
    """Two files that leave a gap between them, one of them with a wrong number: three faults with their files."""
    old = write(tmp_path, OLD, "old.yaml")
    late = write(tmp_path, version(date(2016, 4, 2), None, (FIFTEEN, "value: x")), "late.yaml")
    with pytest.raises(RuleFileRefused) as caught:
        services.load_versions(paths=[late, old], by="", door="command", on=TODAY)
    assert {Path(fault.file).name for fault in caught.value.faults} == {"late.yaml"} and len(caught.value.faults) == 2
    assert not RuleVersion.objects.exists() and not Act.objects.exists()
    present = write(tmp_path, shipped(), "present.yaml")
    taken = services.load_versions(paths=[present, old, present], by="", door="command", on=TODAY)
    assert [one.name for one in taken] == ["2016-04-01", "1989-01-01", "2016-04-01"]
    assert Act.objects.count() == 1


def test_it_rejects_two_files_for_one_day(tmp_path: Path) -> None:
    one, two = write(tmp_path, shipped(), "one.yaml"), write(tmp_path, changed((FIFTEEN, TWENTY)), "two.yaml")
    with pytest.raises(RuleFileRefused) as caught:
        services.load_versions(paths=[one, two], by="", door="command", on=TODAY)
    assert "只能留一个" in caught.value.message and str(two) in caught.value.message


def test_a_standing_version_as_yaml_is_what_was_taken() -> None:
    """Also with exceptions, and taking it again changes nothing."""
    end = "        reference: 第四条第1项：每户每次50元\n"
    exceptions = (
        "        exceptions:\n          - {label: 试点, when: {department: 业务一部}, value: 20.5, reference: 决定}\n"
    )
    first = add(changed((end, end + exceptions)))
    text = queries.as_yaml(queries.list_versions()[0])
    assert "value: 20.50" in text
    assert add(text) == first
    assert book().versions[0].parameter("PGM.12", "yuan").value_for({"department": "业务一部"}) == 2050


def test_a_book_that_was_read_before_takes_one_query() -> None:
    for text in CHAIN:
        add(text)
    first = book()
    with CaptureQueriesContext(connection) as captured:
        assert book() == first
    assert (len(first.versions), len(captured)) == (4, 1)


def test_a_text_that_comes_through_a_page_is_the_same_text() -> None:
    """A browser ends lines with CR LF."""
    first = add(shipped())
    assert add(queries.as_yaml(queries.list_versions()[0]).replace("\n", "\r\n")) == first


def test_the_example_of_the_documentation_is_what_it_says() -> None:
    """It lacks clauses that a real file must have, and nothing else is wrong with it."""
    page = (Path(__file__).parents[3] / "docs" / "rule-book.md").read_text("utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    said = refusal(example)
    assert len(said) == 8 and all("缺少条款" in fault for fault in said)
