"""Everything that a page shows or does has its operation: the table of both, which no page may be missing from."""

from __future__ import annotations

from pathlib import Path

import pytest

from baohou.config.addresses import every_page
from baohou.config.api import api
from tests.walks import Table

SAME = {
    "home": "GET /worklist|GET /worklist/parts|GET /waiting",
    "home.calendar": "GET /calendar|GET /planned-visits",
    "audit": "GET /acts",
    "audit.export": "GET /acts",
    "audit.act": "GET /acts/{act}|GET /acts/{act}/changes",
    "check.one": "GET /seals/{code}",
    "rule-book": "GET /rule-versions",
    "rule-book.version": "GET /rule-versions/{version}",
    "rule-book.add": "POST /rule-versions",
    "clients": "GET /clients",
    "clients.one": "GET /clients/{client}|"
    + "|".join(
        f"GET /clients/{{client}}/{what}"
        for what in ("guarantees", "grades", "time-line", "measures", "special-orders")
    ),
    "clients.visit": "POST /clients/{client}/visits",
    "clients.visit.files": "POST /clients/{client}/visit-files",
    "clients.visit.draft": "PUT /clients/{client}/visit-drafts/{draft}",
    "onsite.drafts": "GET /visit-drafts",
    "onsite.draft": "GET /visit-drafts/{draft}",
    "onsite.draft.file": "GET /visit-drafts/{draft}/files/{file}",
    "onsite.draft.discard": "POST /visit-drafts/{draft}/discard",
    "clients.contacts": "GET /clients/{client}/contacts|PUT /clients/{client}/contacts",
    "clients.contacts.whole": "POST /clients/{client}/contacts/whole",
    "clients.identity": "POST /clients/{client}/identity",
    "clients.grade": "POST /clients/{client}/grades",
    "clients.order": "POST /clients/{client}/special-orders",
    "clients.measure": "GET /clients/{client}/measures/{quarter}|PUT /clients/{client}/measures/{quarter}",
    "measures.why": "GET /measure-actions",
    "measures.done": "POST /measure-actions/{action}/done",
    "duties": "GET /duties",
    "clients.file": "GET /clients",
    "guarantees": "GET /guarantees",
    "guarantees.file": "GET /guarantees",
    "duties.file": "GET /duties",
    "penalties.list": "GET /penalties",
    "appeals.list": "GET /appeals",
    "reports.list": "GET /reports/{quarter}",
    "reports.measures": "GET /watched-clients/{quarter}/{department}",
    "handover.list": "GET /handovers",
    "handover.archive.list": "GET /volumes",
    "duties.why": "GET /duties/{key}/why",
    "visits.one": "GET /visits/{visit}",
    "visits.add": "POST /visits/{visit}/addenda",
    "visits.report": "GET /visits/{visit}/report.pdf",
    "visits.file": "GET /visits/{visit}/files/{number}",
    "visits.signature": "GET /visits/{visit}/signature",
    "grading": "GET /gradings/{quarter}",
    "grading.quarter": "GET /gradings/{quarter}",
    "grading.table": "GET /gradings/{quarter}/{department}|GET /gradings/{quarter}/{department}/clients",
    "grading.row": "PUT /gradings/{quarter}/{department}/clients/{client}",
    "grading.several": "POST /gradings/{quarter}/{department}/propose",
    "grading.rest": "POST /gradings/{quarter}/{department}/keep-rest",
    "grading.sign": "POST /gradings/{quarter}/{department}/hand-in",
    "grading.review": "POST /gradings/{quarter}/{department}/review",
    "reports": "GET /reports/{quarter}",
    "reports.quarter": "GET /reports/{quarter}",
    "reports.department": "GET /reports/{quarter}|GET /watched-clients/{quarter}/{department}",
    "reports.file": "POST /reports/{quarter}/{department}/{kind}",
    "reports.form": "GET /reports/{quarter}/{department}/forms/{form}.{ending}",
    "people.move": "POST /staff/{staff}/moves/preview|POST /staff/{staff}/moves|GET /staff/{staff}/work",
    "moves.one": "|".join(
        (
            "GET /moves/{move}",
            "GET /moves",
            *(f"GET /moves/{{move}}/{what}" for what in ("guarantees", "duties", "actions", "drafts")),
        )
    ),
    "moves.sign": "POST /moves/{move}/signers/{signer}/sign",
    "moves.paper": "GET /moves/{move}/list.pdf",
    "risk": "GET /risk/{quarter}|GET /returned-reports",
    "risk.quarter": "GET /risk/{quarter}|GET /returned-reports",
    "risk.table": "GET /risk/{quarter}",
    "risk.file": "GET /risk/{quarter}/{code}.xlsx",
    "overview": "GET /overview",
    "overview.table": "GET /overview",
    "overview.file": "GET /overview/{code}.xlsx",
    "plan": "GET /plans/{quarter}",
    "plan.department": "GET /plans/{quarter}/{department}|"
    + "|".join(f"GET /plans/{{quarter}}/{{department}}/{what}" for what in ("visits", "load", "weeks", "gone")),
    "plan.weeks": "GET /plans/{quarter}/{department}/weeks",
    "plan.weeks.file": "GET /plans/{quarter}/{department}/weeks",
    "plan.several": "|".join(
        f"POST /plans/{{quarter}}/{{department}}/{verb}" for verb in ("set", "shift", "clear", "spread")
    ),
    "plan.hand-in": "POST /plans/{quarter}/{department}/hand-in",
    "plan.review": "POST /plans/{quarter}/{department}/review",
    "plan.appointment": "PUT /plans/{quarter}/{department}/visits/{key}/appointment",
    "plan.day": "PUT /plans/{quarter}/{department}/visits/{key}",
    "handover": "GET /handovers",
    "handover.one": "GET /handovers/{quarter}/{department}|GET /handovers/{quarter}/{department}/items",
    "handover.begin": "POST /handovers/{quarter}/{department}/begin",
    "handover.refresh": "POST /handovers/{quarter}/{department}/refresh",
    "handover.give": "POST /handovers/{quarter}/{department}/give",
    "handover.withdraw": "POST /handovers/{quarter}/{department}/withdraw",
    "handover.receive": "POST /handovers/{quarter}/{department}/receive",
    "handover.back": "POST /handovers/{quarter}/{department}/send-back",
    "handover.sign": "POST /handovers/{quarter}/{department}/sign",
    "handover.accept": "POST /handovers/{quarter}/{department}/accept",
    "handover.receipt": "GET /handover-receipts/{receipt}.pdf",
    "handover.archive": "GET /volumes",
    "handover.destroy": "POST /volume-destructions",
    "handover.destroyed": "GET /volume-destructions/{destruction}/list.pdf|GET /volume-destructions/{destruction}",
    "handover.rule": "GET /volume-rule|PUT /volume-rule",
    "handover.volume": "GET /volumes/{volume}",
    "handover.contents": "GET /volumes/{volume}/contents.pdf",
    "handover.move": "PUT /volumes/{volume}/place",
    "handover.lend": "POST /volumes/{volume}/loans",
    "handover.return": "POST /volumes/{volume}/return",
    "imports": "POST /imports",
    "imports.columns": "GET /imports/{token}/columns|PUT /imports/{token}/mapping",
    "imports.check": "GET /imports/{token}|POST /imports/{token}/check|POST /imports/{token}/take",
    "imports.marked": "GET /imports/{token}/marked.xlsx",
    "imports.mappings": "GET /import-mappings|POST /import-mappings",
    "imports.mapping": "GET /import-mappings",
    "imports.mapping.remove": "DELETE /import-mappings/{mapping}",
    "runs": "GET /runs|GET /runs/set-aside",
    "runs.run": "POST /runs",
    "runs.jobs": "GET /jobs",
    "runs.job": "GET /jobs/{job}",
    "runs.job.progress": "GET /jobs/{job}",
    "runs.job.again": "POST /jobs/{job}/again",
    "penalties": "GET /penalties",
    "penalties.totals": "GET /penalties/totals",
    "penalties.story": "GET /penalties/{duty}/{staff}",
    "penalties.waive": "POST /penalties/{duty}/{staff}/waivers",
    "penalties.appeal": "POST /penalties/{duty}/{staff}/appeals",
    "penalties.statement": "GET /statements/{month}",
    "penalties.statement.month": "GET /statements/{month}",
    "penalties.statement.person": "GET /statements/{month}/{staff}",
    "penalties.file": "GET /statements/{month}/statement.{ending}",
    "penalties.file.person": "GET /statements/{month}/{staff}/statement.{ending}",
    "appeals": "GET /appeals",
    "appeals.decide": "GET /appeals/{appeal}|POST /appeals/{appeal}/decision",
    "appeals.withdraw": "POST /appeals/{appeal}/withdraw",
    "appeals.close": "POST /appeals/{appeal}/close",
    "appeals.file": "GET /appeals/{appeal}/files/{file}",
    "people": "GET /staff|GET /departments",
    "people.add": "POST /staff",
    "people.one": "GET /staff/{staff}",
    "people.department": "POST /departments",
    "people.post": "POST /staff/{staff}/postings",
    "people.post.back": "DELETE /staff/{staff}/postings/{posting}",
    "people.leave": "POST /staff/{staff}/leave",
    "people.login": "POST /staff/{staff}/login",
    "people.deputy": "POST /staff/{staff}/deputies",
    "people.deputy.end": "DELETE /staff/{staff}/deputies/{deputy}",
    "system": "GET /system",
    "system.read-only": "PUT /system/read-only|DELETE /system/read-only",
    "notices": "GET /notices",
    "notices.read": "POST /notices/read",
    "notices.open": "POST /notices/read",
    "notices.company": "GET /company-hours|PUT /company-hours",
    "notices.mine": "GET /me/notices|PUT /me/notices",
    "notices.address": "PUT /me/notices/{channel}",
    "notices.try": "POST /me/notices/{channel}/try",
    "notices.remove": "DELETE /me/notices/{channel}",
    "people.entrance": "GET /staff/{staff}/entrance|POST /staff/{staff}/entrance/lift|POST /staff/{staff}/entrance/end"
    "|POST /staff/{staff}/entrance/reset-factor|PUT /staff/{staff}/entrance/factor-demand",
    "people.factors": "GET /factor-demands|PUT /factor-demands",
    "tokens": "GET /me/tokens",
    "tokens.revoke": "DELETE /me/tokens/{credential}|DELETE /systems/{system}/tokens/{credential}",
    "systems": "GET /systems|POST /systems",
    "systems.one": "GET /systems/{system}/tokens",
    "outbox": "GET /outbox|GET /outbox/counts",
    "outbox.again": "POST /outbox/{message}/again",
    "outbox.stop": "POST /outbox/{message}/stop",
    "penalties.reverse": "POST /penalties/{duty}/{staff}/reversals",
    "approvals": "GET /approvals",
    "approvals.one": "GET /approvals/{proposal}|POST /approvals/{proposal}/approve|POST /approvals/{proposal}/refuse",
    "approvals.withdraw": "POST /approvals/{proposal}/withdraw",
    "approvals.settings": "GET /approval-settings|PUT /approval-settings",
    "hooks": "GET /hooks",
    "hooks.add": "POST /hooks",
    "hooks.one": "GET /hooks/{hook}|GET /hooks/{hook}/deliveries",
    "hooks.change": "PUT /hooks/{hook}",
    "hooks.pause": "POST /hooks/{hook}/pause",
    "hooks.resume": "POST /hooks/{hook}/resume",
    "hooks.secret": "POST /hooks/{hook}/secret",
    "hooks.ping": "POST /hooks/{hook}/ping",
    "hooks.remove": "DELETE /hooks/{hook}",
    "hooks.delivery": "GET /hooks/{hook}/deliveries/{delivery}",
    "hooks.again": "POST /hooks/{hook}/deliveries/{delivery}/again",
}
"""Each page with the operations that tell and do the same, ``|`` between them."""
NONE = {
    "login": "a program comes by its token",
    "logout": "a token has no session to end; it is revoked on its page",
    "password": "is changed by who knows the old one, in the browser",
    "mfa_authenticate": "the second step of a log-in in the browser; a token has none",
    "oidc": "as login",
    "oidc.done": "as login",
    "confirm": "asks whoever sits there for the password again",
    "security": "one's own log-in in the browser",
    "factor": "a token must not set up a second factor: who found it would lock its owner out",
    "factor.codes": "as factor",
    "factor.remove": "a token must not take a second factor away",
    "sessions.end": "sessions are the browser's",
    "start": "the first start of an empty installation has nobody who could have a token",
    "set_language": "a cookie of the browser",
    "set-money": "a cookie of the browser",
    "service-worker": "a script of the browser",
    "onsite": "the shell of the browser's offline work; what it sends are visits and their drafts",
    "onsite.token": "guards the browser's forms; a token needs none",
    "check": "where a code is typed",
    "rule-book.kept": "how pages are asked to hold what was typed",
    "healthz": "asked by machines as it is",
    "readyz": "asked by machines as it is",
    "metrics": "asked by machines as it is",
}
"""The pages without an operation, and why."""
_CLIENT, _TABLE = "GET /clients/{client}", "GET /gradings/{quarter}/{department}/clients"
_ITEMS, _VOLUME = "GET /handovers/{quarter}/{department}/items", "GET /volumes/{volume}"
_STORY, _PERSON, _HOOK = "GET /penalties/{duty}/{staff}", "GET /staff/{staff}", "GET /hooks/{hook}"
ON_THE_PAGE_ONLY = {
    "tokens": "a token must not make tokens: what leaked once would live for ever",
    "systems.one": "likewise",
}
"""What a page does beside what its operations do, and why no operation does it."""
FORMS = {
    "rule-book.add": "GET /rule-versions",
    "clients.visit": f"{_CLIENT}|GET /duties",
    "onsite.draft.discard": "GET /visit-drafts/{draft}",
    "clients.contacts.whole": "GET /clients/{client}/contacts",
    "clients.identity": _CLIENT,
    "clients.grade": "GET /clients/{client}/grades",
    "clients.order": "GET /clients/{client}/special-orders",
    "grading.sign": f"GET /gradings/{{quarter}}/{{department}}|{_TABLE}",
    "grading.review": f"GET /gradings/{{quarter}}/{{department}}|{_TABLE}",
    "reports.file": "GET /watched-clients/{quarter}/{department}",
    "plan.appointment": "GET /plans/{quarter}/{department}/visits|GET /clients/{client}/contacts",
    "handover.back": _ITEMS,
    "handover.sign": _ITEMS,
    "handover.accept": _ITEMS,
    "handover.destroy": "GET /volumes",
    "handover.move": _VOLUME,
    "handover.lend": f"{_VOLUME}|GET /staff",
    "handover.return": _VOLUME,
    "imports": "GET /jobs|GET /approvals",
    "penalties.waive": _STORY,
    "penalties.reverse": _STORY,
    "penalties.appeal": _STORY,
    "people.add": "GET /departments|GET /approvals",
    "people.department": "GET /departments",
    "people.post": _PERSON,
    "people.leave": _PERSON,
    "people.login": _PERSON,
    "people.deputy": f"{_PERSON}|GET /staff",
    "system.read-only": "GET /system",
    "notices.open": "GET /notices",
    "notices.address": "GET /me/notices",
    "hooks.add": "GET /hooks",
    "hooks.change": _HOOK,
    "hooks.secret": _HOOK,
}
"""The pages that are a form for one write, and what tells by API what stands around the form."""
OTHERWISE = {
    "plan.appointment": "no form for a deputy, who may not plan; the operation says why it is refused",
    "tokens.revoke": "one page for both: by API one's own tokens and those of systems have an operation each",
    "measures.why": "a page of one action is not found beyond reach; the operation lists those within reach",
    "clients.contacts": "the form to keep them; whoever sees the client sees them masked, on its page as by the API",
    "reports.department": "the operation lists the departments within reach, and a page of one is not found beyond it",
    "moves.one": "one is not found beyond reach; the list of all has those within reach",
    "handover.rule": "the form to set it; each volume's page tells all how long it is kept",
    "runs": "the page counts what is set aside, the operation shows the rows, which belong to clients",
    "appeals.decide": "the form to decide; whoever sees the penalty reads its appeal, in its story as by the API",
    "people": "the page is the directory; the names of the departments stand on every list of clients",
    "notices.open": "the page opens one notice of somebody; the operation marks those of one's own among those named",
}
"""The pages that let others in than their operations do, and why."""


