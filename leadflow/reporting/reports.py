"""A report: tidy columns that any frame library takes, with labels in two languages and the leads behind each figure."""

import html
import itertools
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import attrs

from leadflow.errors import MissingExtraError, NotFoundError, UnknownNameError, near_miss
from leadflow.reporting.figures import Cell, ColumnKind, Language, readable, written
from leadflow.reporting.wordings import coded
from leadflow.reporting.words import Words

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Drill", "Later", "Plot", "Report", "ReportColumn", "laid_out", "width"]

_SHOWN_ROWS = 200
_SEPARATOR = " · "


Drill: TypeAlias = Callable[[int, str], tuple[str, ...]]
"""From a row and a column's name to the ids of the leads behind the figure."""

Plot: TypeAlias = Callable[["Report", Language], "alt.TopLevelMixin"]
"""From a report and a language to its chart."""


@attrs.frozen(kw_only=True)
class Later:
    """Cells that are made when somebody looks at them, such as a hundred thousand of which a page shows ten.

    Attributes:
        size: how many.
        make: makes them, once.

    Example:
        >>> cells = Later(size=2, make=lambda: ("a", "b"))
        >>> len(cells), cells.made()
        (2, ('a', 'b'))
    """

    size: int
    make: Callable[[], Sequence[Cell]] = attrs.field(eq=False)
    _found: list[tuple[Cell, ...]] = attrs.field(init=False, repr=False, eq=False, factory=list)

    def made(self) -> tuple[Cell, ...]:
        """Return the cells.

        Example:
            >>> Later(size=1, make=lambda: [7]).made()
            (7,)
        """
        if not self._found:
            self._found.append(tuple(self.make()))
        return self._found[0]

    def __len__(self) -> int:
        return self.size


