"""The rule book: clauses with typed parameters, in versions of which one is in force on a day."""

from baohou.core.rulebook.book import RuleBook, Version
from baohou.core.rulebook.clauses import Clause, ExceptionTo, Parameter, TwoExceptionsApply, Value
from baohou.core.rulebook.conflicts import find_conflicts, precedes
from baohou.core.rulebook.specs import Kind, ParameterSpec
from baohou.core.rulebook.timeline import Misfit, Span, ends_of, find_misfits

__all__ = [
    "Clause",
    "ExceptionTo",
    "Kind",
    "Misfit",
    "Parameter",
    "ParameterSpec",
    "RuleBook",
    "Span",
    "TwoExceptionsApply",
    "Value",
    "Version",
    "ends_of",
    "find_conflicts",
    "find_misfits",
    "precedes",
]
