"""A list after reading: the usable rows, the refused ones, and the account of both."""

import attrs

from leadflow.capture.rejects import Rejects
from leadflow.capture.reports import ReadReport
from leadflow.records.batches import LeadBatch

__all__ = ["ImportedLeads"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ImportedLeads:
    """What ``read_leads`` returns.

    Attributes:
        batch: the usable rows: canonical values by field, custom columns by header, raw cells by header,
            and record ids that are the same whenever the same list is read again.
        rejects: the refused rows with number, column, reason and raw cells.
        report: what was recognised, counted and doubted.

    Example:
        >>> from leadflow.adapters.reading import read_leads
        >>> imported = read_leads([{"メール": "ＳＡＴＯ@example.jp"}, {"メール": "なし"}], source="展示会")
        >>> imported.batch["email"].to_list(), len(imported.rejects)
        (['sato@example.jp'], 1)
    """

    batch: LeadBatch
    rejects: Rejects
    report: ReadReport

    def __len__(self) -> int:
        return len(self.batch)

    def __repr__(self) -> str:
        return f"<ImportedLeads from {self.report.source}: {len(self.batch)} accepted, {len(self.rejects)} rejected>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_() + (self.rejects._repr_html_() if len(self.rejects) else "")
