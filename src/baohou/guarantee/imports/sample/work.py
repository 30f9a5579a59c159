"""What the made-up company did: visits mostly in time, special visits ordered, papers filed; some late or never."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from baohou.core.period import period_of
from baohou.guarantee.imports.sample.clients import Client, Guarantee
from baohou.guarantee.imports.sample.company import Company, Department, Posting
from baohou.guarantee.rules.words import FilingKind, Grade, Urgency, VisitKind

MONTHS = {Grade.GOOD: 6, Grade.NORMAL: 3, Grade.WATCH: 1, Grade.RISK: 1}
ROUTINE_DAYS = 15
SPECIAL_DAYS = {Urgency.URGENT: 1, Urgency.HIGH: 3, Urgency.NORMAL: 7}
FILING_DAYS = 10
IN_TIME, LATE = 0.94, 0.04
FORGOTTEN_DAYS = 120
"""What fell due longer ago has been made up for."""
METHODS = ("实地查看、盘点实物、查看账务", "与客户及主要管理人员座谈", "随机询问生产工人", "向有关部门和其他人员了解")
SUMMARIES = {
    Grade.GOOD: ("生产饱满，资金按约定用途使用，还款正常。", "新增订单较多，现金流充足。"),
    Grade.NORMAL: ("经营正常，借款用途与约定一致，按月付息。", "销售与去年持平，账实相符，无异常。"),
    Grade.WATCH: ("应收账款账期拉长，已要求补充回款计划。", "库存偏高，销售下滑，需按月跟踪。"),
    Grade.RISK: ("已欠息，正与银行、客户商谈处置方案。", "生产基本停顿，核实了抵押物现状。"),
}
ORDER_BECAUSE = ("银行反映付息延迟", "有诉讼信息", "法定代表人变更", "停产传闻需核实", "定期回访发现存货异常")


@dataclass(frozen=True)
class Visit:
    """One row of the visits sheet."""

    client: Client
    guarantee: Guarantee | None
    on: date
    kind: VisitKind
    by: Posting
    methods: str
    summary: str


@dataclass(frozen=True)
class Order:
    """One row of the orders sheet."""

    client: Client
    on: date
    urgency: Urgency
    by: Posting
    because: str


@dataclass(frozen=True)
class Filing:
    """One row of the filings sheet."""

    department: Department
    quarter: date
    kind: FilingKind
    on: date
    by: Posting


class Worker:
    """Does the company's work up to a day."""

    def __init__(self, *, company: Company, on: date, random: Random) -> None:
        self.company = company
        self.on = on
        self.random = random

    def visits(self, client: Client, orders: list[Order]) -> list[Visit]:
        """The visits made to a client, by day; never two of one key."""
        made: dict[tuple[object, ...], Visit] = {}
        for visit in (*self._routine(client), *self._regular(client), *self._special(client, orders)):
            made.setdefault((id(visit.guarantee), visit.on, visit.kind), visit)
        return sorted(made.values(), key=lambda visit: (visit.on, visit.kind))

    def orders(self, client: Client) -> list[Order]:
        """Special visits ordered for a client while it is graded watch or risk."""
        orders = []
        for day, grade, _, head in client.grades:
            chance = {Grade.WATCH: 0.25, Grade.RISK: 0.7}.get(grade, 0)
            ordered_on = day + timedelta(days=self.random.randrange(3, 60))
            stays = client.grade_on(ordered_on) == grade and client.speaking(ordered_on) is not None
            if self.random.random() < chance and ordered_on <= self.on and stays:
                by = self.random.choice((head, self.company.risk_manager))
                urgency = self.random.choice(list(Urgency))
                orders.append(Order(client, ordered_on, urgency, by, self.random.choice(ORDER_BECAUSE)))
        return orders

    def filings(self, department: Department, since: date) -> Iterator[Filing]:
        """What a department filed for each quarter that ended since a day."""
        quarter = period_of(3, since)
        while quarter.last <= self.on:
            for kind in FilingKind:
                filed_on = self._act(quarter.last + timedelta(days=1), quarter.last + timedelta(days=FILING_DAYS))
                if filed_on:
                    yield Filing(department, quarter.last, kind, filed_on, department.head_on(filed_on))
            quarter = period_of(3, quarter.last + timedelta(days=1))

    def _routine(self, client: Client) -> Iterator[Visit]:
        for one in client.guarantees:
            day = self._act(one.issued_on + timedelta(days=2), one.issued_on + timedelta(days=ROUTINE_DAYS))
            if day and one.in_force(day):
                yield self._visit(client, one, day, VisitKind.ROUTINE, one.manager_on(day))

    def _regular(self, client: Client) -> Iterator[Visit]:
        """One visit in each period that begins with the client in force, by the grade of that first day."""
        month = period_of(1, client.guarantees[0].issued_on).last + timedelta(days=1)
        while month <= self.on:
            period = period_of(MONTHS[client.grade_on(month)], month)
            if period.first == month and client.speaking(month):
                day = self._act(month, period.last)
                speaking = client.speaking(day) if day else None
                if day and speaking:
                    yield self._visit(client, None, day, VisitKind.REGULAR, speaking.manager_on(day))
            month = period_of(1, month).last + timedelta(days=1)

    def _special(self, client: Client, orders: list[Order]) -> Iterator[Visit]:
        for order in orders:
            day = self._act(order.on, order.on + timedelta(days=SPECIAL_DAYS[order.urgency]))
            speaking = client.speaking(day) if day else None
            if day and speaking:
                yield self._visit(client, None, day, VisitKind.SPECIAL, speaking.manager_on(day))

    def _act(self, first: date, last: date) -> date | None:
        """The day on which something due from first to last is done: in time, late, or (None) not by now."""
        chance, span = self.random.random(), (last - first).days
        day = first + timedelta(days=self.random.randrange(span + 1))
        if chance > IN_TIME:
            day = last + timedelta(days=self.random.randrange(1, 25))
        else:
            day -= timedelta(days=min(max(day.weekday() - 4, 0), (day - first).days))
        is_forgotten = chance > IN_TIME + LATE and last > self.on - timedelta(days=FORGOTTEN_DAYS)
        return None if is_forgotten or day > self.on else day

    def _visit(self, client: Client, one: Guarantee | None, day: date, kind: VisitKind, by: Posting) -> Visit:
        methods = "；".join(self.random.sample(METHODS, self.random.choice((1, 2, 2, 3))))
        return Visit(client, one, day, kind, by, methods, self.random.choice(SUMMARIES[client.grade_on(day)]))
