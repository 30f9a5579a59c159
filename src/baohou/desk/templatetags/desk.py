"""Words, dates, sums and icons, the same on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from baohou.core import weekdays
from baohou.core.masking import mask
from baohou.core.money import HOME_CURRENCY, format_yuan, to_yuan
from baohou.core.sayings import listed, say
from baohou.desk.quick import always_same
from baohou.kernel.people.list_files import MOST_ROWS
from baohou.kernel.saying import in_words

register = template.Library()

_ICON_OF_GRADE = {"good": "mood-smile", "normal": "circle-check", "watch": "eye", "risk": "alert-triangle"}
_STATE = {
    "open": ("", "circle-dashed"),
    "overdue": ("late", "clock-exclamation"),
    "done": ("good", "circle-check"),
    "late": ("late", "clock-exclamation"),
    "lapsed": ("", "circle-x"),
}


@register.simple_tag
@always_same
def icon(name: str) -> SafeString:
    """An icon of the bundle; it says nothing that the words beside it do not say."""
    return _icon(name)


@cache
def _icon(name: str) -> SafeString:
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', _icons(), name)


@cache
def _icons() -> str:
    """The address of the bundle of icons, which stays the same while the server runs."""
    return static("built/icons.svg")


@register.simple_tag
def grade(word: Any) -> SafeString:
    """A grade as a word in a soft badge."""
    if word is None:
        return format_html('<span class="pill">{}</span>', _("未分类"))
    return _grade(word, get_language())


@cache
def _grade(word: Any, _language: str | None) -> SafeString:
    return format_html('<span class="pill {}">{}{}</span>', word.code, icon(_ICON_OF_GRADE[word.code]), _(word.zh))


@register.simple_tag
def state(code: str) -> SafeString:
    """A duty's state as a word."""
    return _state(code, get_language())


@cache
def _state(code: str, _language: str | None) -> SafeString:
    tone, image = _STATE[code]
    return format_html('<span class="pill {}">{}{}</span>', tone, icon(image), state_word(code))


def state_word(code: str) -> str:
    """A duty's state in words."""
    words = {
        "open": _("待办"),
        "overdue": _("逾期未办"),
        "done": _("按时办结"),
        "late": _("逾期办结"),
        "lapsed": _("已失效"),
    }
    return words[code]


@register.simple_tag
def day(on: date | None) -> SafeString:
    """A date with its weekday."""
    if on is None:
        return format_html('<span class="text-secondary">{}</span>', "—")
    return _day(on, get_language())


@lru_cache(maxsize=4096)
def _day(on: date, _language: str | None) -> SafeString:
    """A page says the same few days over and over; the weekday depends on the reader's language."""
    return format_html(
        '<time class="num" datetime="{0}">{0}</time> <span class="text-secondary">{1}</span>', on, weekday(on)
    )


@register.filter
def iso(on: date | None) -> str:
    """A date without its weekday."""
    return on.isoformat() if on else "—"


@register.filter
def weekday(on: date) -> str:
    """周一 to 周日."""
    return in_words(weekdays.weekday_of(on))


@register.filter
def weekday_short(on: date) -> str:
    """一 to 日, for the head of a narrow column."""
    return [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")][on.weekday()]


@register.simple_tag
def weekday_of(on: date) -> str:
    """The weekday of a day, as the head of a column."""
    return weekday(on)


@register.simple_tag
def left(due_on: date, today: date) -> SafeString:
    """How long until a deadline, or how long past it."""
    return _left((due_on - today).days, get_language())


@lru_cache(maxsize=4096)
def _left(days: int, _language: str | None) -> SafeString:
    if days < 0:
        said = ngettext("逾期 %(days)s 天", "逾期 %(days)s 天", -days) % {"days": -days}
        return format_html('<span class="pill late">{}{}</span>', icon("clock-exclamation"), said)
    if days == 0:
        return format_html('<span class="pill soon">{}{}</span>', icon("clock"), _("今天到期"))
    said = ngettext("还有 %(days)s 天", "还有 %(days)s 天", days) % {"days": days}
    return format_html('<span class="pill {}">{}</span>', "soon" if days <= 3 else "", said)


@register.simple_tag(takes_context=True)
def money(context: RequestContext, fen: int, currency: str = HOME_CURRENCY) -> SafeString:
    """A sum in 元 or in 万元, as the reader chose, exactly; other currencies by their code."""
    if currency != HOME_CURRENCY:
        number, unit = format_yuan(fen, thousands=True), escape(currency)
    elif context["request"].COOKIES.get("money") == "wan":
        number, unit = _wan(fen), escape(_("万元"))
    else:
        number, unit = format_yuan(fen, thousands=True), escape(_("元"))
    return SafeString(f'<span class="num">{number} {unit}</span>')


def _wan(fen: int) -> str:
    """Fen in units of ten thousand yuan, every fen kept."""
    amount = (to_yuan(fen) / Decimal(10000)).normalize()
    return f"{amount:,f}"


@register.simple_tag(takes_context=True)
def sums(context: RequestContext, amounts: Mapping[str, int]) -> SafeString:
    """Sums of one or several currencies; nothing guaranteed is a dash."""
    said = [money(context, fen, currency) for currency, fen in sorted(amounts.items())]
    return SafeString("<br>".join(said) if said else "—")


@register.filter
def masked(id_no: str) -> str:
    """An identity number with its middle hidden."""
    return mask(id_no)


@register.filter
def word(text: Any) -> str:
    """A word or sentence of the domain in the reader's language."""
    return in_words(text if isinstance(text, str) else str(text)) if text else ""


@register.filter(name="listed")
def names_listed(names: Iterable[Any]) -> str:
    """Names or words in a row, joined as the reader's language does it."""
    return in_words(listed(say(str(one)) for one in names))


@register.simple_tag(takes_context=True)
def excel(context: RequestContext, page: str, *parts: Any) -> SafeString:
    """The link to a list's Excel file, filtered as the list is; ``page`` is the name of its address."""
    href = f"{reverse(page, args=parts)}{query(context, after='', page='')}"
    said = _("照现在的筛选，最多 %(n)s 行") % {"n": MOST_ROWS}
    return format_html('<a class="btn" href="{}" title="{}">{}Excel</a>', href, said, icon("file-spreadsheet"))


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The page's address with some filters changed; an empty value takes one away."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"
