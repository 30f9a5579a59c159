"""Identity numbers and pinyin initials."""

from __future__ import annotations

import pytest

from baohou.kernel.papers.reading import Unreadable
from baohou.kernel.parties.identity import WrongIdentity, check, read_identity
from baohou.kernel.parties.pinyin import initials_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("91110000600037341L", "91110000600037341L"),
        (" ９１11 0000-600037341l\u3000", "91110000600037341L"),
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002ｘ", "11010519491231002X"),
        ("ｘ：sba-c 0001", "X:SBA-C0001"),
    ],
)
def test_numbers_are_made_uniform_before_anything_else(typed: str, kept: str) -> None:
    assert check(typed) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("91110000600037341M", "校验位"),
        ("110105194912310021", "校验位"),
        ("110105491231002", "15 位"),
        ("123", "现有 3 位"),
        ("110105199913310024", "出生日期"),
        ("990105194912310023", "字符|校验|省份"),
        ("X:", "没有号码"),
        ("9111000060003734!L", "字符"),
    ],
)
def test_a_number_that_cannot_be_right_says_what_is_wrong(typed: str, said: str) -> None:
    with pytest.raises(WrongIdentity, match=said):
        check(typed)


def test_a_person_registered_in_a_county_that_is_younger_is_a_person() -> None:
    """Born 1971 in what was called 锦江区 (510104) only from 1990: such numbers are in use."""
    assert check("51010419711212882X") == "51010419711212882X"


@pytest.mark.parametrize("cell", [1.10105194912310e17, "1.10105E+17"])
def test_a_number_kept_by_excel_as_a_number_is_rejected(cell: str | float) -> None:
    with pytest.raises(Unreadable, match="丢失"):
        read_identity(cell)


def test_initials_follow_the_words_and_the_other_readings_of_the_first_character() -> None:
    assert initials_of("重庆长安（集团）有限公司").split()[0] == "cqcajtyxgs"
    assert "stf" in initials_of("单田芳").split()
    assert initials_of("ABC 科技 1 号") == "abckj1h"
    assert initials_of("（）") == ""
