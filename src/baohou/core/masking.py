"""Numbers that belong to a person, with so much hidden that they are recognised and not learnt."""

from __future__ import annotations

from typing import Final

_LONG: Final = 12
_TELEPHONE: Final = 11


def mask(number: str) -> str:
    """An identity, telephone or account number with its middle hidden: 3301**********1234, 138****5678, ****12.

    Long ones keep four characters at each end, a telephone number three and four, shorter ones only the last two.
    """
    if len(number) >= _LONG:
        first, last = 4, 4
    elif len(number) == _TELEPHONE:
        first, last = 3, 4
    else:
        first, last = 0, min(2, len(number) // 2)
    return f"{number[:first]}{'*' * (len(number) - first - last)}{number[len(number) - last :]}"
