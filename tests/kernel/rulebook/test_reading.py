"""Reading rule book files: what is taken, and every refusal with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from baohou.core.rulebook import ExceptionTo, Version
from baohou.guarantee.rules.parameters import FEWEST_TOO_MANY, MEASURES_AHEAD, TOO_MANY_TIMES, number_in
from baohou.kernel.rulebook.faults import RuleFileRefused
from baohou.kernel.rulebook.reading import read_file, read_text
from tests.kernel.rulebook.texts import changed, faults_of, line_of, shipped, with_exceptions, write

FAR = ("- label: 边远部门", "  when: {department: [业务二部, 业务三部]}", "  value: 30", "  reference: 2024年第3号决定")
BILLS = ("- label: 票据", "  when: {product: 票据贴现}", "  value: 7", "  reference: 2024年第4号决定")


def refused(text: str, at: str, *said: str) -> None:
    """The text has one fault, on the line where ``at`` stands, and the fault says all of ``said``."""
    faults = faults_of(text)
    assert len(faults) == 1, "\n".join(map(str, faults))
    assert faults[0].line == line_of(text, at), faults[0]
    for part in said:
        assert part in faults[0].message


@pytest.mark.clause("PGM.0", "PGM.3", "PGM.12")
def test_the_shipped_file_is_read() -> None:
    """Clauses PGM.0 to PGM.18, in force from 2016-04-01 until replaced; 50 yuan are held as 5000 fen."""
    reading = read_text(shipped())
    assert reading.faults == () and reading.draft is not None
    draft = reading.draft
    assert (draft.rule_set, draft.name, draft.effective_on, draft.until) == (
        "PGM",
        "2016-04-01",
        date(2016, 4, 1),
        None,
    )
    clauses = {clause.code: clause for clause in draft.clauses}
    assert [*clauses][:6] == ["PGM.0", "PGM.1", "PGM.2", "PGM.3", "PGM.3a", "PGM.4"]
    assert clauses["PGM.3"].parameters["days_after_issue"].value == 15
    assert clauses["PGM.12"].parameters["yuan"].value == 5000


@pytest.mark.clause("PGM.3")
def test_exceptions_are_read() -> None:
    draft = read_text(with_exceptions(*FAR, *BILLS, "  over: 边远部门")).draft
    assert draft is not None
    parameter = next(clause for clause in draft.clauses if clause.code == "PGM.3").parameters["days_after_issue"]
    assert parameter.exceptions == (
        ExceptionTo("边远部门", {"department": ("业务二部", "业务三部")}, 30, "2024年第3号决定"),
        ExceptionTo("票据", {"product": ("票据贴现",)}, 7, "2024年第4号决定", ("边远部门",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: 15", "value: '15'", "整数（不加引号）"),
        ("value: 15", "value: 15.5", "应为整数"),
        ("value: 15", "value: 十五", "应为整数"),
        ("value: 15", "value: [15]", "应为整数"),
        ("value: 15\n", "value:\n", "应为整数"),
        ("value: 15", "value: true", "应为整数"),
        ("value: 15", "value: 367", "不得大于 366"),
        ("value: 15", "value: -1", "不得小于 0"),
        ("value: 6", "value: 5", "能整除十二个月"),
        ("value: normal", "value: fine", "应为 good、normal、watch、risk 之一"),
        ("value: normal", "value: 2", "应为 good、normal、watch、risk 之一"),
        ("value: 50", "value: 50.005", "金额"),
        ("value: 50", "value: 50元", "金额"),
        ("value: 50", "value: '50'", "金额"),
        ("value: 50", "value: 0", "不得小于 0.01"),
        ("value: 10\n", "value: 31\n", "不得大于 28"),
        ("unit: 天", "unit: 个工作日", "应为“天”"),
        ("unit: 元", "unit: 分", "应为“元”"),
    ],
)
def test_it_rejects_a_wrong_value_or_unit(old: str, new: str, said: str) -> None:
    refused(changed((old, new)), new, said)


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("rule_set: PGM", "rule_set: XYZ", "rule_set: XYZ", "不认识的制度“XYZ”"),
        ("effective_on: 2016-04-01", "effective_on: 2016-13-01", "effective_on:", "应为日期"),
        ("effective_on: 2016-04-01", "effective_on: 20160401", "effective_on:", "应为日期"),
        ("effective_on: 2016-04-01", "effective_on: 2016年4月1日", "effective_on:", "应为日期"),
        ("until: 直至被替代", "until: 永久", "until:", "直至被替代"),
        ("until: 直至被替代", "until:", "until:", "直至被替代"),
        ("until: 直至被替代", "until: 2016-04-01", "until:", "应晚于施行日"),
        ("until: 直至被替代\n", "", "rule_set:", "缺少：until"),
        ("adopted_by: 公司\n", "", "rule_set:", "缺少：adopted_by"),
        ("adopted_by: 公司", "adopted_by: ''", "adopted_by:", "不能为空"),
        ("adopted_by: 公司", "adopted_by: 公司\nnote: 说明", "note:", "不认识的项“note”"),
        ("name: 2016-04-01", f"name: {'长' * 65}", "name:", "最多 64 字"),
        ("title: 例行回访\n", 'title: "例行\\e回访"\n', "例行\\e", "控制字符"),
        ("adopted_by: 公司", "adopted_by: 公司\nadopted_by: 董事会", "adopted_by: 董事会", "重复"),
        ("id: PGM.3a", "id: PGM.33", "id: PGM.33", "不认识的条款“PGM.33”"),
        ("id: PGM.3a", "id: PGM.2", "id: PGM.2\n    title: 例行回访内容", "PGM.2 重复"),
        ("    reference: 第二条\n", "", "id: PGM.2\n", "缺少：reference"),
        ("    reference: 第二条\n", "    reference:\n", "    reference:\n", "不能为空"),
        ("    reference: 第二条\n", "    reference: 第二条\n    pages: 3\n", "pages:", "不认识的项“pages”"),
        ("days_after_issue:", "days_after_isue:", "id: PGM.3\n", "缺少参数 days_after_issue"),
        ("        reference: 第四条第1项：每户每次50元\n", "", "value: 50", "缺少：reference"),
        ("value: 15\n        unit: 天\n", "value: 15\n", "value: 15", "缺少：unit"),
        (
            "    reference: 第一条\n",
            "    reference: 第一条\n    parameters: {days: 3}\n",
            "parameters:",
            "本条没有参数",
        ),
    ],
)
def test_it_rejects_what_is_unknown_missing_or_double(old: str, new: str, at: str, said: str) -> None:
    text = changed((old, new))
    faults = faults_of(text)
    assert any(fault.line == line_of(text, at) and said in fault.message for fault in faults), "\n".join(
        map(str, faults)
    )


@pytest.mark.clause("PGM.4")
def test_it_rejects_a_version_without_a_clause_that_has_parameters() -> None:
    """A version that forgets the regular visits is not silently one without regular visits."""
    start, end = "  - id: PGM.4\n", "  - id: PGM.5\n"
    text = shipped()
    text = text[: text.index(start)] + text[text.index(end) :]
    faults = faults_of(text)
    assert [fault.message for fault in faults] == [
        "缺少条款 PGM.4（须给出参数 good_months、normal_months、watch_months、risk_months）"
    ]


@pytest.mark.clause("PGM.8", "PGM.10")
def test_a_parameter_with_a_default_may_be_left_out() -> None:
    """A version written before there was such a parameter is read as it stands, and the default holds in it."""
    start, end = "  - id: PGM.8\n", "  - id: PGM.9\n"
    text = shipped()
    text = text[: text.index(start)] + text[text.index(end) :]
    text = text.replace("      remind_days:\n        value: 15\n", "      remind_days:\n        value: 30\n")
    reading = read_text(text)
    assert reading.faults == ()
    assert reading.draft is not None
    clauses = {clause.code: clause for clause in reading.draft.clauses}
    version = Version(1, "PGM", "x", date(2016, 4, 1), None, clauses)
    assert [number_in(version, spec) for spec in (FEWEST_TOO_MANY, TOO_MANY_TIMES, MEASURES_AHEAD)] == [3, 2, 30]
    assert "PGM.8" not in clauses


def test_a_clause_of_text_only_may_be_left_out() -> None:
    start, end = "  - id: PGM.16\n", "  - id: PGM.17\n"
    text = shipped()
    assert faults_of(text[: text.index(start)] + text[text.index(end) :]) == []


def test_it_rejects_an_exception_that_does_not_say_its_reference() -> None:
    refused(with_exceptions(*FAR[:3]), "- label: 边远部门", "缺少：reference")


def test_it_rejects_an_exception_without_a_condition() -> None:
    text = with_exceptions("- label: 边远部门", "  when: {}", *FAR[2:])
    refused(text, "when: {}", "不能为空")
    refused(text.replace("when: {}", "when: {product: []}"), "when: {product: []}", "至少写一项")


def test_it_rejects_an_exception_on_a_fact_that_is_not_offered() -> None:
    refused(
        with_exceptions(FAR[0], "  when: {bank: 建设银行}", *FAR[2:]), "when: {bank", "“bank”", "department、product"
    )


@pytest.mark.clause("PGM.4")
def test_it_rejects_an_exception_to_a_parameter_that_allows_none() -> None:
    end = "        reference: 第三条第（一）款第2项：优良客户每半年一次\n"
    exceptions = (
        "        exceptions:\n          - {label: 一, when: {department: 业务一部}, value: 1, reference: 决定}\n"
    )
    refused(changed((end, end + exceptions)), "          - {label: 一", "good_months 不能有例外")


def test_it_rejects_a_wrong_value_of_an_exception() -> None:
    refused(with_exceptions(*FAR[:2], "  value: 400", FAR[3]), "value: 400", "不得大于 366")


@pytest.mark.clause("PGM.3")
def test_it_rejects_two_exceptions_that_could_apply_at_once() -> None:
    """Bill discounting in department two meets both; the fault names both and the lines of both."""
    text = with_exceptions(*FAR, *BILLS)
    refused(text, "- label: 票据", "“边远部门”", f"第 {line_of(text, '- label: 边远部门')} 行", "“票据”", "over")


def test_it_rejects_a_label_used_twice() -> None:
    text = with_exceptions(*FAR, "- label: 边远部门", "  when: {department: 业务一部}", *FAR[2:])
    (fault,) = faults_of(text)
    assert "“边远部门”重复" in fault.message and fault.line == line_of(text, "  when: {department: 业务一部}") - 1


@pytest.mark.parametrize("over", ["无此例外", "票据"])
def test_it_rejects_precedence_over_what_is_not_another_exception(over: str) -> None:
    refused(with_exceptions(*BILLS, f"  over: {over}"), "- label: 票据", f"over 写了“{over}”")


def test_it_rejects_precedence_that_runs_in_a_circle() -> None:
    """Also when the two could never apply at once: what goes before what would have no answer."""
    one = ("- label: 一", "  when: {department: 业务一部}", "  value: 1", "  reference: 决定", "  over: 二")
    two = ("- label: 二", "  when: {department: 业务二部}", "  value: 2", "  reference: 决定", "  over: 一")
    messages = [fault.message for fault in faults_of(with_exceptions(*one, *two))]
    assert len(messages) == 2 and all("圈" in message for message in messages)


def test_all_faults_are_told_in_one_go_in_the_order_of_their_lines() -> None:
    text = changed(("value: 15", "value: x"), ("adopted_by: 公司", "adopted_by:"), ("value: 6", "value: 7"))
    refusal = RuleFileRefused(read_text(text, file="rules.yaml").faults)
    assert [fault.line for fault in refusal.faults] == [
        line_of(text, part) for part in ("adopted_by", "value: x", "value: 7")
    ]
    assert refusal.message.splitlines()[1].startswith(f"rules.yaml 第 {line_of(text, 'value: x')} 行：")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "空"),
        ("# 只有注释\n", 1, "空"),
        ("只是一句话", 1, "项: 值"),
        ("- 一\n- 二\n", 1, "项: 值"),
        ("rule_set: PGM\ntitle: [一\nname: x\n", 3, "不是合法的 YAML"),
        ("rule_set: PGM\n---\nrule_set: PGM\n", 2, "不是合法的 YAML"),
        ("rule_set: \x00", 1, "不是合法的 YAML"),
        ("rule_set: *nothing\n", 1, "不是合法的 YAML"),
    ],
)
def test_it_rejects_a_text_that_is_no_rule_book_file(text: str, line: int, said: str) -> None:
    reading = read_text(text)
    assert reading.draft is None
    assert (reading.faults[0].line, said in reading.faults[0].message) == (line, True), reading.faults


@pytest.mark.parametrize("clauses", ["clauses: 无", "clauses: [1, [2], {3: 4}]", "clauses: {id: PGM.3}", "clauses:"])
def test_it_rejects_clauses_of_a_wrong_shape_without_falling_over(clauses: str) -> None:
    head, _, _ = shipped().partition("clauses:")
    assert faults_of(head + clauses + "\n")


def test_it_rejects_a_file_in_another_encoding(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes("rule_set: PGM\ntitle: 保后\n".encode("gb18030"))
    (fault,) = read_file(file).faults
    assert fault.line == 2 and "UTF-8" in fault.message


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read_file(write(tmp_path, "\ufeff" + shipped())).faults == ()
