"""Names and identity numbers of made-up people and firms; every number passes its check, all are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from stdnum.cn import ric, uscc

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文海波宇浩然欣怡佳雪梅思远晓晨嘉俊锋鹏飞立新春生"
REGIONS = {
    "500103": "重庆",
    "510104": "成都",
    "420102": "武汉",
    "320102": "南京",
    "330102": "杭州",
    "370102": "济南",
    "410102": "郑州",
    "430102": "长沙",
    "610102": "西安",
    "440103": "广州",
}
BRANDS_FIRST = "恒瑞鑫金华盛永泰宏鼎嘉润德远正中天海百东瑞康安信和利兴富达同"
BRANDS_LAST = "源达通隆泰丰盛业信诚茂昌升旺创辉联邦捷凯腾锦航凌科益欣峰"
TRADES = (
    *("机械制造", "食品", "建材", "纺织", "农业科技", "电子科技", "物流", "商贸", "包装印刷", "医疗器械"),
    *("环保工程", "汽车零部件", "装饰工程", "信息技术", "家具", "化工", "水产", "茶业", "粮油", "新材料"),
)
INDUSTRIES = "CCECAIGFCFNCEICCAFFC"
"""The industry of each trade (GB/T 4754), in their order."""
OF_PERSONS = "FHOAFG"
FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_FIRM_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FIRM = "91"
"""How the number of a firm begins."""


class Names:
    """Gives names and numbers, none of them twice."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._given: set[str] = set()

    def person(self) -> str:
        """A person's name that nobody in this world has yet."""
        return self._new(lambda: self._surname() + "".join(self.random.sample(GIVEN, self.random.choice((1, 2, 2)))))

    def firm(self, region: str) -> str:
        """A firm's name that begins with its town."""
        pick = self.random.choice
        return self._new(lambda: f"{REGIONS[region]}{pick(BRANDS_FIRST)}{pick(BRANDS_LAST)}{pick(TRADES)}{pick(FORMS)}")

    def region(self) -> str:
        return self.random.choice(list(REGIONS))

    def firm_number(self, region: str) -> str:
        """A firm's 统一社会信用代码."""
        return self._new(lambda: self._firm_number(region))

    def person_number(self, region: str, *, on: date) -> str:
        """A grown-up's 居民身份证 number."""
        return self._new(lambda: self._person_number(region, on))

    def _new(self, make: Callable[[], str]) -> str:
        while (made := make()) in self._given:
            continue
        self._given.add(made)
        return made

    def _surname(self) -> str:
        return self.random.choice(SURNAMES)

    def _firm_number(self, region: str) -> str:
        body = "".join(self.random.choices("0123456789", k=6)) + "".join(self.random.choices(_FIRM_DIGITS, k=2))
        total = sum(w * _ORGANISATION.index(c) for w, c in zip(_ORGANISATION_WEIGHTS, body, strict=True))
        rest = (11 - total % 11) % 11
        number = f"{_FIRM}{region}{body}{'X' if rest == 10 else rest}"
        return number + uscc.calc_check_digit(number)

    def _person_number(self, region: str, on: date) -> str:
        born = on - timedelta(days=self.random.randrange(25 * 365, 60 * 365))
        number = f"{region}{born:%Y%m%d}{self.random.randrange(1, 1000):03d}"
        return number + ric.calc_check_digit(number + "0")


def industry_of(name: str, id_no: str) -> str:
    """A firm's industry by the trade in its name, a person's by the number; nobody has said that of one in twelve."""
    digits = int("".join(figure for figure in id_no[6:17] if figure.isdecimal()) or 0)
    if digits % 12 == 5:
        return ""
    found = next((letter for trade, letter in zip(TRADES, INDUSTRIES, strict=True) if trade in name), "")
    return found or OF_PERSONS[digits % len(OF_PERSONS)]


def reached_of(id_no: str, bank: str) -> dict[str, str]:
    """Whom to call and the account that repays a bank, by the portfolio's column codes; of one client in ten nothing.

    Of a firm the legal representative is known too, of two in three who controls it, of half the finance manager. Drawn
    from the number alone, so that all else in the sample is the same with and without.
    """
    random = Random(id_no)  # noqa: S311  (made-up people need no secrets)
    if random.random() < 0.1:
        return {}
    said = _somebody(random, "contact", "phone")
    if bank:
        number = Random(f"{id_no} {bank}").randrange(10**15)  # noqa: S311
        said |= {"account_bank": f"{bank}营业部", "account_no": f"6222{number:015d}"}
    if not id_no.startswith(_FIRM):
        return said
    said |= _somebody(random, "legal", "legal_phone")
    if random.random() < 2 / 3:
        said |= _somebody(random, "controller", "controller_phone")
    if random.random() < 1 / 2:
        said |= _somebody(random, "finance", "finance_phone")
    return said


def _somebody(random: Random, name: str, phone: str) -> dict[str, str]:
    """A person with a telephone number, under the codes of their columns."""
    full = random.choice(SURNAMES) + "".join(random.sample(GIVEN, 2))
    return {name: full, phone: f"1380000{random.randrange(10_000):04d}"}
