"""Whom to call about a client and which accounts repay: one way of writing, kept with its history, seen for a reason."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from baohou.core.errors import Refused
from baohou.kernel.audit.models import Act, Change, Concern
from baohou.kernel.parties.calling import WrongNumber, check_account, check_phone, dialled
from baohou.kernel.parties.contacts import AccountSaid, ContactSaid, keep_contacts, reveal_contacts
from baohou.kernel.parties.models import Account, Contact, Party, Role
from baohou.kernel.parties.queries import get_reached, stamp_of
from tests.cast import Portfolio

PHONE, ACCOUNT = "13857112233", "6222021001116245702"
WRITER = {"actor": "A01", "door": "page"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 5711 2233", PHONE),
        ("138-5711-2233", PHONE),
        ("１３８５７１１２２３３", PHONE),
        ("+86 13857112233", PHONE),
        ("0086-138-5711-2233", PHONE),
        ("0571-87654321", "0571-87654321"),
        ("(0571) 8765 4321", "0571-87654321"),
        ("057187654321", "0571-87654321"),
        ("+86 571 8765 4321", "0571-87654321"),
        ("010-12345678", None),
        ("010-62345678", "010-62345678"),
        ("0571-87654321转803", "0571-87654321-803"),
        ("0571-87654321-803", "0571-87654321-803"),
        ("0571-87654321 分机 803", "0571-87654321-803"),
        ("021-6234567", "021-6234567"),
        ("400-800-1234", "4008001234"),
        ("+852 2345 6789", "+85223456789"),
        ("12857112233", None),
        ("1385711223", None),
        ("138571122334", None),
        ("87654321", None),
        ("张三", None),
        ("13857112233 13957112233", None),
        ("", None),
    ],
)
def test_a_telephone_number_is_written_one_way_or_refused(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(WrongNumber):
            check_phone(typed)
    else:
        assert check_phone(typed) == kept == check_phone(kept)


def test_an_extension_is_dialled_after_a_pause() -> None:
    numbers = (PHONE, "0571-87654321", "0571-87654321-803", "+85223456789")
    assert [dialled(one) for one in numbers] == [
        f"tel:{PHONE}",
        "tel:057187654321",
        "tel:057187654321,803",
        "tel:+85223456789",
    ]


def test_a_refused_telephone_number_says_what_to_do() -> None:
    with pytest.raises(WrongNumber, match="区号"):
        check_phone("87654321")
    with pytest.raises(WrongNumber, match="11 位"):
        check_phone("1385711223")


@pytest.mark.parametrize("typed", ["6222 0210 0111 6245 702", "6222-0210-0111-6245-702", " 6222021001116245702 "])
def test_blanks_of_an_account_number_go(typed: str) -> None:
    assert check_account(typed) == ACCOUNT


@pytest.mark.parametrize("typed", ["1234567", "1" * 33, "62220210A1116245702", "", "6.22202E+18"])
def test_it_rejects_what_is_no_account_number(typed: str) -> None:
    with pytest.raises(WrongNumber):
        check_account(typed)


def _keep(
    party: Party, *, contacts: list[ContactSaid], accounts: list[AccountSaid] | None = None, seen: str | None = None
) -> bool:
    stamp = stamp_of(get_reached(party)) if seen is None else seen
    return keep_contacts(party=party, contacts=contacts, accounts=accounts or [], seen=stamp, **WRITER)


BOSS = ContactSaid("legal", "陈大海", "138 5711 2233")
BOOKS = ContactSaid("finance", "林会计", "0571-87654321转803")
PAYS = AccountSaid(None, "工商银行西湖支行", "6222 0210 0111 6245 702")


@pytest.mark.django_db
def test_contacts_are_kept_and_the_audit_does_not_repeat_them(portfolio: Portfolio) -> None:
    """张甲 writes down two people and an account: one act about 东方钢铁, with nobody's number, account or whole name."""
    steel = portfolio.steel
    assert _keep(steel, contacts=[BOOKS, BOSS], accounts=[PAYS])
    known = get_reached(steel)
    assert [(one.role, one.name, one.phone) for one in known.contacts] == [
        ("legal", "陈大海", PHONE),
        ("finance", "林会计", "0571-87654321-803"),
    ]
    assert [(one.bank, one.account_no, one.holder) for one in known.accounts] == [("工商银行西湖支行", ACCOUNT, "")]
    act = Act.objects.get(verb="parties.contacts")
    assert (act.by, Concern.objects.get(act=act).number) == ("A01", steel.pk)
    told = json.dumps([list(Change.objects.filter(act=act).values()), act.facts], ensure_ascii=False, default=str)
    for secret in (PHONE, "87654321", ACCOUNT, "陈大海", "林会计"):
        assert secret not in told
    assert "138****2233" in told and "6222***********5702" in told


@pytest.mark.django_db
def test_another_number_that_looks_alike_is_another_in_the_audit(portfolio: Portfolio) -> None:
    """13857112233 becomes 13899992233: masked they look the same, their tags differ."""
    _keep(portfolio.steel, contacts=[BOSS])
    _keep(portfolio.steel, contacts=[BOSS._replace(phone="13899992233")])
    change = Change.objects.filter(table="parties.Contact").latest("pk")
    before, after = change.before["phone"], change.after["phone"]
    assert before.split("·")[0] == after.split("·")[0] == "138****2233"
    assert before != after


