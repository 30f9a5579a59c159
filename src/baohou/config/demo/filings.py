"""The reports of the quarter that has ended, each department's at another point of its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle

from baohou.config.demo.company import DOOR, Company, said_by
from baohou.guarantee.models import Filing, HandOver
from baohou.guarantee.queries.grading import GradingTable, get_table
from baohou.guarantee.queries.grading_lines import Line
from baohou.guarantee.queries.hand_overs import unlisted
from baohou.guarantee.queries.pages.clients import speaking
from baohou.guarantee.rules.words import FilingKind, Grade, Medium
from baohou.guarantee.services import hand_over_receipts, hand_overs, measures, plans, proposals, reports
from baohou.guarantee.services.measures import Action
from baohou.guarantee.services.plans import Planner
from baohou.guarantee.services.tables import Signing
from baohou.kernel.papers.archive import Place
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Department, Staff

WATCH_BECAUSE = "应收账款账期拉长，两家主要客户减少订单"
GOOD_BECAUSE = "连续四期按时付息，资产负债率下降到 45%"
PLAN_RETURNED = "关注类客户请排到上旬，集中在月底来不及处置"
REPORT_RETURNED = "缺客户签字页，请补齐后再交"
MEASURES = (
    ("按月跟踪回款，新增应收账款质押。", "取得应收账款明细和对账单"),
    ("压降敞口，到期不再续保。", "与客户商定分期还款计划"),
    ("追加法定代表人连带责任保证。", "办妥保证合同签字"),
)
_DAYS_TO_ACT = 45
_YEARS_KEPT = 10


def plan_visits(company: Company, department: Department, *, share: float = 1.0) -> Planner:
    """Give the visits of the next quarter their days, or the first ``share`` of them."""
    planner = Planner(department, company.ended.next(), company.filed_on, **said_by(company.head(department)))
    undated = planner.plan().undated
    seen = {row.key: row.planned_on for row in undated[: round(len(undated) * share)]}
    first = max(company.filed_on, planner.quarter.first)
    left = plans.spread(planner=planner, first=first, last=planner.quarter.last, seen=seen).left
    for row in left:
        day = max(row.window.first, first)
        plans.set_date(planner=planner, key=row.key, planned_on=day, seen=None, confirmed=True, note="当天新办")
    return planner


def accept_plan(company: Company, planner: Planner) -> None:
    """Hand a plan in, and let the risk department accept it as it stands."""
    filing = plans.hand_in(planner=planner)
    reports.accept(filing=filing, on=company.answered_on, **said_by(company.supervisor))


def return_plan(company: Company, planner: Planner) -> None:
    """Hand a plan in, and let the risk department send it back."""
    filing = plans.hand_in(planner=planner)
    reports.return_(filing=filing, because=PLAN_RETURNED, on=company.answered_on, **said_by(company.supervisor))


def begin_table(company: Company, department: Department) -> None:
    """Half of the clients are graded, one of them down to watch; some measures are written, some are still lacking."""
    lines = _table(company, department).lines
    _propose(company, department, Grade.NORMAL, Grade.WATCH, WATCH_BECAUSE)
    _keep(company, department, [line.client_id for line in lines[: len(lines) // 2]])
    lacking = _table(company, department).lacking
    _file_measures(company, department, lacking[: len(lacking) // 2])


def hand_in_table(company: Company, department: Department) -> Filing:
    """Every client is graded, two of them anew; every measure is filed; the department manager signs."""
    _propose(company, department, Grade.NORMAL, Grade.WATCH, WATCH_BECAUSE)
    _propose(company, department, Grade.NORMAL, Grade.GOOD, GOOD_BECAUSE)
    _keep(company, department, None)
    _file_measures(company, department, _table(company, department).lacking)
    return reports.file(
        department=department,
        quarter=company.ended.last,
        kind=FilingKind.CLASSIFICATION_REPORT,
        filed_on=company.filed_on,
        signing=Signing(_table(company, department).digest),
        **said_by(company.head(department)),
    )


def accept_table(company: Company, filing: Filing) -> None:
    """The grades hold, and the table is sealed."""
    reports.accept(filing=filing, on=company.answered_on, **said_by(company.supervisor))


def hand_over(company: Company, department: Department) -> HandOver | None:
    """The department gives every report of the quarter and signs; None where there is none."""
    if not unlisted(department, company.ended, None).exists():
        return None
    head = company.head(department)
    begun = hand_overs.begin(
        department=department, quarter=company.ended, on=company.filed_on, actor=head.staff_no, door=DOOR
    )
    items = list(begun.items.all())
    pages = {item.pk: count for item, count in zip(items, cycle((4, 6, 5)), strict=False)}
    hand_overs.give(
        hand_over=begun, items=items, medium=Medium.PAPER, on=company.filed_on, pages=pages, **said_by(head)
    )
    hand_over_receipts.sign_over(hand_over=begun, on=company.filed_on, **said_by(head))
    return begun


def receive(company: Company, begun: HandOver, *, but: int = 0) -> None:
    """The risk department ticks what it received, all but the last few."""
    items = list(begun.items.order_by("visit__visited_on", "visit"))
    received = items[: len(items) - but]
    hand_overs.receive(hand_over=begun, items=received, on=company.answered_on, **said_by(company.supervisor))


def send_one_back(company: Company, begun: HandOver) -> None:
    """A report of the department's first project manager comes back: the receipt is void until it is mended."""
    mine = begun.items.filter(visit__by=company.managers(begun.department)[0])
    item = (mine if mine.exists() else begun.items).order_by("-visit__visited_on", "-visit").first()
    assert item is not None, "a list has reports"
    hand_overs.send_back(
        hand_over=begun,
        items=[item],
        because=REPORT_RETURNED,
        on=company.answered_on,
        **said_by(company.supervisor),
    )


