"""The people and clients that tests speak of, brought in through the real doors."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from baohou.guarantee.imports import take
from baohou.guarantee.models import Guarantee
from baohou.kernel.papers.taking import Outcome
from baohou.kernel.parties.models import Party
from baohou.kernel.people.models import Staff

EVENING = date(2026, 10, 20)
"""The business day on whose evening most tests begin."""

STAFF = (
    ("A01", "张甲", "业务一部", "project_manager"),
    ("B01", "李乙", "业务一部", "project_manager"),
    ("M01", "钱丙", "业务一部", "department_manager"),
    ("O01", "吴外", "业务二部", "project_manager"),
    ("M02", "周丁", "业务二部", "department_manager"),
    ("S01", "孙戊", "风险管理部", "risk_supervisor"),
    ("R01", "赵己", "风险管理部", "risk_manager"),
    ("G01", "王庚", "", "general_manager"),
    ("X01", "郑辛", "", "admin"),
)
STEEL, PAPER, FOOD = "91330100799655058B", "91110000802100433B", "91440300708461136T"
PORTFOLIO = (
    ("BH-2026-001", "东方钢铁有限公司", STEEL, "业务一部", "张甲", "李乙", "5000000", "2026-03-02", "2027-03-01", ""),
    ("BH-2026-002", "东方钢铁有限公司", STEEL, "业务一部", "李乙", "张甲", "2000000", "2026-07-06", "2027-07-05", ""),
    ("BH-2026-003", "南山纸业有限公司", PAPER, "业务一部", "张甲", "李乙", "800000", "2026-04-08", "2026-10-07", "2026-08-20"),
    ("BH-2026-004", "湖滨食品有限公司", FOOD, "业务二部", "吴外", "", "1200000", "2026-05-11", "2027-05-10", ""),
)  # fmt: skip

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "staff": ("工号", "姓名", "部门", "岗位"),
    "portfolio": (
        "项目编号",
        "客户名称",
        "证件号码",
        "业务部门",
        "A角",
        "B角",
        "担保金额",
        "起始日",
        "到期日",
        "解保日",
    ),
    "grades": ("证件号码", "风险分类", "生效日", "理由", "评定人"),
    "visits": ("证件号码", "项目编号", "回访日", "回访类别", "回访人"),
    "orders": ("证件号码", "安排日", "紧急程度", "安排人", "理由"),
    "filings": ("业务部门", "季度", "上报类别", "上报日", "上报人"),
}

TakeIn = Callable[[str, Iterable[tuple[str, ...]]], Outcome]


def taker(folder: Path) -> TakeIn:
    """A way to import rows of a kind, written into a CSV file in ``folder`` first; fails when there is a fault."""

    def take_in(kind: str, rows: Iterable[tuple[str, ...]]) -> Outcome:
        path = folder / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADINGS[kind], *rows])
        outcome = take(kind=kind, path=path)
        assert outcome.acceptable, outcome.faults
        return outcome

    return take_in


@dataclass(frozen=True)
class Cast:
    """The staff: two project managers of one department and their manager, another department, the risk department."""

    a: Staff
    b: Staff
    manager: Staff
    outsider: Staff
    other_manager: Staff
    supervisor: Staff
    risk_manager: Staff
    general_manager: Staff
    admin: Staff


@dataclass(frozen=True)
class Portfolio:
    """Three clients: steel with two guarantees (the later one is 李乙's), paper released in August, food elsewhere."""

    cast: Cast
    steel: Party
    paper: Party
    food: Party
    first: Guarantee
    second: Guarantee
    released: Guarantee
    elsewhere: Guarantee


def engage(take_in: TakeIn) -> Cast:
    """Import the staff."""
    take_in("staff", STAFF)
    return Cast(*(Staff.objects.get(staff_no=row[0]) for row in STAFF))


def issue(take_in: TakeIn, cast: Cast) -> Portfolio:
    """Import the guarantees."""
    take_in("portfolio", PORTFOLIO)
    clients = (Party.objects.get(id_no=id_no) for id_no in (STEEL, PAPER, FOOD))
    return Portfolio(cast, *clients, *(Guarantee.objects.get(project_no=row[0]) for row in PORTFOLIO))


def issue_more(take_in: TakeIn, *, count: int = 40, manager: str = "张甲", manager_b: str = "") -> None:
    """Import so many clients more, 客户000 and on, with a guarantee each; nobody else's but 吴外's are of 业务二部."""
    department = "业务二部" if manager == "吴外" else "业务一部"
    told = (department, manager, manager_b, "100", "2026-05-11", "2027-05-10", "")
    take_in("portfolio", [(f"N-{i:03d}", f"客户{i:03d}", f"X:{i:03d}", *told) for i in range(count)])