@pytest.mark.django_db
def test_what_is_not_said_again_stays_and_who_is_left_out_goes(portfolio: Portfolio) -> None:
    """The number None is the stored one; the accountant is left out; the account gets another holder."""
    steel = portfolio.steel
    _keep(steel, contacts=[BOSS, BOOKS], accounts=[PAYS])
    account = get_reached(steel).accounts[0]
    again = AccountSaid(account.pk, "农业银行", None, "陈大海")
    assert _keep(steel, contacts=[BOSS._replace(phone=None)], accounts=[again])
    known = get_reached(steel)
    assert [(one.name, one.phone) for one in known.contacts] == [("陈大海", PHONE)]
    assert [(one.pk, one.bank, one.account_no, one.holder) for one in known.accounts] == [
        (account.pk, "农业银行", ACCOUNT, "陈大海")
    ]
    assert not _keep(steel, contacts=[BOSS], accounts=[again])
    assert Act.objects.filter(verb="parties.contacts").count() == 2


@pytest.mark.django_db
def test_another_person_does_not_inherit_the_number(portfolio: Portfolio) -> None:
    """陈大海 is succeeded by 王小河: his mobile number is not hers until somebody says so."""
    _keep(portfolio.steel, contacts=[BOSS])
    with pytest.raises(Refused, match="换了姓名"):
        _keep(portfolio.steel, contacts=[ContactSaid("legal", "王小河", None)])
    assert _keep(portfolio.steel, contacts=[ContactSaid("legal", "王小河", "")])
    assert [(one.name, one.phone) for one in get_reached(portfolio.steel).contacts] == [("王小河", "")]


@pytest.mark.django_db
def test_two_accounts_may_change_places(portfolio: Portfolio) -> None:
    other = "33001616735053001234"
    _keep(portfolio.steel, contacts=[], accounts=[PAYS, AccountSaid(None, "建设银行", other)])
    first, second = get_reached(portfolio.steel).accounts
    swapped = [AccountSaid(first.pk, first.bank, other), AccountSaid(second.pk, second.bank, ACCOUNT)]
    assert _keep(portfolio.steel, contacts=[], accounts=swapped)
    assert {(one.bank, one.account_no) for one in get_reached(portfolio.steel).accounts} == {
        (first.bank, other),
        (second.bank, ACCOUNT),
    }


@pytest.mark.django_db
def test_it_rejects_writing_over_what_somebody_changed_meanwhile(portfolio: Portfolio) -> None:
    """李乙 saved after 张甲 had opened the page: 张甲 is told, and nothing is lost."""
    seen = stamp_of(get_reached(portfolio.steel))
    _keep(portfolio.steel, contacts=[BOOKS])
    with pytest.raises(Refused, match="有人刚改过"):
        _keep(portfolio.steel, contacts=[BOSS], seen=seen)
    assert [one.name for one in get_reached(portfolio.steel).contacts] == ["林会计"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("contacts", "accounts", "because"),
    [
        ([BOSS._replace(phone="12345")], [], "法定代表人的电话"),
        ([BOSS._replace(name=" ")], [], "请写姓名"),
        ([BOSS, BOSS], [], "只记一个人"),
        ([], [PAYS._replace(account_no="123")], "8 至 32 位"),
        ([], [PAYS._replace(account_no=None)], "请写账号"),
        ([], [PAYS._replace(bank="")], "请写开户行"),
        ([], [PAYS, PAYS], "填了两次"),
        ([], [PAYS._replace(number=999_999)], "没有这个还款账户"),
        ([], [PAYS._replace(account_no=f"{n:08}") for n in range(11)], "最多记 10 个"),
    ],
)
def test_it_rejects_what_can_not_be_right(
    portfolio: Portfolio, contacts: list[ContactSaid], accounts: list[AccountSaid], because: str
) -> None:
    with pytest.raises(Refused, match=because):
        _keep(portfolio.steel, contacts=contacts, accounts=accounts)
    assert not Contact.objects.exists() and not Account.objects.exists()
    assert not Act.objects.filter(verb="parties.contacts").exists()


@pytest.mark.django_db
def test_only_what_was_asked_for_is_shown_and_written_down(portfolio: Portfolio) -> None:
    """张甲 wants to call: the answer holds the telephone numbers and no account, the act who, whose, why, masked."""
    _keep(portfolio.steel, contacts=[BOSS], accounts=[PAYS])
    shown = reveal_contacts(party=portfolio.steel, what="phones", because="打电话", **WRITER)
    assert ([one.phone for one in shown.contacts], shown.accounts) == ([PHONE], [])
    act = Act.objects.get(verb="parties.reveal_contacts")
    assert (act.because, act.facts["shown"]) == ("打电话", ["138****2233"])
    assert Concern.objects.get(act=act).number == portfolio.steel.pk
    shown = reveal_contacts(party=portfolio.steel, what="accounts", because="核对还款", **WRITER)
    assert (shown.contacts, [one.account_no for one in shown.accounts]) == ([], [ACCOUNT])
    with pytest.raises(Refused, match="请写明为什么"):
        reveal_contacts(party=portfolio.steel, what="phones", because=" ", **WRITER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [
        Contact(role="friend", name="陈大海"),
        Contact(role=Role.LEGAL, name=""),
        Account(bank="", account_no=ACCOUNT),
        Account(bank="工商银行", account_no="1234567"),
    ],
)
def test_the_database_keeps_nonsense_out(portfolio: Portfolio, row: Contact | Account) -> None:
    row.party = portfolio.steel
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
