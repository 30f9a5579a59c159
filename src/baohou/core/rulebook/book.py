"""Versions of a rule set, and the one that is in force on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from baohou.core.rulebook.clauses import Clause, Parameter, Value
from baohou.core.rulebook.specs import ParameterSpec


@dataclass(frozen=True)
class Version:
    """A version of a rule set, in force from ``effective_on`` up to the day before ``ends_on``.

    ``number`` is the version's number in the database; an ``ends_on`` of None means until replaced.
    """

    number: int
    rule_set: str
    name: str
    effective_on: date
    ends_on: date | None
    clauses: Mapping[str, Clause]

    def parameter(self, clause: str, name: str) -> Parameter:
        """A parameter that this version gives; KeyError when it gives none of that name."""
        return self.clauses[clause].parameters[name]

    def value_of(self, spec: ParameterSpec) -> Value:
        """The base value of a parameter, or its default where this version gives none; KeyError without a default."""
        clause = self.clauses.get(spec.clause)
        if spec.default is not None and (clause is None or spec.name not in clause.parameters):
            return spec.default
        return self.parameter(spec.clause, spec.name).value

    def is_in_force(self, on: date) -> bool:
        return self.effective_on <= on and (self.ends_on is None or on < self.ends_on)


@dataclass(frozen=True)
class RuleBook:
    """All versions of one rule set, in the order of their effective days."""

    versions: tuple[Version, ...]

    def in_force(self, on: date) -> Version | None:
        """The version in force on a day; None when there was none yet or none any more."""
        return next((version for version in self.versions if version.is_in_force(on)), None)

    def since(self, clause: str, name: str, on: date, facts: Mapping[str, str | None] | None = None) -> date:
        """The day since which the value in force on ``on`` has held without a break.

        Without facts the base value is meant; with them, the value for these facts. LookupError when no
        version is in force on ``on`` or it gives no such parameter.
        """
        value = self._value(self._standing(on), clause, name, facts)
        earlier = [version for version in reversed(self.versions) if version.effective_on <= on]
        held = takewhile(lambda version: self._gives(version, clause, name, facts, value), earlier)
        since = on
        for version in held:
            if version.ends_on is not None and version.ends_on < since:
                break
            since = version.effective_on
        return since

    def version(self, number: int) -> Version:
        """The version of a number; KeyError when there is none."""
        for version in self.versions:
            if version.number == number:
                return version
        raise KeyError(number)

    def _standing(self, on: date) -> Version:
        version = self.in_force(on)
        if version is None:
            raise LookupError(f"no version in force on {on}")
        return version

    @staticmethod
    def _value(version: Version, clause: str, name: str, facts: Mapping[str, str | None] | None) -> Value:
        parameter = version.parameter(clause, name)
        return parameter.value if facts is None else parameter.value_for(facts)

    def _gives(
        self, version: Version, clause: str, name: str, facts: Mapping[str, str | None] | None, value: Value
    ) -> bool:
        """Whether a version gives the parameter, and with this value."""
        known = clause in version.clauses and name in version.clauses[clause].parameters
        return known and self._value(version, clause, name, facts) == value
