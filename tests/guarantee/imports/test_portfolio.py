"""Portfolios by file: what is taken, what is a fault, what is a difference."""

from __future__ import annotations

from datetime import date

import pytest

from baohou.guarantee.models import Guarantee, Touched
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department
from tests.cast import FOOD, PAPER, STEEL, Cast, Portfolio
from tests.guarantee.imports.conftest import Import, found

pytestmark = pytest.mark.django_db

P1 = ("P1", "重钢", STEEL, "业务一部", "A01", "李乙", "1,000,000.00", "2026-01-05", "2027年1月4日", "")
P2 = ("P2", "造纸", PAPER, "业务一部", "张甲", "", "50万元", "20260201", "46500", "2026/8/1")


def test_a_portfolio_is_taken_with_its_clients(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", P1, P2)
    assert outcome.taken
    first = Guarantee.objects.get(project_no="P1")
    assert (first.client.id_no, first.client.initials.split()[0], first.amount_fen) == (STEEL, "zg", 100_000_000)
    assert (first.manager_a, first.manager_b, first.currency, first.bank) == (cast.a, cast.b, "CNY", "")
    assert (first.issued_on, first.ends_on, first.released_on) == (date(2026, 1, 5), date(2027, 1, 4), None)
    second = Guarantee.objects.get(project_no="P2")
    assert (second.manager_b, second.released_on) == (None, date(2026, 8, 1))
    assert second.ends_on == date(2027, 4, 23)
    assert sorted(Touched.objects.values_list("since", flat=True)) == [date(2026, 1, 5), date(2026, 2, 1)]
    act = Act.objects.get(verb="import.portfolio")
    assert (act.facts["file"], act.facts["new"], len(act.facts["sha256"])) == ("portfolio.csv", 2, 64)
    assert first.act == act


def test_the_same_portfolio_twice_changes_nothing(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", P1, P2)
    acts = Act.objects.count()
    again = import_rows("portfolio", P2, P1)
    assert (again.taken, again.counts["portfolio"]["same"]) == (True, 2)
    assert (Act.objects.count(), Touched.objects.count(), Change.objects.filter(before__isnull=False).count()) == (
        acts,
        2,
        0,
    )


def test_every_fault_is_listed_and_nothing_is_taken(import_rows: Import, cast: Cast) -> None:
    """Row 3 has six faults at once; the good row 2 is not taken either."""
    bad = ("P9", "坏", "123", "业务一步", "没人", "A01", "1.234", "2026-01-05", "2025-01-01", "2026-01-05")
    outcome = import_rows("portfolio", P1, bad)
    assert found(outcome) == [
        (3, "证件号码"), (3, "业务部门"), (3, "A角"), (3, "担保金额"), (3, "到期日"), (3, "解保日"),
    ]  # fmt: skip
    assert not outcome.taken
    assert not Guarantee.objects.exists() and not Party.objects.exists()


def test_with_partial_the_good_rows_are_taken(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", P1, ("P9", *P2[1:7], "", "", ""), partial=True)
    assert outcome.taken
    assert (outcome.counts["portfolio"]["new"], outcome.counts["portfolio"]["left"]) == (1, 1)


def test_a_dry_run_says_all_and_writes_nothing(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", P1, dry_run=True)
    assert (outcome.acceptable, outcome.taken, outcome.counts["portfolio"]["new"]) == (True, False, 1)
    assert not Guarantee.objects.exists() and not Party.objects.exists()


def test_both_rows_of_a_double_number_are_faults(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", P1, P2, ("Ｐ１", *P2[1:]))
    assert found(outcome) == [(2, "项目编号"), (4, "项目编号")]


def test_one_identity_number_has_one_name(import_rows: Import, cast: Cast) -> None:
    assert found(import_rows("portfolio", P1, ("P3", "重庆钢铁", *P1[2:]))) == [(3, "客户名称")]


def test_a_new_guarantee_under_another_name_would_rename_the_client(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", P1)
    renamed = ("P3", "重庆钢铁", *P1[2:])
    refused = import_rows("portfolio", renamed)
    assert [(one.column, one.before, one.after) for one in refused.differences] == [("客户名称", "重钢", "重庆钢铁")]
    assert not refused.taken
    assert import_rows("portfolio", renamed, update=True).taken
    assert Party.objects.get(id_no=STEEL).name == "重庆钢铁"
    assert Change.objects.filter(before__isnull=False).get(table="parties.Party").before == {"client_name": "重钢"}


def test_other_values_are_shown_and_taken_only_on_request(import_rows: Import, portfolio: Portfolio) -> None:
    """The release of a guarantee comes with the next export of the books."""
    one = portfolio.first
    row = (one.project_no, one.client.name, one.client.id_no, one.department.name, one.manager_a.staff_no)
    row += (one.manager_b.staff_no if one.manager_b else "", str(one.amount_fen // 100), one.issued_on.isoformat())
    row += (one.ends_on.isoformat() if one.ends_on else "", "2026-10-08")
    Touched.objects.all().delete()
    shown = import_rows("portfolio", row)
    assert [(d.row, d.name, d.column, d.before, d.after) for d in shown.differences] == [
        (2, one.project_no, "解保日", None, "2026-10-08")
    ]
    assert not shown.taken
    assert import_rows("portfolio", row, update=True, because="补录解保").counts["portfolio"]["changed"] == 1
    one.refresh_from_db()
    assert one.released_on == date(2026, 10, 8)
    change = Change.objects.filter(before__isnull=False).get(table="guarantee.Guarantee")
    assert (change.key, change.before["released_on"], change.after["released_on"]) == (
        one.project_no,
        None,
        "2026-10-08",
    )
    assert change.act.because == "补录解保"
    assert {touched.client_id for touched in Touched.objects.all()} == {one.client_id}


def test_a_missing_column_says_nothing_an_empty_cell_says_none(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", P2)
    short = ("项目编号", "客户名称", "证件号码", "业务部门", "A角", "担保金额", "起始日")
    assert import_rows("portfolio", (*P2[:5], *P2[6:8]), headings=short).counts["portfolio"]["same"] == 1
    assert [d.column for d in import_rows("portfolio", (*P2[:9], "")).differences] == ["解保日"]


def test_a_department_nobody_works_in_is_added_and_told(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", (*P1[:3], "业务七部", *P1[4:]))
    assert outcome.taken
    assert "业务七部" in outcome.parts[0].notes[0]
    assert Department.objects.filter(name="业务七部").exists()


def test_amounts_under_a_header_in_wan(import_rows: Import, cast: Cast) -> None:
    headings = ("项目编号", "客户名称", "证件号码", "业务部门", "A角", "担保金额（万元）", "起始日", "currency")
    import_rows("portfolio", (*P1[:5], "12.5", "2026-01-05", "usd"), headings=headings)
    one = Guarantee.objects.get()
    assert (one.amount_fen, one.currency) == (12_500_000, "USD")


def test_a_guarantee_is_removed_with_a_reason_and_only_when_nothing_hangs_on_it(
    import_rows: Import, portfolio: Portfolio
) -> None:
    keys = [(portfolio.elsewhere.project_no,), (portfolio.first.project_no,)]
    visit = (STEEL, portfolio.first.project_no, portfolio.first.issued_on.isoformat(), "例行", "A01")
    assert import_rows("visits", visit).taken
    blocked = import_rows("portfolio", *keys, headings=("项目编号",), remove=True, because="录错")
    assert found(blocked) == [(3, "项目编号")]
    assert Guarantee.objects.filter(project_no=keys[0][0]).exists()
    assert import_rows("portfolio", keys[0], headings=("项目编号",), remove=True, because="录错").taken
    again = import_rows("portfolio", keys[0], headings=("项目编号",), remove=True, because="录错")
    assert (again.taken, again.counts["portfolio"]["same"]) == (True, 1)
    assert Change.objects.filter(before__isnull=False).get(key=keys[0][0]).before["client_id_no"] == FOOD
    never = import_rows("portfolio", ("NEVER",), headings=("项目编号",), remove=True, because="录错")
    assert found(never) == [(2, "项目编号")]