def archive(company: Company, begun: HandOver) -> None:
    """The risk department signs, and the reports are bound into a volume."""
    hand_over_receipts.sign_for(
        hand_over=begun,
        place=Place("3号柜", "第2层"),
        retention_years=_YEARS_KEPT,
        on=company.answered_on,
        **said_by(company.supervisor),
    )


def _table(company: Company, department: Department) -> GradingTable:
    return get_table(department=department, quarter=company.ended.last)


def _propose(company: Company, department: Department, before: Grade, after: Grade, because: str) -> None:
    """Grade the first client anew that stands at ``before`` and has no proposal yet; its A manager does."""
    ungraded = _table(company, department).ungraded
    line = next((one for one in ungraded if one.standing is before), None)
    if line is None:
        return
    manager, _ = _managers(line, company.ended.last)
    proposals.propose(
        department=department,
        quarter=company.ended.last,
        client=line.client_id,
        grade=after,
        because=because,
        seen=line.seen,
        **said_by(manager),
    )


def _keep(company: Company, department: Department, clients: Sequence[int] | None) -> None:
    head = company.head(department)
    proposals.keep_the_rest(department=department, quarter=company.ended.last, clients=clients, **said_by(head))


def _managers(line: Line, day: date) -> tuple[Staff, Staff | None]:
    """A and B of the guarantee that speaks for a client on a day."""
    held = speaking(Party(pk=line.client_id), on=day).select_related("manager_a", "manager_b")[0]
    return held.manager_a, held.manager_b


def _file_measures(company: Company, department: Department, lines: Sequence[Line]) -> None:
    """The department manager and both project managers confer, and one of them has something to do."""
    head = company.head(department)
    for line, (text, action) in zip(lines, cycle(MEASURES), strict=False):
        a, b = _managers(line, company.ended.last)
        measures.file(
            client=Party.objects.get(pk=line.client_id),
            quarter=company.ended.last,
            text=text,
            department_manager=head,
            manager_a=a,
            manager_b=b,
            filed_on=company.filed_on,
            seen=0,
            actions=[Action(action, a, company.filed_on + timedelta(days=_DAYS_TO_ACT))],
            actor=head.staff_no,
            door=DOOR,
        )
