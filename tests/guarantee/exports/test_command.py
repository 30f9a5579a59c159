"""baohou export: writes the file, or says in Chinese why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from baohou.config.commands.export import export
from baohou.core.errors import Refused
from tests.cast import Portfolio

pytestmark = pytest.mark.django_db


def run(out: Path, *, form: str = "classification", department: str = "业务一部", quarter: str = "2026Q3") -> Result:
    words = [form, "--department", department, "--quarter", quarter, "--out", str(out)]
    return CliRunner().invoke(export, words, catch_exceptions=False)


@pytest.mark.clause("PGM.15")
@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF"), ("PDF", b"%PDF"), ("xlsx", b"PK")])
def test_it_writes_a_form(portfolio: Portfolio, tmp_path: Path, ending: str, begins: bytes) -> None:
    out = tmp_path / f"分类表.{ending}"
    result = run(out)
    assert result.exit_code == 0
    assert f"已写入 {out}" in result.output
    assert out.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"department": "三部"}, "没有“三部”这个部门；现有部门：业务一部、业务二部、风险管理部"),
        ({"quarter": "2026-3"}, "“2026-3”不是季度：应写成 2026Q3"),
        ({"quarter": "2025Q1"}, "业务一部 2025Q1 季末没有在保客户，无表可出"),
        ({"quarter": "2025Q1", "form": "visit-plan"}, "业务一部 2025Q1 没有应办的回访，无表可出"),
        ({"form": "visit-report"}, "业务一部 2026Q3 没有对其客户的回访，无表可出"),
    ],
)
def test_it_rejects_with_a_reason_and_writes_nothing(
    portfolio: Portfolio, tmp_path: Path, wanted: dict[str, str], message: str
) -> None:
    with pytest.raises(Refused) as refusal:
        run(tmp_path / "表.xlsx", **wanted)
    assert refusal.value.message == message
    assert list(tmp_path.glob("*.xlsx")) == []


def test_it_rejects_another_ending_and_a_folder_that_is_not_there(portfolio: Portfolio, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"“表\.docx”的后缀应为 \.pdf 或 \.xlsx"):
        run(tmp_path / "表.docx")
    with pytest.raises(Refused, match="这个文件夹"):
        run(tmp_path / "无" / "表.pdf")


def test_it_rejects_any_department_while_there_is_none(db: None, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="还没有任何部门"):
        run(tmp_path / "表.pdf")
