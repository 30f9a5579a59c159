"""A version written as YAML reads back as the same version."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baohou.core.rulebook import Clause, ExceptionTo, Parameter
from baohou.kernel.rulebook import registry
from baohou.kernel.rulebook.drafts import Draft
from baohou.kernel.rulebook.reading import read_text
from baohou.kernel.rulebook.writing import to_yaml
from tests.kernel.rulebook.texts import shipped

SPECS = {(spec.clause, spec.name): spec for spec in registry.specs()}
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


def texts(longest: int = 40) -> st.SearchStrategy[str]:
    """Texts as people paste them: any letters and signs, tabs and line breaks, no other control characters."""
    letters = st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t")
    likely = st.sampled_from(
        [
            "yes",
            "null",
            "2016-04-01",
            "15",
            "- 一",
            "甲: 乙",
            "# 注",
            "“引”",
            "'",
            '"',
            "|",
            "[a",
            "a\nb",
            "a\n\nb",
            "?0",
        ]
    )
    return st.one_of(likely, st.text(letters, min_size=1, max_size=longest).map(str.strip).filter(bool))


def parameters(code: str, draw: st.DrawFn) -> dict[str, Parameter]:
    found = {}
    for spec in [spec for spec in SPECS.values() if spec.clause == code]:
        value = (
            st.sampled_from(spec.choices or (0, 1, 3, 6))
            if spec.kind in ("code", "months")
            else st.integers(spec.low, spec.high)
        )
        exceptions = [
            ExceptionTo(
                label=f"{fact}例外",
                when={one: (draw(texts()),) if one == fact else ("甲", "乙") for one in spec.facts},
                value=draw(value),
                reference=draw(texts()),
                over=tuple(f"{other}例外" for other in spec.facts[:position]),
            )
            for position, fact in enumerate(spec.facts)
            if draw(st.booleans()) or position == 0
        ]
        found[spec.name] = Parameter(spec.name, draw(value), draw(texts()), tuple(exceptions))
    return found


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    begins, ends = sorted(draw(st.lists(DAYS, min_size=2, max_size=2, unique=True)))
    clauses = tuple(
        Clause(code, draw(texts()), draw(texts(200)), draw(texts()), parameters(code, draw))
        for code in sorted({spec.clause for spec in SPECS.values()})
    )
    until = draw(st.sampled_from([None, ends]))
    return Draft("PGM", draw(texts()), draw(texts()), begins, until, draw(texts()), draw(texts()), clauses)


@given(drafts())
@pytest.mark.clause("PGM.0")
def test_what_is_written_reads_back(draft: Draft) -> None:
    """Whatever an administrator pastes into a text, a reference or a label."""
    reading = read_text(to_yaml(draft, specs=SPECS))
    assert reading.faults == ()
    assert reading.draft == draft
    assert reading.draft is not None and reading.draft.digest == draft.digest


def test_the_shipped_file_written_again_is_as_readable() -> None:
    """Apart from comments and quotes it is the same text: the present version is a page's starting point."""
    draft = read_text(shipped()).draft
    assert draft is not None
    lines = [line for line in shipped().splitlines() if line and not line.startswith("#")]
    assert [line.replace("'", "") for line in to_yaml(draft, specs=SPECS).splitlines() if line] == lines
