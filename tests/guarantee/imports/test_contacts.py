"""Whom to call and which account repays, in the portfolio file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baohou.guarantee.imports import WORKBOOK, take
from baohou.guarantee.imports.jobs import seen_as
from baohou.guarantee.imports.sample import write_sample
from baohou.kernel.audit.models import Act, Change
from baohou.kernel.papers.taking.summary import summarise
from baohou.kernel.parties.contacts import ContactSaid, keep_contacts
from baohou.kernel.parties.models import Account, Contact, Party, Role
from baohou.kernel.parties.queries import get_reached, stamp_of
from tests.cast import HEADINGS, PORTFOLIO, STEEL, Cast
from tests.guarantee.imports.conftest import TODAY, Import, found

pytestmark = pytest.mark.django_db
PHONE, ACCOUNT = "13857112233", "6222021001116245702"
HEADS = (*HEADINGS["portfolio"], "联系人", "联系电话", "开户行", "还款账号")
SAID = ("王小河", "138 5711 2233", "工商银行", "6222 0210 0111 6245 702")
NONE = ("", "", "", "")


def _rows(first: tuple[str, ...], second: tuple[str, ...] = NONE) -> list[tuple[str, ...]]:
    """The two guarantees of 东方钢铁, each with its cells."""
    return [(*PORTFOLIO[0], *first), (*PORTFOLIO[1], *second)]


def _known() -> list[tuple[str, ...]]:
    reached = get_reached(Party.objects.get(id_no=STEEL))
    people = [(one.role, one.name, one.phone) for one in reached.contacts]
    return people + [(one.bank, one.account_no) for one in reached.accounts]


def test_a_contact_and_an_account_come_with_the_guarantee(import_rows: Import, cast: Cast) -> None:
    """One row says them, the other row of the client says nothing; again nothing changes."""
    assert import_rows("portfolio", *_rows(SAID), headings=HEADS).taken
    assert _known() == [("contact", "王小河", PHONE), ("工商银行", ACCOUNT)]
    acts = Act.objects.count()
    again = import_rows("portfolio", *_rows(SAID), headings=HEADS)
    assert (again.taken, again.counts["portfolio"]["same"], Act.objects.count()) == (True, 2, acts)


def test_two_loans_may_be_repaid_from_two_accounts(import_rows: Import, cast: Cast) -> None:
    other = ("王小河", PHONE, "建设银行", "33001616735053001234")
    assert import_rows("portfolio", *_rows(SAID, other), headings=HEADS).taken
    assert _known()[1:] == [("工商银行", ACCOUNT), ("建设银行", "33001616735053001234")]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("王小河", "12345", "", ""), (2, "联系电话")),
        (("王小河", "87654321", "", ""), (2, "联系电话")),
        (("", PHONE, "", ""), (2, "联系人")),
        (("", "", "工商银行", "12 34"), (2, "还款账号")),
        (("", "", "工商银行", "6.22202E+18"), (2, "还款账号")),
        (("", "", "工商银行", ""), (2, "还款账号")),
        (("", "", "", ACCOUNT), (2, "开户行")),
    ],
)
def test_what_can_not_be_right_is_a_fault_of_its_cell(
    import_rows: Import, cast: Cast, cells: tuple[str, ...], fault: tuple[int, str]
) -> None:
    outcome = import_rows("portfolio", *_rows(cells), headings=HEADS)
    assert found(outcome) == [fault]
    assert not Party.objects.exists()


def test_a_client_has_one_contact_in_a_file(import_rows: Import, cast: Cast) -> None:
    assert found(import_rows("portfolio", *_rows(SAID, ("李大江", PHONE, "", "")), headings=HEADS)) == [(3, "联系人")]


def test_another_number_is_a_difference_that_is_shown_masked(import_rows: Import, cast: Cast) -> None:
    """Taken only on request; neither the difference nor the audit says a number, and two alike are told apart."""
    import_rows("portfolio", *_rows(SAID), headings=HEADS)
    changed = ("王小河", "13899992233", "农业银行", ACCOUNT)
    shown = import_rows("portfolio", *_rows(changed), headings=HEADS)
    assert not shown.taken
    assert [one.column for one in shown.differences] == ["联系电话", "开户行"]
    phone = shown.differences[0]
    assert phone.before.startswith("138****2233·") and phone.after.startswith("138****2233·")
    assert phone.before != phone.after
    assert import_rows("portfolio", *_rows(changed), headings=HEADS, update=True).taken
    assert _known() == [("contact", "王小河", "13899992233"), ("农业银行", ACCOUNT)]
    told = json.dumps([list(Change.objects.values()), list(Act.objects.values())], ensure_ascii=False, default=str)
    for secret in (PHONE, "13899992233", ACCOUNT, "王小河"):
        assert secret not in told
    assert Change.objects.filter(table="parties.Contact", before__phone=phone.before).exists()


def test_what_a_second_person_sees_stands_for_the_numbers_themselves(import_rows: Import, cast: Cast) -> None:
    """An approval of 138****2233 is not one of another number that looks alike."""
    import_rows("portfolio", *_rows(SAID), headings=HEADS)
    seen = {
        seen_as(summarise(import_rows("portfolio", *_rows(("王小河", phone, "", "")), headings=HEADS)))
        for phone in ("13899992233", "13888882233")
    }
    assert len(seen) == 2


def test_a_new_guarantee_with_another_contact_would_change_the_client(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", (*PORTFOLIO[0], *SAID), headings=HEADS)
    later = (*PORTFOLIO[1], "李大江", PHONE, "", "")
    refused = import_rows("portfolio", later, headings=HEADS)
    assert ([one.column for one in refused.differences], refused.taken) == (["联系人"], False)
    assert import_rows("portfolio", later, headings=HEADS, update=True).taken
    assert _known() == [("contact", "李大江", PHONE), ("工商银行", ACCOUNT)]


def test_another_person_without_a_number_does_not_inherit_it(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", *_rows(SAID), headings=HEADS)
    import_rows("portfolio", *_rows(("李大江", "", "", "")), headings=HEADS, update=True)
    assert _known() == [("contact", "李大江", ""), ("工商银行", ACCOUNT)]


def test_empty_cells_and_missing_columns_take_nothing_away(import_rows: Import, cast: Cast) -> None:
    """What the page says of the boss stays as well: a file speaks of the contact only."""
    import_rows("portfolio", *_rows(SAID), headings=HEADS)
    steel = Party.objects.get(id_no=STEEL)
    boss, contact = ContactSaid("legal", "陈大海", ""), ContactSaid("contact", "王小河", None)
    seen = stamp_of(get_reached(steel))
    keep_contacts(party=steel, contacts=[boss, contact], accounts=[], seen=seen, actor="A01", door="page")
    before = _known()
    assert import_rows("portfolio", *_rows(NONE), headings=HEADS).counts["portfolio"]["same"] == 2
    assert import_rows("portfolio", *PORTFOLIO[:2]).counts["portfolio"]["same"] == 2
    assert _known() == before == [("legal", "陈大海", ""), ("contact", "王小河", PHONE)]


PEOPLE = ("法定代表人", "法定代表人电话", "实际控制人", "实际控制人电话", "财务负责人", "财务负责人电话")
ALL_HEADS = (*HEADS, *PEOPLE)
WHOLE = (*SAID, "陈大海", "0571-87654321", "周一平", "", "吴芳", "138 1111 2222")


def test_everybody_to_call_comes_with_the_guarantee(import_rows: Import, cast: Cast) -> None:
    """All four of 东方钢铁, the controller without a number; again nothing changes, whatever order the columns have."""
    assert import_rows("portfolio", (*PORTFOLIO[0], *WHOLE), headings=ALL_HEADS).taken
    wanted = {
        ("contact", "王小河", PHONE),
        ("legal", "陈大海", "0571-87654321"),
        ("controller", "周一平", ""),
        ("finance", "吴芳", "13811112222"),
        ("工商银行", ACCOUNT),
    }
    assert set(_known()) == wanted
    turned = (*WHOLE[4:], *PORTFOLIO[0], *WHOLE[:4])
    again = import_rows("portfolio", turned, headings=(*PEOPLE, *HEADS))
    assert (again.taken, again.counts["portfolio"]["same"]) == (True, 1)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (("陈大海", "12345", "", "", "", ""), (2, "法定代表人电话")),
        (("", PHONE, "", "", "", ""), (2, "法定代表人")),
        (("", "", "", "87654321", "", ""), (2, "实际控制人电话")),
        (("", "", "", PHONE, "", ""), (2, "实际控制人")),
        (("", "", "", "", "", PHONE), (2, "财务负责人")),
    ],
)
def test_a_fault_names_the_cell_of_whoever_it_is_about(
    import_rows: Import, cast: Cast, cells: tuple[str, ...], fault: tuple[int, str]
) -> None:
    outcome = import_rows("portfolio", (*PORTFOLIO[0], *NONE, *cells), headings=ALL_HEADS)
    assert found(outcome) == [fault]
    assert fault[1].removesuffix("电话") in outcome.parts[0].faults[0].message or fault[1].endswith("电话")
    assert not Party.objects.exists()


def test_a_client_has_one_of_each_in_a_file(import_rows: Import, cast: Cast) -> None:
    """Two rows name two legal representatives, and the same finance manager with two numbers."""
    first = (*NONE, "陈大海", "", "", "", "吴芳", PHONE)
    other = (*NONE, "李大江", "", "", "", "吴芳", "13899992233")
    outcome = import_rows("portfolio", *_rows(first, other), headings=ALL_HEADS)
    assert found(outcome) == [(3, "法定代表人"), (3, "财务负责人电话")]
    assert "一户只记一位法定代表人" in outcome.parts[0].faults[0].message


def test_one_of_them_changes_and_the_others_stay(import_rows: Import, cast: Cast) -> None:
    """A new legal representative is a difference, taken on request, masked in the audit; the rest is as it was."""
    import_rows("portfolio", (*PORTFOLIO[0], *WHOLE), headings=ALL_HEADS)
    before = set(_known())
    later = (*NONE, "李大江", "", "", "", "", "")
    shown = import_rows("portfolio", (*PORTFOLIO[0], *later), headings=ALL_HEADS)
    assert ([one.column for one in shown.differences], shown.taken) == (["法定代表人", "法定代表人电话"], False)
    assert shown.differences[1].after == "没有"
    assert import_rows("portfolio", (*PORTFOLIO[0], *later), headings=ALL_HEADS, update=True).taken
    assert set(_known()) == before - {("legal", "陈大海", "0571-87654321")} | {("legal", "李大江", "")}
    told = json.dumps([list(Change.objects.values()), list(Act.objects.values())], ensure_ascii=False, default=str)
    for secret in ("陈大海", "李大江", "0571-87654321", "吴芳"):
        assert secret not in told


def test_a_new_guarantee_with_another_controller_would_change_the_client(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", (*PORTFOLIO[0], *WHOLE), headings=ALL_HEADS)
    later = (*PORTFOLIO[1], *NONE, "", "", "赵新", PHONE, "", "")
    refused = import_rows("portfolio", later, headings=ALL_HEADS)
    assert [one.column for one in refused.differences] == ["实际控制人", "实际控制人电话"]
    assert not refused.taken


def test_a_number_of_nobody_is_not_taken_and_told(import_rows: Import, cast: Cast) -> None:
    outcome = import_rows("portfolio", (*PORTFOLIO[0], PHONE), headings=(*HEADINGS["portfolio"], "联系电话"))
    assert outcome.taken
    assert "没有“联系人”列" in outcome.parts[0].notes[0]
    assert not Contact.objects.exists()


def test_a_guarantee_is_removed_without_its_clients_contacts(import_rows: Import, cast: Cast) -> None:
    import_rows("portfolio", *_rows(SAID), headings=HEADS)
    gone = import_rows("portfolio", (PORTFOLIO[0][0],), headings=("项目编号",), remove=True, because="录错")
    assert gone.taken
    assert _known() == [("contact", "王小河", PHONE), ("工商银行", ACCOUNT)]


def test_the_sample_has_contacts_and_accounts(cast: Cast, tmp_path: Path) -> None:
    write_sample(clients=30, seed=1, on=TODAY, path=tmp_path / "sample.xlsx")
    assert take(kind=WORKBOOK, path=tmp_path / "sample.xlsx", today=TODAY, update=True).taken
    counts = {role: Contact.objects.filter(role=role).count() for role in Role}
    assert 20 < counts[Role.CONTACT] < 30
    assert 0 < counts[Role.FINANCE] < counts[Role.LEGAL] <= counts[Role.CONTACT]
    assert 0 < counts[Role.CONTROLLER] < counts[Role.LEGAL]
    assert Account.objects.count() > 20
