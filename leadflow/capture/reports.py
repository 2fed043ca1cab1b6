"""The account of a reading: what was recognised, what was refused, and what the columns are worth."""

import html
from collections.abc import Mapping

import attrs

from leadflow.capture.cells import InputFacts
from leadflow.capture.headers import ColumnMapping
from leadflow.capture.profiles import ColumnProfile
from leadflow.capture.rejects import InvalidCells

__all__ = ["ReadReport"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ReadReport:
    """What ``read_leads`` found out about a list.

    Attributes:
        facts: what the reader of the format found: encoding, delimiter, sheet, header row, preamble.
        source: the source that the records were given.
        system: the system that wrote the header, or an empty text.
        mapping: one entry per column: header, field, confidence, why.
        read: rows with any text.
        accepted: rows in the batch.
        rejected: rows in the rejects.
        repeated: accepted rows whose content had stood in the list before; they have ids of their own.
        blank: rows without any text.
        reject_reasons: reason to count.
        invalid: the cells that were not understood; their rows were kept.
        profile: one entry per field and custom column.
        suspicious: row number and the rule that its deal amount breaks.
    """

    facts: InputFacts
    source: str
    system: str
    mapping: tuple[ColumnMapping, ...]
    read: int
    accepted: int
    rejected: int
    repeated: int
    blank: int
    reject_reasons: Mapping[str, int]
    invalid: InvalidCells
    profile: tuple[ColumnProfile, ...]
    suspicious: tuple[tuple[int, str], ...] = ()

    @property
    def encoding(self) -> str:
        """The codec that decoded the file; empty if there were no bytes to decode."""
        return self.facts.encoding

    @property
    def delimiter(self) -> str:
        """The text between two cells; empty if the format has none."""
        return self.facts.delimiter

    @property
    def header_row(self) -> int:
        """The line or sheet row of the header, from 1; 0 if the format has none."""
        return self.facts.header_row

    @property
    def sheet(self) -> str:
        """The sheet that was read; empty if the format has none."""
        return self.facts.sheet

    @property
    def preamble(self) -> tuple[str, ...]:
        """The text of the lines before the header."""
        return self.facts.preamble

    @property
    def content_hash(self) -> str:
        """32 hexadecimal digits over the file's bytes; empty for tables in memory."""
        return self.facts.content_hash

    @property
    def doubtful(self) -> tuple[ColumnMapping, ...]:
        """The columns whose meaning a person should confirm: those below a confidence of 0.9."""
        return tuple(column for column in self.mapping if column.confidence < 0.9)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, without any cell of the list.

        Example:
            >>> from leadflow.adapters.reading import read_leads
            >>> read_leads([{"Email": "a@example.jp"}]).report.to_dict()["accepted"]
            1
        """
        facts = attrs.asdict(self.facts)
        facts.pop("preamble")
        return {
            **facts,
            "source": self.source,
            "system": self.system,
            "mapping": [attrs.asdict(column) for column in self.mapping],
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "repeated": self.repeated,
            "blank": self.blank,
            "reject_reasons": dict(self.reject_reasons),
            "invalid": [
                {"column": column, "reason": reason, "count": count}
                for (column, reason), count in self.invalid.summary().items()
            ],
            "profile": [column.to_dict() for column in self.profile],
            "suspicious": [{"row": row, "rule": rule} for row, rule in self.suspicious],
        }

    def __str__(self) -> str:
        return "\n".join([*self._head(), *self._mapping_lines(), *self._problem_lines()])

    def __repr__(self) -> str:
        return f"<ReadReport of {self.facts.name}: {self.accepted} accepted, {self.rejected} rejected>"

    def _head(self) -> list[str]:
        facts = self.facts
        details = [facts.format]
        if facts.encoding:
            details.append(f"{facts.encoding} ({facts.encoding_why})")
        if facts.delimiter:
            details.append(f"cells separated by {_DELIMITERS.get(facts.delimiter, facts.delimiter)}")
        if facts.sheet:
            others = f" (not read: {', '.join(facts.other_sheets)})" if facts.other_sheets else ""
            details.append(f"sheet {facts.sheet}{others}")
        if facts.header_row:
            details.append(f"header in row {facts.header_row}")
        counts = f"{self.read:,} rows: {self.accepted:,} accepted, {self.rejected:,} rejected"
        if self.repeated:
            counts += f"; {self.repeated:,} repeat an earlier row"
        if self.blank:
            counts += f"; {self.blank:,} blank rows passed over"
        source = f"source {self.source}" + (
            " (recognised by its header)" if self.system and self.system == self.source else ""
        )
        return [f"{facts.name}: {', '.join(details)}", f"{source}; {counts}", *facts.notes]

    def _mapping_lines(self) -> list[str]:
        lines = ["columns"]
        for column in self.mapping:
            target = column.field or "custom"
            if column.field and column.rank:
                target += f" (fills gaps, {column.rank + 1})"
            lines.append(f"  {column.header} -> {target}  {column.confidence:.0%}, {column.why}")
        return lines

    def _problem_lines(self) -> list[str]:
        lines = []
        if self.reject_reasons:
            lines.append("rejected rows")
            lines += [f"  {count:,} × {reason}" for reason, count in self.reject_reasons.items()]
        summary = self.invalid.summary()
        if summary:
            lines.append("cells left empty because they were not understood")
            lines += [
                f"  {count:,} × {column}: {reason}" for (column, reason), count in list(summary.items())[:12]
            ]
            if len(summary) > 12:
                lines.append(f"  … and {len(summary) - 12} more reasons")
        if self.suspicious:
            lines.append(f"{len(self.suspicious):,} deal amounts do not fit the size of the company")
        for column in self.profile:
            if column.shared:
                lines.append(
                    f"{column.name}: {column.shared:,} values stand in 5 rows or more, one of them in {column.largest_share:,}"
                )
        return lines

    def _repr_html_(self) -> str:
        head = "".join(f"<p>{html.escape(line)}</p>" for line in self._head())
        mapping = "".join(
            f"<tr><td>{html.escape(column.header)}</td><td>{html.escape(column.field or 'custom')}</td>"
            f"<td>{column.confidence:.0%}</td><td>{html.escape(column.why)}</td></tr>"
            for column in self.mapping
        )
        profile = "".join(
            f"<tr><td>{html.escape(column.name)}</td><td>{column.filled:,}</td><td>{column.valid:,}</td>"
            f"<td>{column.invalid:,}</td><td>{column.filler:,}</td><td>{column.distinct:,}</td><td>{column.shared:,}</td></tr>"
            for column in self.profile
        )
        problems = "".join(f"<li>{html.escape(line.strip())}</li>" for line in self._problem_lines())
        return (
            f"<div>{head}<table><tr><th>header</th><th>field</th><th>confidence</th><th>why</th></tr>{mapping}</table>"
            "<table><tr><th>column</th><th>filled</th><th>valid</th><th>invalid</th><th>filler</th><th>distinct</th>"
            f"<th>shared</th></tr>{profile}</table><ul>{problems}</ul></div>"
        )


_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
