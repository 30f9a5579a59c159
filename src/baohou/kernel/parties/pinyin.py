"""Pinyin initials of names, for search by keyboard."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin
from pypinyin.constants import PHRASES_DICT

LONGEST = 128
_LONGEST_PHRASE = 4


def initials_of(name: str) -> str:
    """The initials by which a name can be found: as read in words, then with the first character's other readings.

    单田芳 gives "dtf ctf stf": a surname often has a reading of its own.
    """
    read = _in_words(name)
    if not read:
        return ""
    others = [first + read[1:] for first in _readings(name[0]) if first != read[0]]
    return " ".join([read, *others])[:LONGEST]


def _in_words(name: str) -> str:
    """The initials, each character read as in the longest phrase that starts at it (重庆 is cq, 重量 is zl)."""
    letters, at = "", 0
    while at < len(name):
        for length in range(_LONGEST_PHRASE, 1, -1):
            phrase = name[at : at + length]
            if len(phrase) == length and phrase in PHRASES_DICT:
                letters += _of_phrase(phrase)
                at += length
                break
        else:
            letters += next(iter(_readings(name[at])), "")
            at += 1
    return letters


@lru_cache(maxsize=8192)
def _of_phrase(phrase: str) -> str:
    return "".join(unicodedata.normalize("NFD", readings[0][0])[0].lower() for readings in PHRASES_DICT[phrase])


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    """The first letters that a character can be read with; a Latin letter or digit is itself, a mark is nothing."""
    if character.isascii():
        return (character.lower(),) if character.isalnum() else ()
    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(letter for letter in found[0] if letter)) if found else ()