@attrs.frozen(kw_only=True)
class ReportColumn:
    """One column.

    Attributes:
        name: in code and frames.
        kind: what its cells are.
        label: for people.
        cells: one per row; None is unknown.
        kinds: what each single cell is, where one column holds figures of several kinds, such as counts and yen.
        words: what people read instead of a code, such as a level, a state or a KPI's name.
    """

    name: str
    kind: ColumnKind
    label: Words
    _cells: "tuple[Cell, ...] | Later" = attrs.field(alias="cells")
    kinds: tuple[ColumnKind, ...] = ()
    words: Mapping[str, Words] = MappingProxyType({})

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells.

        Example:
            >>> ReportColumn(name="n", kind=ColumnKind.COUNT, label=Words("", ""), cells=(1, None)).cells
            (1, None)
        """
        return self._cells.made() if isinstance(self._cells, Later) else self._cells

    def kind_of(self, row: int) -> ColumnKind:
        """Return what the cell of a row is.

        Example:
            >>> ReportColumn(name="n", kind=ColumnKind.COUNT, label=Words("数", "Number"), cells=(1,)).kind_of(0).value
            'count'
        """
        return self.kinds[row] if self.kinds else self.kind

    def shown(self, row: int, language: Language) -> Cell:
        """Return the cell of a row, a code in words.

        Example:
            >>> column = ReportColumn(name="level", kind=ColumnKind.TEXT, label=Words("階層", "Level"), cells=("team",),
            ...     words={"team": Words("チーム", "Team")})
            >>> column.shown(0, "ja")
            'チーム'
        """
        cell = self.cells[row]
        found = self.words.get(cell) if isinstance(cell, str) else None
        return cell if found is None else found.of(language)

    def text(self, row: int, language: Language) -> str:
        """Return the cell of a row as people read it.

        Example:
            >>> ReportColumn(name="n", kind=ColumnKind.SHARE, label=Words("率", "Rate"), cells=(0.5,)).text(0, "en")
            '50.0%'
        """
        return written(self.shown(row, language), self.kind_of(row), language)

    def __len__(self) -> int:
        return len(self._cells)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Report:
    """A table of figures with its title, its notes, its chart and the leads behind it.

    Attributes:
        name: in code, such as ``"attainment"``.
        title: for people.
        columns: of one length.
        notes: what has to be known to read it: rules, what is left out, what is unknown.
        drill: from a row and a column to lead ids; None when nothing is behind the figures.
        plot: draws the chart; None when there is none.

    Example:
        >>> report = Report.of("owners", Words("担当別", "By owner"), [
        ...     ("owner", ColumnKind.TEXT, Words("担当者", "Owner")),
        ...     ("open", ColumnKind.COUNT, Words("対応中", "Open")),
        ... ], [("佐藤", 3), ("鈴木", None)])
        >>> report.to_dicts()[0], len(report)
        ({'owner': '佐藤', 'open': 3}, 2)
        >>> print(report.text(language="en"))
        By owner
        Owner  Open
        佐藤      3
        鈴木      –
    """

    name: str
    title: Words
    columns: tuple[ReportColumn, ...]
    notes: tuple[Words, ...] = ()
    drill: Drill | None = None
    plot: Plot | None = None

    @classmethod
    def of(
        cls,
        name: str,
        title: Words,
        columns: Sequence[tuple[str, ColumnKind, Words]],
        rows: Sequence[Sequence[Cell]],
        *,
        notes: Sequence[Words] = (),
        drill: Drill | None = None,
        plot: Plot | None = None,
        kinds: Mapping[str, Sequence[ColumnKind]] | None = None,
        words: Mapping[str, Mapping[str, Words]] | None = None,
    ) -> "Report":
        """Make a report from rows.

        Args:
            name: in code.
            title: for people.
            columns: name, kind and label of each column.
            rows: one cell per column.
            notes: what has to be known to read it.
            drill: from a row and a column to lead ids.
            plot: draws the chart.
            kinds: column name to the kind of every single cell.
            words: column name to the words of its codes; levels, states, rules and fields have theirs.

        Example:
            >>> Report.of("none", Words("無", "None"), [], []).to_dicts()
            []
        """
        cells = zip(*rows, strict=True) if rows else [()] * len(columns)
        return cls.of_cells(
            name,
            title,
            columns,
            [tuple(found) for found in cells],
            notes=notes,
            drill=drill,
            plot=plot,
            kinds=kinds,
            words=words,
        )

    @classmethod
    def of_cells(
        cls,
        name: str,
        title: Words,
        columns: Sequence[tuple[str, ColumnKind, Words]],
        cells: Sequence[tuple[Cell, ...] | Later],
        *,
        notes: Sequence[Words] = (),
        drill: Drill | None = None,
        plot: Plot | None = None,
        kinds: Mapping[str, Sequence[ColumnKind]] | None = None,
        words: Mapping[str, Mapping[str, Words]] | None = None,
    ) -> "Report":
        """Make a report from the cells of its columns.

        Args:
            name: in code.
            title: for people.
            columns: name, kind and label of each column.
            cells: of each column; of one length.
            notes: what has to be known to read it.
            drill: from a row and a column to lead ids.
            plot: draws the chart.
            kinds: column name to the kind of every single cell.
            words: column name to the words of its codes; levels, states, rules and fields have theirs.

        Example:
            >>> column = ("a", ColumnKind.COUNT, Words("", ""))
            >>> Report.of_cells("r", Words("", ""), [column], [Later(size=1, make=lambda: (1,))]).to_dicts()
            [{'a': 1}]
        """
        each = kinds or {}
        more = words or {}
        return cls(
            name=name,
            title=title,
            columns=tuple(
                ReportColumn(
                    name=key,
                    kind=kind,
                    label=label,
                    cells=found,
                    kinds=tuple(each.get(key, ())),
                    words=more.get(key) or coded(key),
                )
                for (key, kind, label), found in zip(columns, cells, strict=True)
            ),
            notes=tuple(notes),
            drill=drill,
            plot=plot,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns.

        Example:
            >>> Report.of("none", Words("無", "None"), [], []).names
            ()
        """
        return tuple(column.name for column in self.columns)

    def columns_in(self, language: Language) -> tuple[ReportColumn, ...]:
        """Return the columns that people see in a language: of ``evidence`` and ``evidence_en`` one.

        Example:
            >>> report = Report.of("r", Words("", ""), [(name, ColumnKind.TEXT, Words("", "")) for name in ("why", "why_en")], [])
            >>> [column.name for column in report.columns_in("en")]
            ['why_en']
        """
        hidden = {name for name in self.names if name.endswith("_en")}
        if language == "en":
            hidden = {name.removesuffix("_en") for name in hidden}
        return tuple(column for column in self.columns if column.name not in hidden)

    def to_dicts(self) -> list[dict[str, Cell]]:
        """Return one dict per row.

        Example:
            >>> Report.of("r", Words("", ""), [("a", ColumnKind.COUNT, Words("", ""))], [(1,)]).to_dicts()
            [{'a': 1}]
        """
        cells = [column.cells for column in self.columns]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*cells, strict=True)]

    def where(self, cells: Mapping[str, Cell]) -> list[dict[str, Cell]]:
        """Return the rows in which some columns have these values.

        Args:
            cells: column name to value; all must be there.

        Raises:
            UnknownNameError: there is no such column.

        Example:
            >>> Report.of("r", Words("", ""), [("a", ColumnKind.COUNT, Words("", ""))], [(1,), (2,)]).where({"a": 2})
            [{'a': 2}]
        """
        for name in cells:
            self[name]
        return [row for row in self.to_dicts() if all(row[name] == cell for name, cell in cells.items())]

    def lead_ids(self, row: int, column: str) -> tuple[str, ...]:
        """Return the ids of the leads behind a figure.

        Args:
            row: the row's number from 0.
            column: the column's name.

        Raises:
            NotFoundError: the report has no leads behind its figures.
            UnknownNameError: there is no such column.

        Example:
            >>> report = Report.of("r", Words("", ""), [("a", ColumnKind.COUNT, Words("", ""))], [(1,)],
            ...     drill=lambda row, column: ("L1",))
            >>> report.lead_ids(0, "a")
            ('L1',)
        """
        self[column]
        if self.drill is None:
            raise NotFoundError(
                f"The report '{self.name}' counts no leads, so that there are none behind its figures."
            )
        return self.drill(row, column)

    def text(self, *, language: Language = "ja", limit: int | None = None, across: int | None = None) -> str:
        """Return the report as aligned text; wide characters count as two columns.

        Args:
            language: ``"ja"`` or ``"en"``.
            limit: at most so many rows.
            across: how wide the text may be; a wider table goes on below itself, with the names of its rows again, and
            names that rows have in common stand once above them.

        Example:
            >>> Report.of("r", Words("題", "Title"), [], []).text(language="ja")
            '題'
        """
        shown = range(len(self) if limit is None else min(limit, len(self)))
        table = [
            [
                readable(column.label.of(language)),
                *(column.text(row, language) for row in shown),
            ]
            for column in self.columns_in(language)
        ]
        kinds = [column.kind for column in self.columns_in(language)]
        lines = laid_out(table, kinds, across=across)
        if len(shown) < len(self):
            lines.append(f"… {len(self) - len(shown):,}")
        return "\n".join(
            [self.title.of(language), *lines, *(f"* {note.of(language)}" for note in self.notes)]
        )

    def chart(self, *, language: Language = "ja") -> "alt.TopLevelMixin":
        """Return the report's chart as an Altair chart.

        Args:
            language: of its labels.

        Raises:
            NotFoundError: the report has no chart.
            MissingExtraError: Altair is not installed.

        Example:
            >>> Report.of("r", Words("", ""), [], []).chart()
            Traceback (most recent call last):
                ...
            leadflow.errors.NotFoundError: The report 'r' has no chart; its text() and to_dicts() hold its figures.
        """
        if self.plot is None:
            raise NotFoundError(
                f"The report '{self.name}' has no chart; its text() and to_dicts() hold its figures."
            )
        return self.plot(self, language)

    def __getitem__(self, name: str) -> tuple[Cell, ...]:
        for column in self.columns:
            if column.name == name:
                return column.cells
        raise UnknownNameError(
            f"The report '{self.name}' has no column '{name}'.{near_miss(name, self.names)}"
        )

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        return iter(self.to_dicts())

    def __repr__(self) -> str:
        return f"<Report {self.name!r}: {len(self)} rows, {', '.join(self.names)}>"

    def _repr_html_(self) -> str:
        language = "ja"
        head = "".join(
            f'<th scope="col">{html.escape(readable(column.label.of(language)))}</th>'
            for column in self.columns_in(language)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:{"right" if column.kind.is_number else "left"}">'
                f"{html.escape(column.text(row, language))}</td>"
                for column in self.columns_in(language)
            )
            + "</tr>"
            for row in range(min(len(self), _SHOWN_ROWS))
        )
        caption = html.escape(self.title.of(language)) + (
            f" ({_SHOWN_ROWS}/{len(self)})" if len(self) > _SHOWN_ROWS else ""
        )
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
        except ImportError as error:
            raise MissingExtraError.of("arrow", purpose="Handing a report over as Arrow") from error
        of_kind = {
            ColumnKind.TEXT: pa.string(),
            ColumnKind.DATE: pa.date32(),
            ColumnKind.MOMENT: pa.timestamp("us", tz="UTC"),
        }
        table = pa.table(
            {
                column.name: pa.array(
                    column.cells
                    if column.kind in of_kind
                    else [None if cell is None else float(cell) for cell in column.cells],  # type: ignore[arg-type]  # numbers
                    type=of_kind.get(column.kind, pa.float64()),
                )
                for column in self.columns
            }
        )
        return table.__arrow_c_stream__(requested_schema)


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal: wide and full-width characters take two.

    References:
        Unicode Standard Annex #11 (2023), "East Asian Width".

    Example:
        >>> width("佐藤a"), width("ｱ")
        (5, 1)
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def laid_out(
    table: Sequence[Sequence[str]], kinds: Sequence[ColumnKind], *, across: int | None = None
) -> list[str]:
    """Return the lines of a table with its columns aligned, numbers to the right.

    Args:
        table: the texts of each column, its header first.
        kinds: of each column.
        across: how wide the lines may be; what is wider goes on below, beside the leading texts again, or the last of them
            when together they would take more than half. Where the last does not tell most rows apart, the leading texts that
            rows have in common stand once above them.

    Example:
        >>> kinds = [ColumnKind.TEXT, ColumnKind.NUMBER, ColumnKind.NUMBER]
        >>> for line in laid_out([["KPI", "calls"], ["Day", "1"], ["Week", "12"]], kinds, across=12):
        ...     print(line)
        KPI    Day
        calls    1
        <BLANKLINE>
        KPI    Week
        calls    12
    """
    widths = [max(map(width, cells)) for cells in table]
    rows = range(1, len(table[0])) if table else range(0)
    common = 0 if across is None or sum(widths) + 2 * len(widths) - 2 <= across else _common(table, kinds)
    blocks = _blocks(widths, kinds, common, across)
    if not common:
        return _lines(table, widths, kinds, blocks, rows)
    lines: list[str] = []
    for names, run in itertools.groupby(rows, lambda row: [cells[row] for cells in table[:common]]):
        lines += ["", _SEPARATOR.join(names)] if lines else [_SEPARATOR.join(names)]
        lines += _lines(table, widths, kinds, blocks, list(run))
    return lines


