"""The pages of the audit: who may look, what is found, what an act's page says; and that they ask a bounded number."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection, transaction
from django.test import Client

from baohou.desk.audit_names import COLUMNS, TABLES
from baohou.guarantee.rules.words import Grade
from baohou.guarantee.services import grades
from baohou.kernel.audit import capture, chain
from baohou.kernel.audit.capture import watched
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.audit.services import record_act
from baohou.kernel.people.models import Staff
from tests.cast import Portfolio
from tests.desk.conftest import Enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def graded(evening: Portfolio) -> Portfolio:
    """钱丙 graded 东方钢铁 watch as of 2026-10-08, because 存货积压."""
    manager = evening.cast.manager
    grades.change(
        client=evening.steel, grade=Grade.WATCH, effective_on=date(2026, 10, 8), because="存货积压",
        by=manager, actor=manager.staff_no, door="page",
    )  # fmt: skip
    chain.link_pending(everything=True)
    setattr(connection, "audit_open_act", None)  # noqa: B010 # as after the commit, which the test does not make
    return evening


@pytest.mark.parametrize("post", ["manager", "a", "outsider"])
def test_whoever_has_no_right_to_it_is_refused(graded: Portfolio, enter: Enter, post: str) -> None:
    browser = enter(getattr(graded.cast, post))
    act = Act.objects.latest("pk")
    for path in ("/audit/", f"/audit/{act.pk}/", "/audit/export/"):
        assert browser.get(path).status_code == 403
    assert "谁改过" not in browser.get(f"/clients/{graded.steel.pk}/").content.decode()
    assert Client().get("/audit/").status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("q=存货", True),
        ("q=东方", True),
        ("q=没有这个", False),
        ("by=NOBODY", False),
        ("verb=grades.change&door=page", True),
        ("door=day", False),
        ("since=2020-01-01&until=2020-12-31", False),
        ("client=999999", False),
        ("client=x&since=never&before=first", True),
    ],
)
def test_acts_are_found(graded: Portfolio, enter: Enter, query: str, found: bool) -> None:
    page = enter(graded.cast.risk_manager).get(f"/audit/?{query}")
    assert page.status_code == 200
    assert (any(one.act.verb == "grades.change" for one in page.context["acts"])) is found


def test_an_act_is_read_before_and_after_with_its_place(graded: Portfolio, enter: Enter) -> None:
    browser = enter(graded.cast.risk_manager)
    page = browser.get(f"/audit/?client={graded.steel.pk}")
    assert "谁改过 东方钢铁有限公司" in page.content.decode()
    act = next(one.act for one in page.context["acts"] if one.act.verb == "grades.change")
    said = browser.get(f"/audit/{act.pk}/").content.decode()
    assert "存货积压" in said and "相符" in said and "新增" in said
    assert f"第 {act.link.position} 环" in said
    assert "谁改过" in browser.get(f"/clients/{graded.steel.pk}/").content.decode()


def test_an_export_has_a_row_for_each_act_and_no_formula(graded: Portfolio, enter: Enter) -> None:
    file = enter(graded.cast.risk_manager).get("/audit/export/?verb=grades.change").content
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert sheet is not None
    assert [row[10] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["存货积压"]


def test_a_list_of_any_length_asks_a_bounded_number(
    graded: Portfolio, enter: Enter, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    browser = enter(graded.cast.risk_manager)
    verbs = Act.objects.values("verb").distinct().count()
    with django_assert_max_num_queries(14 + verbs):
        browser.get("/audit/?q=东方")
    with django_assert_max_num_queries(19):
        browser.get(f"/audit/{Act.objects.latest('pk').pk}/")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["风险分类", "生效日", "<strong>关注</strong>", "东方钢铁有限公司", "经办人", "钱丙"]),
        ("en", ["Grade", "Effective on", "<strong>Watch</strong>", "东方钢铁有限公司", "Done by", "钱丙"]),
    ],
)
def test_an_act_tells_its_rows_in_words(graded: Portfolio, enter: Enter, language: str, words: list[str]) -> None:
    """Table, columns, the grade and whom numbers stand for in words; the raw names only in titles."""
    browser = enter(graded.cast.risk_manager)
    browser.cookies["django_language"] = language
    page = browser.get(f"/audit/{Act.objects.get(verb='grades.change').pk}/").content.decode()
    assert [word for word in words if word not in page] == []
    shown = re.sub(r' (title|href|content|name|for|id|data-[a-z-]+)="[^"]*"', "", page)
    for raw in ("guarantee.GradeChange", "effective_on", "client_id", "by_id"):
        assert raw in page
        assert raw not in shown


def test_an_older_act_that_names_the_table_otherwise_is_told_alike(graded: Portfolio, enter: Enter) -> None:
    """Rows noted under the table's own name, with codes for words, as record_changes does."""
    act = Act.objects.get(verb="grades.change")
    Change.objects.create(
        act=act, table="guarantee_proposal", key="x", before={"grade": "good"}, after={"grade": "risk"}
    )
    page = enter(graded.cast.risk_manager).get(f"/audit/{act.pk}/").content.decode()
    assert 'title="guarantee_proposal">拟定分类' in page
    assert "<strong>风险</strong>" in page


def test_every_table_and_column_of_the_history_has_a_name() -> None:
    models = watched()
    assert sorted({one._meta.label for one in models} - TABLES.keys()) == []
    columns = {field.attname for one in models for field in one._meta.concrete_fields}
    assert sorted(columns - COLUMNS.keys()) == []


def test_each_of_many_rows_is_shown_page_by_page(evening: Portfolio, enter: Enter) -> None:
    """450 people taken from one file: 200, 200 and the rest, each with its name."""
    with transaction.atomic():
        act = record_act(verb="import.staff", door="page", by="X01")
        capture.add_rows(Staff, [Staff(staff_no=f"N{n:03}", name=f"新员{n:03}") for n in range(450)])
    browser, seen, query = enter(evening.cast.admin), "", ""
    for _ in range(3):
        page = browser.get(f"/audit/{act.pk}/{query}").content.decode()
        seen += page
        query = next(iter(re.findall(r'href="(\?after=[\d.]+)"', page)), "")
    assert query == "" and all(f"新员{n:03}" in seen for n in range(450))
