"""Papers out: one template of a form becomes an A4 PDF and a worksheet, with the same fields in the same order.

A template extends ``papers/paper.html``. What both outputs understand:

- ``<body class="wide">`` turns the page to landscape; ``<meta name="footer">`` is the worksheet's foot line.
- ``<h1>`` and ``<p>`` take the whole width. Every ``<table>`` stands on the same columns, whose widths one of them
  gives in millimetres (``<col style="width: 24mm">``); cells may span columns, not rows.
- ``<thead>`` is repeated on every page. ``<tr style="height: 18mm">`` is at least so high.
- ``<time datetime="2026-09-30">`` is a date and ``<data value="1234.50">`` an exact number for the worksheet.
- Cells carry classes: ``label``, ``section``, ``number``, ``centre``, ``right``, ``top``, ``bottom``, ``strong``;
  tables carry ``plain`` for no lines.
"""

from baohou.kernel.papers.printing.paper import Paper
from baohou.kernel.papers.printing.pdf import write_pdf
from baohou.kernel.papers.printing.qr import qr_svg
from baohou.kernel.papers.printing.xlsx import write_xlsx

__all__ = ["Paper", "qr_svg", "write_pdf", "write_xlsx"]
