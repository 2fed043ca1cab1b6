"""Raw rows, form payloads and mails become source records: header mapping, normalising, rejects, reports."""

from leadflow.capture.forms import Captured, Form
from leadflow.capture.headers import ColumnMapping, map_headers
from leadflow.capture.imported import ImportedLeads
from leadflow.capture.importing import import_cells
from leadflow.capture.mails import capture_mail
from leadflow.capture.profiles import AmountRule, ColumnProfile
from leadflow.capture.rejects import InvalidCell, InvalidCells, Reject, Rejects
from leadflow.capture.reports import ReadReport

__all__ = [
    "AmountRule",
    "Captured",
    "ColumnMapping",
    "ColumnProfile",
    "Form",
    "ImportedLeads",
    "InvalidCell",
    "InvalidCells",
    "ReadReport",
    "Reject",
    "Rejects",
    "capture_mail",
    "import_cells",
    "map_headers",
]
