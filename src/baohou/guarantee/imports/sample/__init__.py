"""A made-up guarantee company in one workbook: plausible, checked, and the same for the same arguments."""

from baohou.guarantee.imports.sample.workbook import write_sample

__all__ = ["write_sample"]
