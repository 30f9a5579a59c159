"""Rows looked up by some numbers, in columns: the same whichever database packs them."""

import pytest

from baohou.core.columns import NEVER, NOBODY, day_number
from baohou.guarantee.queries.facts import GUARANTEE_TABLE
from baohou.kernel import columns
from baohou.kernel.parties.models import Party
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def test_each_number_is_looked_up_once(portfolio: Portfolio) -> None:
    """Steel, asked for twice and with a number that nobody has, has two guarantees; none is asked for, none is read."""
    asked = [portfolio.steel.pk, 999_999, portfolio.steel.pk]
    found = columns.read(GUARANTEE_TABLE, among=("client_id", asked))
    assert sorted(found["guarantee_id"]) == sorted([portfolio.first.pk, portfolio.second.pk])
    assert len(columns.read(GUARANTEE_TABLE, among=("client_id", []))) == 0


def test_a_condition_holds_beside_the_numbers(portfolio: Portfolio) -> None:
    """Of steel's and paper's guarantees those released: paper's, on 20 August, with its days and nobody for no one."""
    asked = [portfolio.steel.pk, portfolio.paper.pk]
    [row] = columns.read(GUARANTEE_TABLE, where="released_on IS NOT NULL", among=("client_id", asked)).to_dicts()
    assert row["guarantee_id"] == portfolio.released.pk
    assert row["released_on"] == day_number(portfolio.released.released_on)
    assert NEVER not in (row["issued_on"], row["released_on"])
    assert NOBODY not in (row["department_id"], row["manager_id"])


def test_texts_are_read_as_they_are_written(portfolio: Portfolio) -> None:
    """Quotes, commas, line ends, nothing, and NULL."""
    awkward = ['甲“乙”,"丙"', "丁\n戊", ""]
    parties = [portfolio.steel, portfolio.paper, portfolio.food]
    for party, initials in zip(parties, awkward, strict=True):
        Party.objects.filter(pk=party.pk).update(initials=initials)
    numbers = [party.pk for party in parties]
    found = columns.read_texts_among("parties_party", key="id", names=("name", "initials"), numbers=numbers)
    told = {number: (name, initials) for number, name, initials in found.iter_rows()}
    assert told == {party.pk: (party.name, said) for party, said in zip(parties, awkward, strict=True)}
    assert len(columns.read_texts_among("parties_party", key="id", names=("name",), numbers=[])) == 0
