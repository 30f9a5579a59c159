"""Industries: the twenty sections of the national classification of economic activities (GB/T 4754-2017), A to T."""

from __future__ import annotations

from typing import Final

from django.db import models

UNKNOWN: Final = 0
"""The number of an industry that nobody has said."""


class Industry(models.IntegerChoices):
    """A section; its name here is its letter, its number the letter's place in the alphabet."""

    A = 1, "农、林、牧、渔业"
    B = 2, "采矿业"
    C = 3, "制造业"
    D = 4, "电力、热力、燃气及水生产和供应业"
    E = 5, "建筑业"
    F = 6, "批发和零售业"
    G = 7, "交通运输、仓储和邮政业"
    H = 8, "住宿和餐饮业"
    I = 9, "信息传输、软件和信息技术服务业"  # noqa: E741  (the letters are the standard's)
    J = 10, "金融业"
    K = 11, "房地产业"
    L = 12, "租赁和商务服务业"
    M = 13, "科学研究和技术服务业"
    N = 14, "水利、环境和公共设施管理业"
    O = 15, "居民服务、修理和其他服务业"  # noqa: E741
    P = 16, "教育"
    Q = 17, "卫生和社会工作"
    R = 18, "文化、体育和娱乐业"
    S = 19, "公共管理、社会保障和社会组织"
    T = 20, "国际组织"


def show_industry(number: int) -> str:
    """A section as people see it in lists of differences: "C 制造业"; nothing for none."""
    return f"{Industry(number).name} {Industry(number).label}" if number else ""
