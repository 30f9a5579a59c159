"""Reading pages as a browser does."""

from __future__ import annotations

from django.test import Client

from baohou.kernel.people.models import Department


def said(browser: Client, page: str) -> str:
    """What a page says; it has to answer with 200."""
    answer = browser.get(page)
    assert answer.status_code == 200, page
    return answer.content.decode()


def department_id(name: str) -> int:
    """The number of a department."""
    return Department.objects.get(name=name).pk
