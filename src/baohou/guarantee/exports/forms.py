"""From a department and a quarter to the papers of a form."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import BinaryIO

from baohou.core.errors import Refused
from baohou.core.period import Quarter
from baohou.core.sayings import say
from baohou.guarantee.models import Visit
from baohou.guarantee.queries import forms as queries
from baohou.guarantee.queries.plans import get_review
from baohou.guarantee.queries.sealed_visits import check_url
from baohou.guarantee.rules.words import VisitKind
from baohou.kernel.papers.models import Seal, Signature
from baohou.kernel.papers.printing import Paper, qr_svg, write_pdf, write_xlsx
from baohou.kernel.papers.records import read_file
from baohou.kernel.people.models import Department

KINDS = MappingProxyType({"pdf": write_pdf, "xlsx": write_xlsx})
"""The kinds of file, by their endings."""

MOST_SHEETS = 60
"""Up to so many visit reports a workbook holds each on its own sheet, after the list of all of them."""

_SHEETS_OF_REPORT = 20


@dataclass(frozen=True)
class Wanted:
    """What is to be printed: for whom, for when, on which day, and as which kind of file (pdf or xlsx)."""

    department: Department
    quarter: Quarter
    printed_on: date
    kind: str


def list_papers(*, form: str, department: str, quarter: Quarter, printed_on: date, kind: str) -> list[Paper]:
    """The papers of a form of FORMS. Refused when the department is unknown or there is nothing to print."""
    return FORMS[form](Wanted(queries.get_department(name=department), quarter, printed_on, kind))


def write_papers(*, papers: Iterable[Paper], kind: str, out: BinaryIO) -> None:
    """Write papers as a file of a kind of KINDS."""
    KINDS[kind](papers=papers, out=out)


def visit_reports(wanted: Wanted) -> list[Paper]:
    """Annex 1, one for each visit of the quarter; a workbook begins with the list of all (PGM.11)."""
    reports = queries.list_visit_reports(department=wanted.department, quarter=wanted.quarter)
    if not reports:
        raise _empty(wanted, say("没有对其客户的回访"))
    papers = [
        _visit_report(report, wanted.department.name, f"{place:03d} {report.client[:_SHEETS_OF_REPORT]}")
        for place, report in enumerate(reports, 1)
    ]
    if wanted.kind == "pdf":
        return papers
    complete = len(papers) <= MOST_SHEETS
    context = {
        "reports": reports,
        "department": wanted.department.name,
        "quarter": wanted.quarter,
        "complete": complete,
    }
    listed = Paper("guarantee/exports/visit_report_list.html", context, f"{wanted.quarter}")
    return [listed, *papers] if complete else [listed]


def list_papers_of_visit(*, visit: Visit) -> list[Paper]:
    """Annex 1 for one visit. Refused when no guarantee spoke for the client on that day."""
    report = queries.get_visit_report(visit=visit)
    if report is None:
        raise Refused("guarantee.export.no_project", "这次回访那天客户没有在保项目，或所写项目不是该客户的，无法出表。")
    return [_visit_report(report, report.department, report.client[:_SHEETS_OF_REPORT])]


def _visit_report(report: queries.VisitReport, department: str, sheet: str) -> Paper:
    context: dict[str, object] = {"report": report, "department": department, "kinds": list(VisitKind)}
    if report.record.seal is not None:
        context |= {**_checked(report.record.seal), "drawn": _drawn(report.record.signature)}
    return Paper("guarantee/exports/visit_report.html", context, sheet)


def _checked(seal: Seal | None) -> dict[str, object]:
    """Where a sealed paper is checked, as an address and as a QR code; nothing when it is not sealed."""
    if seal is None:
        return {}
    url = check_url(seal.code)
    return {"seal": seal, "check_url": url, "qr": qr_svg(url)}


def _drawn(signature: Signature | None) -> str:
    """The picture of a signature as an address that holds it; empty when there is none, or its file is lost."""
    if signature is None or signature.image is None:
        return ""
    try:
        content = read_file(signature.image.sha256)
    except FileNotFoundError:
        return ""
    return f"data:{signature.image.content_type};base64,{b64encode(content).decode()}"


def visit_plan(wanted: Wanted) -> list[Paper]:
    """Annex 2, the visits owed in the quarter; it can be printed before the quarter begins (PGM.8)."""
    plan = queries.get_visit_plan(department=wanted.department, quarter=wanted.quarter)
    if not plan.rows:
        raise _empty(wanted, say("没有应办的回访"))
    seal = get_review(department=wanted.department, quarter=wanted.quarter).seal
    number = f"HFJH-{wanted.quarter}"
    context = {"plan": plan, "number": number, "printed_on": wanted.printed_on, **_checked(seal)}
    return [Paper("guarantee/exports/visit_plan.html", context, f"{wanted.quarter}")]


def classification(wanted: Wanted) -> list[Paper]:
    """Annex 3, the grades of the department's clients on the quarter's last day (PGM.9)."""
    table = queries.get_classification(department=wanted.department, quarter=wanted.quarter)
    if not table.rows:
        raise _empty(wanted, say("季末没有在保客户"))
    context = {
        "table": table,
        "number": f"KHFL-{wanted.quarter}",
        "printed_on": wanted.printed_on,
        "mixed": len(table.currencies) > 1,
        **_checked(table.seal),
    }
    return [Paper("guarantee/exports/classification.html", context, f"{wanted.quarter}")]


def _empty(wanted: Wanted, why: str) -> Refused:
    return Refused(
        "guarantee.export.empty",
        "%(department)s %(quarter)s %(why)s，无表可出",
        department=wanted.department.name,
        quarter=wanted.quarter,
        why=why,
    )


FORMS: Mapping[str, Callable[[Wanted], list[Paper]]] = MappingProxyType(
    {"visit-report": visit_reports, "visit-plan": visit_plan, "classification": classification}
)
"""The forms by the name that a command gives them."""
