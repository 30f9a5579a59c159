"""QR codes as drawings that stand within a page or a paper."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString


def qr_svg(text: str, *, alone: bool = True) -> SafeString:
    """A text as a QR code, in SVG without a size of its own: what holds it says how large it is.

    ``alone`` gives it the size that it has on papers; pages have a style sheet for that.
    """
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, light="#fff", svgclass="qr", lineclass=None, title=None)
    return SafeString(drawn.replace("<svg", '<svg style="width: 21mm; display: block"', 1) if alone else drawn)