WHO = ["A", "B", "O", "D", "M", "E", "W", "S", "R", "G", "X", "U", "C"]
"""Those of both tables of access who have a post: the rest come otherwise by a token than in a browser."""


@pytest.fixture(scope="module")
def operations() -> set[str]:
    paths = api.get_openapi_schema()["paths"]
    return {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, of in paths.items() for method in of}


def test_every_page_has_its_operations_or_a_reason() -> None:
    """A new page fails here until its operation stands in the table, or why there is none."""
    pages = {page.name for page in every_page()}
    assert pages - set(SAME) - set(NONE) == set()
    assert (set(SAME) | set(NONE)) - pages == set()
    assert not set(SAME) & set(NONE)


def test_the_operations_of_the_table_are_there(operations: set[str]) -> None:
    named = {one for those in SAME.values() for one in those.split("|")}
    assert named - operations == set()
    assert operations - named <= {"GET /me", "GET /today", "GET /duties/{key}", "GET /visits"} | {
        "GET /go-live",
        "PUT /go-live",
    }


def test_what_a_page_shows_is_read_by_an_operation(operations: set[str]) -> None:
    """A page that is opened names the operation that reads what it shows; a form, what stands around it."""
    desk = Table(Path(__file__).parents[1] / "desk" / "access.txt").read()
    shown = {page for (page, method), marks in desk.items() if method == "GET" and set(marks.split()) != {"x"}}
    writes_only = {page for page, those in SAME.items() if not any(one.startswith("GET ") for one in those.split("|"))}
    opened = {page for page in shown & writes_only if "+" in desk[page, "GET"]}
    assert opened - set(FORMS) == set(), "a page that shows something, and nothing that reads it"
    assert set(FORMS) - opened == set(), "no form any more"
    reads = {one for those in FORMS.values() for one in those.split("|")}
    assert {one for one in reads if not one.startswith("GET ")} | (reads - operations) == set()


def test_a_page_and_its_operations_let_the_same_people_in() -> None:
    """Both tables of access are what is; here the one is held against the other, but for the pages of OTHERWISE.

    A form that is not opened to read has no line for GET, and an operation that reads is held against GET.
    """
    desk = Table(Path(__file__).parents[1] / "desk" / "access.txt").read()
    api_ = Table(Path(__file__).with_name("access.txt")).read()
    differ: dict[str, list[str]] = {}
    for page, those in SAME.items():
        for one in those.split("|"):
            method, path = one.split()
            by_page = desk[page, "GET" if method == "GET" else "POST"].split()
            by_api = api_[path, method].split()
            if set(by_page) == {"x"}:
                continue
            there = [who for who, mark, other in zip(WHO, by_page, by_api, strict=False) if _in(mark) != _in(other)]
            if there:
                differ.setdefault(page, []).append(f"{one}: {' '.join(there)}")
    assert {page: said for page, said in differ.items() if page not in OTHERWISE} == {}
    assert set(OTHERWISE) - set(differ) == set()


def _in(mark: str) -> bool:
    """Whether somebody was let in, whatever the verb said then."""
    return mark in "+~"
