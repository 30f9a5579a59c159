"""Chinese first, and all of it in English too."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from baohou.core.errors import Refused
from baohou.core.sayings import say, together
from baohou.kernel.saying import in_words
from tests.cast import Portfolio
from tests.desk.conftest import Enter
from tests.desk.messages import SOURCE, every_message
from tests.desk.sayings import calls, sources
from tests.desk.unsaid import ALLOWED, found, is_allowed


def _catalog() -> Catalog:
    with Path(SOURCE / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file)


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, tuple | list) else [str(value)]


def test_every_sentence_of_the_pages_has_an_english_one() -> None:
    """Whatever a page says by gettext, and each word of the domain, is in the catalog."""
    known = {_texts(message.id)[0]: message for message in _catalog() if message.id}
    lacking = sorted(text for text in every_message() if text not in known or not all(_texts(known[text].string)))
    assert lacking == []


def test_no_chinese_reaches_a_reader_unsaid() -> None:
    """A Chinese text outside of gettext and say is a word of the domain with its English, or in the list of what stays.

    A sentence put together by an f-string, or a literal that the catalog does not know, is Chinese to every reader.
    """
    words = every_message()
    unsaid = [f"{file} {name}: {text}" for file, name, text in found() if not is_allowed(file, name)]
    assert [one for one in unsaid if one.partition(": ")[2] not in words] == []


def test_what_may_stay_chinese_is_still_there() -> None:
    """An exception goes when what it was made for has gone."""
    there = {(file, name) for file, name, _ in found()}
    idle = [one for one in ALLOWED if not any(is_allowed(file, name, {one}) for file, name in there)]
    assert idle == []


def test_what_is_told_of_one_or_many_has_both_forms() -> None:
    """One matter waits, two matters wait: a sentence said with its number has an English plural."""
    both = {_texts(message.id)[0] for message in _catalog() if isinstance(message.string, tuple | list)}
    told = {ast.literal_eval(said) for file in sources() for call, said in calls(file) if _is_many(call)}
    assert sorted(told - both) == []
    assert told


def _is_many(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "say_many"


def test_a_translation_names_the_same_values() -> None:
    """%(client)s in Chinese is %(client)s in English, as often."""
    for message in _catalog():
        for text in _texts(message.string):
            if message.id:
                wanted = Counter(re.findall(r"%\(\w+\)s", _texts(message.id)[0]))
                assert set(Counter(re.findall(r"%\(\w+\)s", text))) == set(wanted), message.id


def test_a_sentence_with_values_is_a_template() -> None:
    """A refusal made by an f-string can be said in one language only; what is not literal has no values of its own."""
    wrong = []
    for file in sources():
        for call, said in calls(file):
            values = {one.arg for one in call.keywords} - {"where"}
            literal = isinstance(said, ast.Constant)
            if isinstance(said, ast.JoinedStr | ast.BinOp) or (
                values and not literal and getattr(call.func, "id", "") != "Node"
            ):
                wrong.append(f"{file.name}:{call.lineno} {ast.unparse(said)}")
            if literal and values and set(re.findall(r"%\((\w+)\)s", str(said.value))) != values:
                wrong.append(f"{file.name}:{call.lineno} names other values than it is given")
    assert wrong == []


def test_refusals_and_reasons_are_said_in_the_readers_language(portfolio: Portfolio, enter: Enter) -> None:
    """A future day is refused, in English for who reads English, with the day in it; to others in Chinese."""
    refusal = Refused(
        "x",
        "%(what)s %(on)s 晚于今天（%(today)s），请核对。",
        what=say("移交日期"),
        on="2026-10-02",
        today="2026-10-01",
    )
    assert refusal.message == "移交日期 2026-10-02 晚于今天（2026-10-01），请核对。"
    with translation.override("en"):
        assert in_words(refusal.message).endswith("2026-10-02 is after today (2026-10-01); please check.")
        assert in_words(together([say("请填写工号。"), "张甲说的"], " ")) == "Please enter the staff number. 张甲说的"
        assert in_words("") == ""
    browser = enter(portfolio.cast.admin)
    browser.cookies["django_language"] = "en"
    page = browser.post("/imports/", {"kind": "grades", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")})
    assert "is damaged" in page.content.decode()


def test_the_api_speaks_the_language_that_is_asked_for(db: None) -> None:
    asked = Client().get("/api/v1/clients", headers={"Accept-Language": "en-GB,en;q=0.9"}).json()
    assert asked["message"].startswith("No token")
    assert Client().get("/api/v1/clients").json()["message"].startswith("没有令牌")


def test_no_english_text_is_left_over() -> None:
    """A sentence that no page says any more leaves the catalog."""
    assert (
        sorted(
            _texts(message.id)[0]
            for message in _catalog()
            if message.id and _texts(message.id)[0] not in every_message()
        )
        == []
    )
