"""What the rules are given and what they give back is frozen: nobody changes a fact on the way."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import is_dataclass

import pytest

from baohou import core
from baohou.guarantee import rules

MODULES = [
    found.name
    for package in (core, rules)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not found.ispkg
]


@pytest.mark.parametrize("name", MODULES)
def test_records_are_frozen(name: str) -> None:
    module = importlib.import_module(name)
    records = [one for one in vars(module).values() if isinstance(one, type) and is_dataclass(one)]
    assert all(one.__dataclass_params__.frozen for one in records if one.__module__ == name)
