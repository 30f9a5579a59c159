"""Papers as one A4 PDF with embedded Chinese fonts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from baohou.core.errors import Refused
from baohou.kernel.papers.printing.paper import Paper

CHINESE_FONTS = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun")
"""Song-like families that the style sheet asks for, in this order; Debian's fonts-noto-cjk brings the first."""

_STYLE = Path(__file__).with_name("paper.css")


_WITHIN = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
"""A paper holds everything it shows, pictures as data: addresses; nothing is ever fetched for it."""


def write_pdf(*, papers: Iterable[Paper], out: BinaryIO) -> None:
    """Write papers one after another into one PDF; pages are counted within each paper.

    Each paper is laid out on its own, so time grows with the number of papers and not with its square.
    Raises Refused when this machine has no Chinese font to embed.
    """
    fonts = FontConfiguration()
    style = CSS(filename=_STYLE, font_config=fonts)
    laid_out: list[Document] = [
        HTML(string=paper.html(), url_fetcher=_WITHIN).render(stylesheets=[style], font_config=fonts)
        for paper in papers
    ]
    document = laid_out[0].copy([page for each in laid_out for page in each.pages])
    document.write_pdf(out)
    if not any(font.family in CHINESE_FONTS for font in document.fonts.values()):
        raise Refused("papers.font.missing", "本机没有可嵌入的中文字体，请先安装 fonts-noto-cjk（思源宋体）再导出 PDF")