def _common(table: Sequence[Sequence[str]], kinds: Sequence[ColumnKind]) -> int:
    """Return how many of the leading texts are on average the same in two rows or more; none if the last tells most apart."""
    texts, rows = _texts(kinds), len(table[0]) - 1
    if not texts or 2 * len(set(table[texts - 1][1:])) > rows:
        return 0
    for count in range(texts - 1, 0, -1):
        runs = sum(1 for _ in itertools.groupby(zip(*(cells[1:] for cells in table[:count]), strict=True)))
        if 2 * runs <= rows:
            return count
    return 0


def _texts(kinds: Sequence[ColumnKind]) -> int:
    return next((place for place, kind in enumerate(kinds) if kind is not ColumnKind.TEXT), len(kinds))


def _blocks(
    widths: Sequence[int], kinds: Sequence[ColumnKind], common: int, across: int | None
) -> list[list[int]]:
    """Return which columns stand beside each other, without those that are common to rows."""
    texts = _texts(kinds)
    named = range(common, texts)
    if across is not None and sum(widths[common:texts]) + 2 * len(named) > across / 2:
        named = range(max(texts - 1, 0), texts)
    blocks = [list(range(common, texts))] if widths else []
    for place in range(texts, len(kinds)):
        inside = sum(widths[one] + 2 for one in blocks[-1])
        if across is not None and len(blocks[-1]) > len(named) and inside + widths[place] > across:
            blocks.append([*named])
        blocks[-1].append(place)
    return blocks


def _lines(
    table: Sequence[Sequence[str]],
    widths: Sequence[int],
    kinds: Sequence[ColumnKind],
    blocks: Sequence[Sequence[int]],
    rows: Sequence[int],
) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        lines += [""] if lines else []
        for row in (0, *rows):
            parts = [_padded(table[one][row], widths[one], right=kinds[one].is_number) for one in block]
            lines.append("  ".join(parts).rstrip())
    return lines


def _padded(text: str, size: int, *, right: bool) -> str:
    gap = " " * (size - width(text))
    return gap + text if right else text + gap
