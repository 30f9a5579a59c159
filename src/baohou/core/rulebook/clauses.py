"""Clauses and their parameters: a base value, and labelled exceptions that stand instead of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from baohou.core.rulebook.conflicts import precedes

Value = int | str


class TwoExceptionsApply(Exception):
    """Two exceptions to one parameter apply at once and neither goes before the other; the error names both."""

    def __init__(self, *, parameter: str, first: str, second: str) -> None:
        super().__init__(f"参数 {parameter} 的例外“{first}”与“{second}”同时适用，且未说明以哪一个为准")
        self.parameter = parameter
        self.first = first
        self.second = second


@dataclass(frozen=True)
class ExceptionTo:
    """A labelled exception to a parameter.

    It applies when, for every fact named in ``when``, the fact is one of the values given there.
    ``over`` names the exceptions that it goes before when both apply.
    """

    label: str
    when: Mapping[str, tuple[str, ...]]
    value: Value
    reference: str
    over: tuple[str, ...] = ()

    def applies_to(self, facts: Mapping[str, str | None]) -> bool:
        """Whether all its conditions hold; an unknown fact (None) meets none. KeyError: a fact was not given."""
        return all(facts[fact] in values for fact, values in self.when.items())


@dataclass(frozen=True)
class Parameter:
    """One parameter of a clause: its value (fen for money), where it is written, and its exceptions."""

    name: str
    value: Value
    reference: str
    exceptions: tuple[ExceptionTo, ...] = ()

    def exception_for(self, facts: Mapping[str, str | None]) -> ExceptionTo | None:
        """The exception that stands for these facts, or None when the base value does.

        TwoExceptionsApply when two apply and neither goes before the other.
        """
        applying = [exception for exception in self.exceptions if exception.applies_to(facts)]
        above = precedes(self.exceptions)
        for first, second in combinations(applying, 2):
            if (second.label in above[first.label]) == (first.label in above[second.label]):
                raise TwoExceptionsApply(parameter=self.name, first=first.label, second=second.label)
        return max(applying, key=lambda one: sum(two.label in above[one.label] for two in applying), default=None)

    def value_for(self, facts: Mapping[str, str | None]) -> Value:
        """The value for these facts; a fact that is not known is None, and no exception on it applies."""
        exception = self.exception_for(facts)
        return self.value if exception is None else exception.value


@dataclass(frozen=True)
class Clause:
    """One clause of a rule set, in our own wording, with the article it comes from."""

    code: str
    title: str
    text: str
    reference: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
