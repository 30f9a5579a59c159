"""Clients and guarantees that the rows of a file name, found in a few queries for the whole file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Min

from baohou.guarantee.models import Guarantee
from baohou.kernel.papers.taking import chunks


class Project(NamedTuple):
    """A guarantee, as far as other facts refer to it."""

    id: int
    client_id: int
    issued_on: date


def get_projects(*, project_nos: Iterable[str]) -> dict[str, Project]:
    """Guarantees by project number; unknown numbers are left out."""
    found: dict[str, Project] = {}
    for piece in chunks(sorted(set(project_nos))):
        rows = Guarantee.objects.filter(project_no__in=piece)
        for project_no, number, client, issued_on in rows.values_list("project_no", "id", "client_id", "issued_on"):
            found[project_no] = Project(number, client, issued_on)
    return found


def get_first_issues(*, clients: Iterable[int]) -> dict[int, date]:
    """The first issue of each client; a client without any guarantee is left out."""
    found: dict[int, date] = {}
    for piece in chunks(sorted(set(clients))):
        rows = Guarantee.objects.filter(client_id__in=piece).values("client_id").annotate(first=Min("issued_on"))
        found.update(rows.values_list("client_id", "first"))
    return found
