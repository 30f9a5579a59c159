"""The made-up company's clients: guarantees, grades, changes of managers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from baohou.core.period import period_of
from baohou.guarantee.imports.sample.company import Company, Department, Posting
from baohou.guarantee.imports.sample.names import Names
from baohou.guarantee.rules.words import Grade
from baohou.kernel.papers.reading.cases import add_months

YEARS = 3
BANKS = (
    *("中国工商银行", "中国农业银行", "中国银行", "中国建设银行", "交通银行"),
    *("邮政储蓄银行", "农村商业银行", "城市商业银行"),
)
FIRM_PRODUCTS = ("流动资金贷款担保", "流动资金贷款担保", "固定资产贷款担保", "银行承兑汇票担保", "履约保函")
PERSON_PRODUCTS = ("个人经营性贷款担保", "个体工商户贷款担保")
TERMS = (6, 12, 12, 12, 12, 24, 36)
START = {Grade.GOOD: 15, Grade.NORMAL: 63, Grade.WATCH: 18, Grade.RISK: 4}
BECAUSE = {
    Grade.GOOD: ("经营稳定，还款及时", "订单充足，资产负债率下降"),
    Grade.NORMAL: ("经营正常", "回款恢复正常，风险缓解"),
    Grade.WATCH: ("应收账款增加，回款放慢", "主要客户流失，销售下滑", "存货积压，毛利下降"),
    Grade.RISK: ("贷款利息逾期", "涉诉，部分账户被冻结", "停产一月以上"),
}


@dataclass
class Guarantee:
    """One row of the portfolio sheet."""

    project_no: str
    department: Department
    manager_a: Posting
    manager_b: Posting | None
    product: str
    bank: str
    yuan: int
    issued_on: date
    ends_on: date
    released_on: date | None
    changes: list[tuple[date, Posting, Posting]] = field(default_factory=list)

    def in_force(self, day: date) -> bool:
        return self.issued_on <= day and (self.released_on is None or day < self.released_on)

    def manager_on(self, day: date) -> Posting:
        """The A manager on a day."""
        return next((a for since, a, _ in reversed(self.changes) if since <= day), self.manager_a)


@dataclass
class Client:
    """A client with its guarantees in the order of issue, and its grades by day."""

    id_no: str
    name: str
    guarantees: list[Guarantee]
    grades: list[tuple[date, Grade, str, Posting]] = field(default_factory=list)

    def speaking(self, day: date) -> Guarantee | None:
        """The guarantee that speaks for the client on a day."""
        held = [one for one in self.guarantees if one.in_force(day)]
        return max(held, key=lambda one: (one.issued_on, one.project_no), default=None)

    def grade_on(self, day: date) -> Grade:
        return next((grade for since, grade, _, _ in reversed(self.grades) if since <= day), Grade.NORMAL)


class ClientMaker:
    """Makes clients one after the other; project numbers count up within a year."""

    def __init__(self, *, company: Company, on: date, random: Random, names: Names) -> None:
        self.company = company
        self.on = on
        self.random = random
        self.names = names
        self._numbers: dict[int, int] = {}

    def make(self) -> Client:
        """A client with one to three guarantees issued in the last three years."""
        region = self.names.region()
        firm = self.random.random() < 0.75
        number = self.names.firm_number(region) if firm else self.names.person_number(region, on=self.on)
        name = self.names.firm(region) if firm else self.names.person()
        department = self.random.choice(self.company.departments)
        count = self.random.choices((1, 2, 3), (75, 20, 5))[0]
        days = sorted(self._workday(self.random.randrange(3, YEARS * 365)) for _ in range(count))
        manager_a, manager_b = self.random.sample(department.managers, 2)
        client = Client(number, name, [self._guarantee(department, manager_a, manager_b, day, firm) for day in days])
        self._change_managers(client)
        self._grade(client)
        return client

    def _workday(self, days_ago: int) -> date:
        day = self.on - timedelta(days=days_ago)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    def _guarantee(self, department: Department, a: Posting, b: Posting, day: date, firm: bool) -> Guarantee:
        pick = self.random.choice
        self._numbers[day.year] = self._numbers.get(day.year, 0) + 1
        ends_on = add_months(day, pick(TERMS))
        return Guarantee(
            project_no=f"DB{day.year}-{self._numbers[day.year]:05d}",
            department=department,
            manager_a=a,
            manager_b=b if self.random.random() < 0.95 else None,
            product=pick(FIRM_PRODUCTS if firm else PERSON_PRODUCTS),
            bank=pick(BANKS) if self.random.random() < 0.97 else "",
            yuan=self.random.randrange(10, 200) * 100_000 if firm else self.random.randrange(2, 30) * 50_000,
            issued_on=day,
            ends_on=ends_on,
            released_on=self._release(day, ends_on),
        )

    def _release(self, issued_on: date, ends_on: date) -> date | None:
        """Mostly a few days after the end, sometimes long before, now and then not at all."""
        chance = self.random.random()
        after = timedelta(days=self.random.randrange(1, 12))
        early = timedelta(days=self.random.randrange(40, 160))
        released_on = ends_on + after if chance > 0.1 else max(ends_on - early, issued_on + after)
        return None if released_on > self.on or chance > 0.96 else released_on

    def _change_managers(self, client: Client) -> None:
        for one in client.guarantees:
            span = ((one.released_on or self.on) - one.issued_on).days
            if span > 90 and self.random.random() < 0.05:
                day = one.issued_on + timedelta(days=self.random.randrange(30, span))
                a, b = self.random.sample(one.department.managers, 2)
                one.changes.append((day, a, b))

    def _grade(self, client: Client) -> None:
        """A first grade soon after the first issue (not for all), then perhaps another at each quarter's end."""
        first = client.guarantees[0]
        grade = Grade.NORMAL
        if self.random.random() < 0.85:
            grade = self.random.choices(list(START), list(START.values()))[0]
            self._set(client, min(first.issued_on + timedelta(days=self.random.randrange(0, 6)), self.on), grade)
        quarter = period_of(3, first.issued_on)
        while quarter.last <= self.on:
            if client.speaking(quarter.last) and self.random.random() < 0.12:
                changed = self._moved(grade)
                if changed != grade and quarter.last > first.issued_on + timedelta(days=6):
                    grade = changed
                    self._set(client, quarter.last, grade)
            quarter = period_of(3, quarter.last + timedelta(days=1))

    def _moved(self, grade: Grade) -> Grade:
        """One step better or worse."""
        grades = list(Grade)
        step = self.random.choice((-1, 1))
        return grades[min(max(grades.index(grade) + step, 0), len(grades) - 1)]

    def _set(self, client: Client, day: date, grade: Grade) -> None:
        speaking = client.speaking(day) or client.guarantees[0]
        because = self.random.choice(BECAUSE[grade])
        client.grades.append((day, grade, because, speaking.department.head_on(day)))
