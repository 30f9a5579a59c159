"""What is wrong with a field is told in Chinese and in English, with what is allowed, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from baohou.config.api import _ROOMS
from baohou.core.sayings import Said
from baohou.kernel.api.faults import OTHERWISE, PATTERNS, SENTENCES, VALUED, fault_said
from baohou.kernel.saying import in_words
from tests.api.conftest import CallAs, Caller
from tests.cast import Portfolio

RAISES = {
    "any": set[str](),
    "bool": {"bool_type", "bool_parsing"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "datetime": {"datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"},
    "decimal": {"decimal_type", "decimal_parsing", "finite_number"},
    "dict": {"dict_type"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"},
    "list": {"list_type"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "str": {"string_type", "string_unicode"},
    "uuid": {"uuid_type", "uuid_parsing"},
}
"""What a kind of schema can find wrong, whatever its bounds are."""
BOUNDS = {
    "ge": "greater_than_equal",
    "le": "less_than_equal",
    "max_digits": "decimal_max_digits",
    "decimal_places": "decimal_max_places",
    "pattern": "string_pattern_mismatch",
}
PASS_ON = {"model-field", "default", "nullable", "function-after", "function-before", "function-wrap", "function-plain"}
INFO = {"no-info", "with-info"}
BETWEEN = {"metadata", "serialization", "cls", "config"}


def schemas() -> Iterator[dict[str, Any]]:
    """Every piece of every schema that an operation reads its path, query, body and files by."""
    waiting: list[Any] = [
        model.__pydantic_core_schema__
        for room in _ROOMS
        for view in room.router.path_operations.values()
        for operation in view.operations
        for model in operation.models
    ]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, dict):
            waiting += [value for name, value in one.items() if name not in BETWEEN]
            if isinstance(one.get("type"), str) and one["type"] not in INFO:
                yield one


def can_be_wrong() -> set[str]:
    """Pydantic's names of what can be wrong with a request of ours."""
    found = set()
    for one in schemas():
        kind = one["type"]
        assert kind in RAISES or kind in PASS_ON, f"say here what {kind} can find wrong"
        found |= RAISES.get(kind, set()) | {BOUNDS[bound] for bound in BOUNDS if bound in one}
        text = "string_" if kind == "str" else ""
        if kind in {"str", "list", "dict"}:
            found |= {
                f"{text}too_{end}" for end, bound in (("short", "min_length"), ("long", "max_length")) if bound in one
            }
        if kind == "decimal":
            found.add("decimal_whole_digits")
    return found


def example(kind: str) -> dict[str, Any]:
    """A fault as pydantic tells it."""
    told = dict.fromkeys(("ge", "le", "min_length", "max_length", "max_digits", "decimal_places", "whole_digits"), 7)
    choices = "'', 'good' or 'risk'"
    return {"type": kind, "loc": ("body", "data", "grade"), "msg": "English", "ctx": {**told, "expected": choices}}


@pytest.fixture
def manager(evening: Portfolio, call_as: CallAs) -> Caller:
    return call_as(evening.cast.manager)


@pytest.mark.parametrize("kind", sorted(can_be_wrong()))
def test_whatever_can_be_wrong_has_a_sentence_of_ours(kind: str) -> None:
    assert kind in {**SENTENCES, **VALUED}, f"{kind} would be told as “{OTHERWISE}”"
    said = fault_said(example(kind), {"grade": "风险分类"})
    assert isinstance(said, Said)
    with translation.override("zh-hans"):
        chinese = in_words(said)
    with translation.override("en"):
        english = in_words(said)
    assert chinese.startswith("风险分类（grade）：") and chinese.endswith("。")
    assert english.partition(":")[0].endswith(" (grade)")
    assert not any("一" <= letter <= "鿿" for letter in english), english


def test_every_sentence_is_needed_and_every_pattern_has_one() -> None:
    assert {*SENTENCES, *VALUED} == can_be_wrong()
    assert {one["pattern"] for one in schemas() if "pattern" in one} == set(PATTERNS)


def test_a_missing_and_a_wrong_field_are_told_in_the_readers_language(manager: Caller, evening: Portfolio) -> None:
    """The day is left out; then the grade is none: 请从中选一个."""
    path = f"/clients/{evening.steel.pk}/grades"
    lacking = manager.send(path, {"grade": "watch", "because": "欠息"})
    assert (lacking.status_code, lacking.json()["where"]) == (422, "effective_on")
    assert lacking.json()["message"] == "生效日（effective_on）：没有填写，请填上。"
    wrong = {"grade": "bad", "effective_on": "2026-10-19", "because": "欠息"}
    assert (
        manager.send(path, wrong).json()["message"]
        == "风险分类（grade）：只能是：good / normal / watch / risk。请从中选一个。"
    )
    manager.program.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "must be one of: good / normal / watch / risk" in manager.send(path, wrong).json()["message"]


def test_bounds_patterns_and_our_own_checks_say_what_is_allowed(manager: Caller, evening: Portfolio) -> None:
    path = f"/clients/{evening.steel.pk}/grades"
    assert manager.get("/clients", limit=500).json()["message"] == "limit：不能大于 200，请改小。"
    assert manager.get("/plans/2026q3").json()["message"] == "quarter：季度写作 2026Q3，请核对。"
    assert "，或者不填" in manager.get("/volumes", state="no").json()["message"]
    late = {"grade": "watch", "effective_on": "1900-01-01", "because": "欠息"}
    assert (
        manager.send(path, late).json()["message"] == "生效日（effective_on）：日期须在 1950-01-01 至 2150-12-31 之间"
    )


def test_a_text_in_the_place_of_a_file_is_told(call_as: CallAs, evening: Portfolio) -> None:
    answer = call_as(evening.cast.a).upload(
        f"/clients/{evening.steel.pk}/visit-files", {"key": str(uuid4()), "file": "text"}
    )
    assert (answer.status_code, answer.json()["where"]) == (422, "file")
    assert answer.json()["message"] == "文件（file）：没有填写，请填上。"
    said = fault_said({"type": "value_error", "loc": ("file", "file"), "msg": "Value error, Expected UploadFile"}, {})
    assert said == "file：应当是一个文件；请用 multipart/form-data 发送。"


def test_an_unknown_parameter_is_told_in_english_too(manager: Caller) -> None:
    assert manager.get("/clients", deparment=1).json()["message"] == "没有“deparment”这个查询参数，请核对拼写。"
    headers = {"Authorization": f"Bearer {manager.token}", "Accept-Language": "en"}
    english = manager.program.get("/api/v1/clients", {"deparment": 1}, headers=headers).json()["message"]
    assert english == 'There is no query parameter "deparment"; please check the spelling.'
