"""Where a party is registered: the administrative district that its identity number names (GB/T 2260)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from stdnum import numdb

from baohou.kernel.parties.identity import LENGTH, OTHER

_PERSON = re.compile(r"[1-8][0-9]{16}[0-9X]")
_YEARS = re.compile(r"\[[0-9]*-([0-9]*)\]")


class District(NamedTuple):
    """A district by its code of six digits; ``name`` is as short as it is clear (杭州市西湖区)."""

    code: str
    name: str


UNKNOWN = District("", "")
"""Of an identity number that names no district known."""


@lru_cache(maxsize=65_536)
def district_of(id_no: str) -> District:
    """The district of a checked number: where a firm was registered, where a person's number was first given out.

    It is not an address: the firm may work elsewhere, and the person may have moved.
    """
    if id_no.startswith(OTHER) or len(id_no) != LENGTH:
        return UNKNOWN
    code = id_no[:6] if _PERSON.fullmatch(id_no) else id_no[2:8]
    province, county = _names(code)
    if not county:
        return UNKNOWN
    _, city = _names(f"{code[:4]}00")
    above = city if city and "辖" not in city else province
    own = "" if "辖" in county or county == above else county
    return District(code, f"{above}{own}")


def _names(code: str) -> tuple[str, str]:
    """Province and county of a code; the name in use today comes before one given up."""
    found = {key: text for _, names in numdb.get("cn/loc").info(code) for key, text in names.items()}
    known = [
        (bool(years and years[1]), _YEARS.sub("", name))
        for name in found.get("county", "").split(",")
        for years in [_YEARS.match(name)]
    ]
    return found.get("province", ""), min(known)[1] if known else ""
