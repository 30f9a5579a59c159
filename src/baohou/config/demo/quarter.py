"""The open quarter as a whole: reports on their way, visits just made, a penalty appealed against, someone away."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from baohou.config.demo import filings, visits, waiting
from baohou.config.demo.company import DOOR, Company, said_by
from baohou.day import engine
from baohou.kernel.accountability.appeals import decide, file_appeal
from baohou.kernel.accountability.models import Appeal, Entry, Verdict
from baohou.kernel.people.deputies import name_deputy
from baohou.kernel.people.models import Department, Staff

VISITS = (6, 2, 2)
APPEALS = ("客户 9 点停电停工，约到次日，已补访", "当天出差在外，B 角已电话回访，次日补了现场")
REDUCED_FEN = 2000
DECIDED = "停电属实，但应提前改期"
AWAY = "外出培训"
_DAYS_AWAY = 5


@transaction.atomic
def open_quarter(*, on: date) -> None:
    """Bring the company that was imported for the day ``on`` into the middle of its quarter's work.

    The first department's papers are still being written, the second's are accepted, the third's wait for the risk
    department; what the days before brought about is left as it was imported.
    """
    company = Company(on)
    engine.run(on=company.filed_on)
    first, *others = company.departments
    _work_on(company, first)
    for place, department in enumerate(others):
        if place % 2 == 0:
            _finish(company, department)
        else:
            _wait(company, department)
    engine.run(on=on)
    waiting.tell_partner(company)
    for department, count in zip(company.departments, VISITS, strict=False):
        visits.visit_some(company, department, count=count)
    _appeal(company, first)
    _go_away(company, first)
    waiting.ask_for_eyes(company)
    waiting.demand_factor(company)


def _work_on(company: Company, department: Department) -> None:
    """The plan is accepted, the table half done, and of the reports handed over one has come back."""
    filings.accept_plan(company, filings.plan_visits(company, department))
    filings.begin_table(company, department)
    begun = filings.hand_over(company, department)
    if begun is not None:
        filings.receive(company, begun, but=3)
        filings.send_one_back(company, begun)


def _finish(company: Company, department: Department) -> None:
    """Table accepted and reports in the archive; only the plan is still a draft."""
    filings.plan_visits(company, department, share=0.6)
    filings.accept_table(company, filings.hand_in_table(company, department))
    begun = filings.hand_over(company, department)
    if begun is not None:
        filings.receive(company, begun)
        filings.archive(company, begun)


def _wait(company: Company, department: Department) -> None:
    """Table and reports wait for the risk department, which has sent the plan back."""
    filings.return_plan(company, filings.plan_visits(company, department))
    filings.hand_in_table(company, department)
    filings.hand_over(company, department)


def _appeal(company: Company, department: Department) -> None:
    """Two project managers appeal against their last penalty; the first waits, the second is decided."""
    keys = ((staff, _last_penalty(company, staff)) for staff in company.managers(department))
    penalised = ((staff, key) for staff, key in keys if key is not None)
    appeals = [
        file_appeal(duty_key=key, text=text, on=company.on, **said_by(staff))
        for text, (staff, key) in zip(APPEALS, penalised, strict=False)
    ]
    for appeal in appeals[1:]:
        _decide(company, appeal)


def _decide(company: Company, appeal: Appeal) -> None:
    decide(
        appeal=appeal,
        verdict=Verdict.REDUCED,
        amount_fen=REDUCED_FEN,
        because=DECIDED,
        on=company.on,
        **said_by(company.risk_manager),
    )


def _last_penalty(company: Company, staff: Staff) -> int | None:
    """The duty of the newest penalty that has not been taken back."""
    left = Entry.objects.filter(staff=staff, dated__lte=company.on).values("duty_key").annotate(net=Sum("amount_fen"))
    standing = left.filter(net__gt=0).values("duty_key")
    entry = Entry.objects.filter(staff=staff, duty_key__in=standing).order_by("-dated", "-pk").first()
    return entry.duty_key if entry else None


def _go_away(company: Company, department: Department) -> None:
    """The department's second project manager is away, and the first one stands in."""
    deputy, *rest = company.managers(department)
    if rest:
        name_deputy(
            staff=rest[0],
            deputy=deputy,
            first_on=company.on - timedelta(days=1),
            last_on=company.on + timedelta(days=_DAYS_AWAY),
            because=AWAY,
            actor=company.head(department).staff_no,
            door=DOOR,
        )
