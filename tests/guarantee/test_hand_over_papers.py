"""What the client gave at a visit is handed over with its report, ticked one by one (GPM.9, PGM.11)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from baohou.guarantee.exports.hand_overs import print_contents, print_receipt
from baohou.guarantee.models import HandOver, Visit
from baohou.guarantee.queries.hand_over_papers import Paper, papers_of
from baohou.guarantee.rules.words import Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs
from baohou.kernel.papers import archive, records
from baohou.kernel.papers.models import Seal
from tests.cast import Portfolio
from tests.guarantee.conftest import THIRD
from tests.guarantee.exports.readers import text_of
from tests.guarantee.handing import (
    EIGHTH,
    NINTH,
    TENTH,
    give_all,
    items,
    receive_all,
    refused,
    sign_for,
    sign_over,
    told_by,
)
from tests.guarantee.papers import report_with_papers

pytestmark = [pytest.mark.django_db, pytest.mark.clause("PGM.11", "GPM.9")]


@pytest.fixture
def visit(portfolio: Portfolio) -> Visit:
    return report_with_papers(portfolio, on=date(2026, 9, 15))


@pytest.fixture
def hand_over(portfolio: Portfolio, visit: Visit) -> HandOver:
    return hand_overs.begin(department=portfolio.first.department, quarter=THIRD, on=EIGHTH, actor="M01", door="page")


@pytest.fixture
def papers(visit: Visit) -> list[Paper]:
    return papers_of([visit.pk])[visit.pk]


def test_files_of_the_client_are_papers_and_photos_are_one(papers: list[Paper]) -> None:
    assert [paper.title for paper in papers] == ["客户资料：报表.pdf", "客户资料：完税证明.pdf", "现场照片 2 张"]


def test_nothing_is_given_or_received_while_a_paper_is_missing(
    portfolio: Portfolio, hand_over: HandOver, papers: list[Paper]
) -> None:
    """张甲 cannot find the tax certificate and cannot give the report; found, it is given; 孙戊 counts the same."""
    cast, keys = portfolio.cast, [paper.key for paper in papers]
    by_a = {"hand_over": hand_over, "medium": Medium.PAPER, "on": NINTH, **told_by(cast.a)}
    with refused("guarantee.hand_over.paper_missing") as caught:
        hand_overs.give(items=items(hand_over), papers=[keys[0], keys[2]], **by_a)
    assert "完税证明.pdf" in str(caught.value)
    assert not hand_over.items.filter(given_on__isnull=False).exists()
    assert hand_overs.give(items=items(hand_over), papers=keys, **by_a) == 1
    by_s = {"hand_over": hand_over, "on": TENTH, **told_by(cast.supervisor)}
    with refused("guarantee.hand_over.paper_missing"):
        hand_overs.receive(items=items(hand_over), papers=keys[1:], **by_s)
    assert not hand_over.items.filter(received_on__isnull=False).exists()
    assert hand_overs.receive(items=items(hand_over), papers=keys, **by_s) == 1


def test_receipt_and_contents_name_the_papers(portfolio: Portfolio, hand_over: HandOver, tmp_path: Path) -> None:
    give_all(hand_over, portfolio.cast)
    receipt = sign_over(hand_over, portfolio.cast)
    waiting = text_of(print_receipt(receipt, printed_on=TENTH), tmp_path)
    assert "随附：客户资料：报表.pdf；客户资料：完税证明.pdf；现场照片2张" in waiting
    receive_all(hand_over, portfolio.cast)
    receipt = sign_for(hand_over, portfolio.cast)
    assert receipt.volume is not None
    listed = archive.list_items(receipt.volume)
    number = listed[0].number
    assert [one.number for one in listed[1:]] == [f"{number}-{place}" for place in (1, 2, 3)]
    seal = Seal.objects.get(kind="hand_over_receipt")
    told = seal.content["said"]["items"]
    assert [one["title"] for one in told[1:]] == ["客户资料：报表.pdf", "客户资料：完税证明.pdf", "现场照片 2 张"]
    assert {one["received_by"] for one in told} == {"S01"}
    assert records.check(seal).intact
    assert "随附资料3件已逐份移交" in text_of(print_receipt(receipt, printed_on=TENTH), tmp_path)
    assert "客户资料：完税证明.pdf" in text_of(print_contents(receipt.volume, printed_on=TENTH), tmp_path)


def test_a_receipt_sealed_before_papers_were_named_stays_as_it_was(
    portfolio: Portfolio, hand_over: HandOver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its volume holds the report alone: so it says on paper, and its seal is whole."""
    give_all(hand_over, portfolio.cast)
    sign_over(hand_over, portfolio.cast)
    receive_all(hand_over, portfolio.cast)
    with monkeypatch.context() as before:
        before.setattr(hand_over_receipts, "papers_of", lambda visits: {})
        receipt = sign_for(hand_over, portfolio.cast)
    assert receipt.volume is not None
    assert len(archive.list_items(receipt.volume)) == 1
    assert records.check(Seal.objects.get(kind="hand_over_receipt")).intact
    assert "随附" not in text_of(print_receipt(receipt, printed_on=TENTH), tmp_path)
