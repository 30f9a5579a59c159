"""Records: files kept under their digest, signatures, seals that show any later change, additions to sealed papers."""

from baohou.kernel.papers.records.checking import Checked, check
from baohou.kernel.papers.records.codes import CheckedPaper, check_code, tidy_code
from baohou.kernel.papers.records.files import Kept, keep, keep_table
from baohou.kernel.papers.records.kinds import PaperKind, register
from baohou.kernel.papers.records.places import discard, open_file, path_of, put, read_file
from baohou.kernel.papers.records.sealing import (
    add,
    attach,
    find_seal,
    let_go,
    list_attachments,
    list_signatures,
    seal,
    sign,
)

__all__ = [
    "Checked",
    "CheckedPaper",
    "Kept",
    "PaperKind",
    "add",
    "attach",
    "check",
    "check_code",
    "discard",
    "find_seal",
    "keep",
    "keep_table",
    "let_go",
    "list_attachments",
    "list_signatures",
    "open_file",
    "path_of",
    "put",
    "read_file",
    "register",
    "seal",
    "sign",
    "tidy_code",
]
