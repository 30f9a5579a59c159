"""Reading tables that people made: .csv and .xlsx into checked rows, with every fault named by row and column."""

from baohou.kernel.papers.reading.cells import Cell, Unreadable, read_code, read_text
from baohou.kernel.papers.reading.columns import Column
from baohou.kernel.papers.reading.faults import Fault
from baohou.kernel.papers.reading.mapping import Mapping, load_mapping
from baohou.kernel.papers.reading.marked import write_marked
from baohou.kernel.papers.reading.sheets import Sheet, open_sheets
from baohou.kernel.papers.reading.table import Reading, Row, read_sheet, read_table
from baohou.kernel.papers.reading.values import read_currency, read_date, read_fen, read_quarter, read_wan

__all__ = [
    "Cell",
    "Column",
    "Fault",
    "Mapping",
    "Reading",
    "Row",
    "Sheet",
    "Unreadable",
    "load_mapping",
    "open_sheets",
    "read_code",
    "read_currency",
    "read_date",
    "read_fen",
    "read_quarter",
    "read_sheet",
    "read_table",
    "read_text",
    "read_wan",
    "write_marked",
]
