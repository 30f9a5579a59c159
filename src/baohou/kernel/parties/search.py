"""Parties by name and initials among a million: expressions that an index of PostgreSQL serves, and SQLite too."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, CharField, F, Func, Q, QuerySet, Subquery, Value
from django.db.models.functions import Collate

from baohou.kernel.parties.models import Party

PAIR: Final = 2
GRAMS: Final = "baohou_grams"
"""The function of PostgreSQL that gives every character of a text and every two that stand together."""


def by_initials(parties: QuerySet[Party]) -> QuerySet[Party]:
    """The parties with ``place``, their initials by code point; in order of it and their number."""
    return parties.alias(place=_place()).order_by("place", "pk")


def behind(parties: QuerySet[Party], party: Party) -> QuerySet[Party]:
    """Those of by_initials that stand behind a party."""
    # The first condition follows from the second, and alone leads into the index.
    after = Q(place__gt=party.initials) | Q(place=party.initials, pk__gt=party.pk)
    return parties.filter(Q(place__gte=party.initials) & after)


def first(parties: QuerySet[Party], count: int, *, after: Party | None = None) -> QuerySet[Party]:
    """Those of by_initials among the first so many of all parties, or some more; counted behind a party."""
    everyone = by_initials(Party.objects.all())
    end = (behind(everyone, after) if after else everyone)[count : count + 1].first()
    return parties.filter(Q(place__lte=end.initials)) if end else parties


def one_of(numbers: QuerySet[Any, int]) -> Any:
    """Parties with one of the numbers that a query gives: the query is run first, and leads to them."""
    if connection.vendor != "postgresql":
        return Q(pk__in=numbers)
    return Func(
        F("pk"),
        Subquery(numbers),
        template="%(expressions)s)",
        arg_joiner=" = ANY(ARRAY",
        output_field=BooleanField(),
    )


def with_initials(words: str) -> Q:
    """Parties of by_initials whose initials begin with the words."""
    return Q(place__startswith=words.lower())


def holding(words: str) -> Q:
    """Parties with the words in their name, whatever the case of letters; words without any are compared as they are,
    which takes PostgreSQL a tenth of the time."""
    return Q(name__contains=words) if words.lower() == words.upper() else Q(name__icontains=words)


def named(words: str) -> QuerySet[Party]:
    """Parties with the words in their name, found by pairs of characters where the database keeps them."""
    found = Party.objects.filter(holding(words))
    if connection.vendor != "postgresql":
        return found
    grams = [words[at : at + 2].lower() for at in range(len(words) - 1)] or [words.lower()]
    return found.filter(_has_grams(grams))


def named_in_order(words: str) -> QuerySet[Party]:
    """The same in order of by_initials: all who are so named are sorted, and not all parties passed in that order.

    For names that many have and most do not. A pair of characters is kept as it is, so that no name need be read.
    """
    by_pair = connection.vendor == "postgresql" and len(words) <= PAIR
    found = Party.objects.filter(_has_grams([words.lower()])) if by_pair else named(words)
    no_index = Func(F("initials"), template="(%(expressions)s || '')", output_field=CharField())
    return found.alias(place=_by_code_point(no_index)).order_by("place", "pk")


def _has_grams(grams: list[str]) -> Func:
    return Func(
        F("name"),
        Value("{" + ",".join(f'"{_escaped(gram)}"' for gram in grams) + "}"),
        template=f"{GRAMS}(%(expressions)s::text[])",
        arg_joiner="::text) @> (",
        output_field=BooleanField(),
    )


def _escaped(gram: str) -> str:
    return gram.replace("\\", "\\\\").replace('"', '\\"')


def _place() -> Collate:
    return _by_code_point(F("initials"))


def _by_code_point(text: Any) -> Collate:
    return Collate(text, "C" if connection.vendor == "postgresql" else "BINARY")
