"""A small result table: columns that any frame library takes, and that render themselves."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.errors import MissingExtraError, UnknownNameError, near_miss

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Cell", "MetricTable"]

Cell: TypeAlias = str | int | float | None


@attrs.frozen(kw_only=True, repr=False)
class MetricTable:
    """A table of figures.

    Attributes:
        title: what it shows.
        columns: name to the cells, all of one length; None is unknown.

    Example:
        >>> table = MetricTable(title="Snapshot", columns={"stage": ("Lead", "MQL"), "leads": (3, 1)})
        >>> table["leads"], table.to_dicts()[0]
        ((3, 1), {'stage': 'Lead', 'leads': 3})
    """

    title: str
    columns: Mapping[str, tuple[Cell, ...]]

    @classmethod
    def of(cls, title: str, names: Sequence[str], rows: Sequence[Sequence[Cell]]) -> "MetricTable":
        """Make a table from rows.

        Args:
            title: what it shows.
            names: of the columns.
            rows: cells, one per name.

        Example:
            >>> MetricTable.of("Empty", ["stage"], [])["stage"]
            ()
        """
        return cls(title=title, columns={name: tuple(row[i] for row in rows) for i, name in enumerate(names)})

    def to_dicts(self) -> list[dict[str, Cell]]:
        """Return one dict per row.

        Example:
            >>> MetricTable.of("", ["a"], [[1]]).to_dicts()
            [{'a': 1}]
        """
        return [dict(zip(self.columns, row, strict=True)) for row in self._rows()]

    def text(self) -> str:
        """Return the table as aligned text.

        Example:
            >>> print(MetricTable.of("Snapshot", ["stage", "leads"], [["Lead", 3]]).text())
            Snapshot
            stage  leads
            Lead   3
        """
        lines = [tuple(self.columns), *(tuple(map(_shown, row)) for row in self._rows())]
        widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
        body = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *body])

    def chart(self, x: str, y: str, *, color: str | None = None) -> "alt.Chart":
        """Return the table as a bar chart.

        Args:
            x: the column along the axis.
            y: the column of the heights.
            color: the column by which bars are divided.

        Raises:
            MissingExtraError: altair (extra ``report``) is not installed.
            UnknownNameError: there is no such column.

        Example:
            >>> table = MetricTable.of("Snapshot", ["stage", "leads"], [["Lead", 3]])
            >>> table.chart("stage", "leads").to_dict()["mark"]["type"]
            'bar'
        """
        for name in (x, y, *([] if color is None else [color])):
            self[name]
        try:
            import altair as alt  # noqa: PLC0415  # optional: only who draws pays for it
        except ImportError as error:
            raise MissingExtraError.of("report", purpose="Drawing a chart") from error
        rows = alt.Data(values=self.to_dicts())
        marks = {"x": alt.X(field=x, type="nominal", sort=None), "y": alt.Y(field=y, type="quantitative")}
        if color is not None:
            marks["color"] = alt.Color(field=color, type="nominal")
        return alt.Chart(rows, title=self.title).mark_bar().encode(**marks)

    def __getitem__(self, name: str) -> tuple[Cell, ...]:
        if name not in self.columns:
            raise UnknownNameError(f"The table has no column '{name}'.{near_miss(name, self.columns)}")
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return iter(self.to_dicts())

    def __repr__(self) -> str:
        return f"<MetricTable {self.title!r}: {len(self)} rows, {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        rows = ("".join(f"<td>{html.escape(_shown(cell))}</td>" for cell in row) for row in self._rows())
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><caption>{html.escape(self.title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
        except ImportError as error:
            raise MissingExtraError.of("arrow", purpose="Handing a table over as Arrow") from error
        table = pa.table({name: list(cells) for name, cells in self.columns.items()})
        return table.__arrow_c_stream__(requested_schema)

    def _rows(self) -> Iterator[tuple[Cell, ...]]:
        return zip(*self.columns.values(), strict=True)


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:.3f}".rstrip("0").rstrip(".")
        case _:
            return str(cell)
