"""Stretches of a page that are written once: by what they follow from and the language; and told when they say more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.template import Context, engines
from django.utils.translation import override

from baohou.desk.templatetags import kept
from baohou.desk.templatetags.kept import Kept


@dataclass(frozen=True)
class Row:
    name: str
    sums: dict[str, int] = field(default_factory=dict, hash=False)


def _page(source: str) -> Any:
    return engines["django"].engine.from_string("{% load kept i18n %}" + source)  # type: ignore[attr-defined]


def _say(page: Any, **values: Any) -> str:
    return str(page.render(Context(values)))


def test_a_stretch_is_written_once_for_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", False)
    page = _page("{% kept row %}{{ row.name }}{{ aside }}{% endkept %}{{ aside }}")
    assert _say(page, row=Row("<甲>"), aside=1) == "&lt;甲&gt;11"
    assert _say(page, row=Row("<甲>"), aside=2) == "&lt;甲&gt;12"
    assert _say(page, row=Row("乙"), aside=2) == "乙22"
    assert _say(page, row=Row("乙", {"CNY": 1}), aside=3) == "乙33"


def test_each_language_and_each_place_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", False)
    first = _page("{% kept row %}{% translate '我的工作' %}{% endkept %}|{% kept row %}2{% endkept %}")
    assert _say(first, row=Row("甲")) == "我的工作|2"
    with override("en"):
        assert _say(first, row=Row("甲")) == "My work|2"


def test_what_cannot_be_told_apart_is_written_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", False)
    page = _page("{% kept rows %}{{ rows|length }}{% endkept %}")
    rows = [1]
    assert _say(page, rows=rows) == "1"
    rows.append(2)
    assert _say(page, rows=rows) == "2"


def test_the_store_forgets_what_was_not_asked_for_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", False)
    monkeypatch.setattr(kept, "MOST", 2)
    page = _page("{% kept row %}{{ aside }}{% endkept %}")
    said = [_say(page, row=row, aside=turn) for turn, row in enumerate("甲乙甲丙丁戊甲乙")]
    assert said == ["0", "1", "0", "3", "4", "5", "6", "7"]


def test_saying_more_than_follows_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", True)
    page = _page("{% kept row %}{{ aside }}{% endkept %}")
    _say(page, row=Row("丙"), aside=1)
    with pytest.raises(AssertionError, match="more than follows"):
        _say(page, row=Row("丙"), aside=2)


def test_a_form_within_has_the_token_of_whoever_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Kept, "CHECKED", False)
    page = _page("{% kept row %}<form>{% csrf_token %}{{ aside }}</form>{% endkept %}")
    first = _say(page, row=Row("甲"), aside=1, csrf_token="one")
    second = _say(page, row=Row("甲"), aside=2, csrf_token="two")
    assert first == '<form><input type="hidden" name="csrfmiddlewaretoken" value="one">1</form>'
    assert second == '<form><input type="hidden" name="csrfmiddlewaretoken" value="two">1</form>'
