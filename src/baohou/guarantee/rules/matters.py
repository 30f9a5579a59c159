"""What a visit's form asks (PGM.3a, PGM.5a) and by which methods a visit learns it (PGM.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from baohou.guarantee.rules.appointments import APPOINTMENT_KEY
from baohou.guarantee.rules.words import VisitKind


@dataclass(frozen=True)
class Matter:
    """One question of a visit's form: ``code`` is its key in ``Visit.findings``, ``zh`` its label."""

    code: str
    zh: str


@dataclass(frozen=True)
class Method:
    """One of the four methods (PGM.6): its label on form and screen, its name in lists, how people also write it."""

    code: str
    zh: str
    short: str
    also: tuple[str, ...]


METHODS_KEY = "methods"
"""Under this key ``Visit.findings`` holds a mapping from method code to what that method found."""

CLIENT_OPINION = Matter("client_opinion", "客户意见及建议")
"""Asked on every visit (PGM.3a names it for routine ones); the form gives it a place of its own."""

NOT_SIGNED = Matter("not_signed", "客户未签字的原因")
"""Told when the client did not sign the visit on site (GPM.5); the form gives it the place of the signature."""

_BUSINESS = Matter("business", "生产经营情况")
_PERFORMANCE = Matter("performance", "履约情况")

MATTERS_OF: Mapping[VisitKind, tuple[Matter, ...]] = MappingProxyType(
    {
        VisitKind.ROUTINE: (
            Matter("loan_use", "借款使用情况"),
            Matter("funds_flow", "资金真实流向"),
            Matter("use_effect", "资金使用效果"),
            _BUSINESS,
            Matter("assets_and_liabilities", "资产及负债发展变化情况"),
        ),
        VisitKind.REGULAR: (
            _BUSINESS,
            Matter("assets_and_liabilities", "资产及负债发展变化情况"),
            Matter("repayment", "还本付息及到期还款安排"),
            Matter("security", "反担保措施现状"),
            Matter("changes", "重大事项及变动"),
            _PERFORMANCE,
        ),
        VisitKind.SPECIAL: (
            Matter("industry", "行业动态"),
            Matter("management", "企业管理"),
            _BUSINESS,
            Matter("market", "市场及销售"),
            Matter("finances", "财务状况"),
            Matter("executives", "高管人事变动"),
            Matter("structure", "体制变化"),
            Matter("solvency", "偿债能力"),
            _PERFORMANCE,
        ),
    }
)
"""The matters of each kind of visit in the order of the form, without the client's opinion, which comes last on all."""

_KNOWN = {matter.code: matter for matters in MATTERS_OF.values() for matter in matters}

METHODS: tuple[Method, ...] = (
    Method("site", "实地查看生产场所、盘点实物、查看有关账务", "实地查看", ("实地", "现场", "盘点", "查账", "账务")),
    Method("talk", "与客户及主要管理人员座谈、交流", "座谈", ("面谈", "访谈", "交流")),
    Method("workers", "对生产工人等企业有关人员随机调查", "随机调查", ("工人", "职工", "员工")),
    Method("third_party", "通过相关部门和其他人员了解情况", "侧面了解", ("有关部门", "相关部门", "其他人员", "第三方")),
)


def asked_of(kind: VisitKind) -> tuple[Matter, ...]:
    """Every matter that the form of a kind of visit asks, the client's opinion last."""
    return (*MATTERS_OF[kind], CLIENT_OPINION)


def finding(findings: Mapping[str, Any], matter: Matter) -> str:
    """What a visit found on a matter; empty when nothing was written down."""
    return str(findings.get(matter.code) or "")


def unanswered(kind: VisitKind, findings: Mapping[str, Any]) -> list[Matter]:
    """The matters that the form of a kind of visit asks and of which nothing is written (PGM.3a, PGM.5a)."""
    return [matter for matter in asked_of(kind) if not finding(findings, matter).strip()]


def untold(findings: Mapping[str, Any]) -> list[Method]:
    """The methods that were used and of which nothing is written that they found (PGM.6)."""
    used = findings.get(METHODS_KEY) or {}
    return [method for method in METHODS if method.code in used and not method_finding(findings, method).strip()]


def matters_told(kind: VisitKind, findings: Mapping[str, Any]) -> list[tuple[Matter, str]]:
    """The matters of a kind of visit with what was found, then every other that was written down: nothing is lost.

    The client's opinion, why the client did not sign and the appointment have places of their own, not among them.
    """
    asked = MATTERS_OF[kind]
    seen = {METHODS_KEY, APPOINTMENT_KEY, CLIENT_OPINION.code, NOT_SIGNED.code, *(matter.code for matter in asked)}
    other = [_KNOWN.get(code, Matter(code, code)) for code in findings if code not in seen]
    return [(matter, finding(findings, matter)) for matter in asked] + [
        (matter, text) for matter in other if (text := finding(findings, matter))
    ]


def method_finding(findings: Mapping[str, Any], method: Method) -> str:
    """What a method found on a visit; empty when nothing was written down."""
    return str((findings.get(METHODS_KEY) or {}).get(method.code) or "")


def methods_used(text: str, findings: Mapping[str, Any]) -> frozenset[str]:
    """Codes of the methods that a visit used: those named in ``Visit.methods`` and those that have a finding.

    ``text`` lists codes, labels, or what people write for them.
    """
    told = {method.code for method in METHODS if method.code in (findings.get(METHODS_KEY) or {})}
    return frozenset(told.union(*(_named_by(part) for part in _parts(text))))


def other_methods(text: str) -> str:
    """What ``Visit.methods`` lists beside the four methods; empty when there is nothing else."""
    return "、".join(part for part in _parts(text) if not _named_by(part))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[\s,，、;；|/。]+", text) if part]


def _named_by(part: str) -> set[str]:
    """Codes of the methods that one part of a list names."""
    return {
        method.code
        for method in METHODS
        if part.lower() == method.code or any(name in part for name in (method.short, *method.also))
    }
