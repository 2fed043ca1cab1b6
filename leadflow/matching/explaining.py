"""Why two records were or were not matched: one line per comparison, adding up to the decision."""

from collections.abc import Hashable
from html import escape

import attrs

__all__ = ["ComparisonReason", "Explanation", "KeyDifference", "masked"]


def masked(text: str) -> str:
    """Hide most of a text, leaving what lets a person recognise it.

    Example:
        >>> masked("taro.sato@example.co.jp"), masked("佐藤"), masked("")
        ('t**********************', '佐*', '')
    """
    return text[:1] + "*" * (len(text) - 1)


@attrs.frozen(kw_only=True)
class ComparisonReason:
    """What one comparison says about a pair.

    Attributes:
        name: the comparison.
        value_a: the cells of the first record as text.
        value_b: the cells of the second.
        level: the level's label.
        bits: the weight of the level.
        adjustment: bits added because the value is rare or common.
        running: the total up to here, prior included.
        given: the comparisons whose agreement was taken into account, or empty.
    """

    name: str
    value_a: str
    value_b: str
    level: str
    bits: float
    adjustment: float
    running: float
    given: str = ""

    @property
    def total(self) -> float:
        """The bits that the comparison adds."""
        return self.bits + self.adjustment


@attrs.frozen(kw_only=True)
class KeyDifference:
    """A key on which two records differ, so that a blocking rule does not make them a candidate pair.

    Attributes:
        rule: the rule.
        key: its key.
        value_a: the key of the first record; of several the first; empty when it has none.
        value_b: that of the second.

    Example:
        >>> str(KeyDifference(rule="city + first1(name)", key="city", value_a="leeds", value_b=""))
        "rule city + first1(name): city is 'leeds' and missing"
    """

    rule: str
    key: str
    value_a: str
    value_b: str

    def __str__(self) -> str:
        a, b = (repr(value) if value else "missing" for value in (self.value_a, self.value_b))
        return f"rule {self.rule}: {self.key} is {a} and {b}"


@attrs.frozen(kw_only=True)
class Explanation:
    """A decision about two records and its reasons; prior and reasons add up to ``total``.

    Attributes:
        record_a: a record's id.
        record_b: the other's.
        prior: bits before anything was compared.
        reasons: one per comparison.
        total: bits in all.
        probability: that the two are one entity.
        threshold: the probability from which a pair is a link.
        rules: the blocking rules that made them a candidate pair; empty when none did.
        together: whether they are in one cluster; None when no clusters were made.
        verdict: a note on what else decided, or empty.
        differing: where no rule made them a candidate pair, the keys on which they differ.
    """

    record_a: str
    record_b: str
    prior: float
    reasons: tuple[ComparisonReason, ...]
    total: float
    probability: float
    threshold: float
    rules: tuple[str, ...]
    together: bool | None = None
    verdict: str = ""
    differing: tuple[KeyDifference, ...] = ()

    def masked(self) -> "Explanation":
        """Return the explanation with the values hidden.

        Example:
            >>> Explanation(record_a="a", record_b="b", prior=0, reasons=(), total=0, probability=0.5,
            ...             threshold=0.5, rules=()).masked().reasons
            ()
        """
        return attrs.evolve(
            self,
            reasons=tuple(
                attrs.evolve(reason, value_a=masked(reason.value_a), value_b=masked(reason.value_b))
                for reason in self.reasons
            ),
            differing=tuple(
                attrs.evolve(each, value_a=masked(each.value_a), value_b=masked(each.value_b))
                for each in self.differing
            ),
        )

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain data."""
        return attrs.asdict(self)

    def __str__(self) -> str:
        width = max([10, *(len(reason.name) for reason in self.reasons)])
        lines = [f"{'prior':<{width}} {'':>8} {self.prior:>8.2f}"]
        for reason in self.reasons:
            rare = (
                f" (frequency {reason.adjustment:+.2f})" if abs(reason.adjustment) >= 0.005 else ""
            )  # rounds to nothing
            given = f" given {reason.given}" if reason.given else ""
            lines.append(
                f"{reason.name:<{width}} {reason.total:>+8.2f} {reason.running:>8.2f}  {reason.level}{given}{rare}: "
                f"{reason.value_a!r} | {reason.value_b!r}"
            )
        lines.append(f"{'total':<{width}} {'':>8} {self.total:>8.2f}  probability {self.probability:.4f}")
        lines.extend(self._notes())
        return "\n".join(lines)

    def _notes(self) -> list[str]:
        notes = [self.verdict] if self.verdict else []
        if not self.rules:
            notes.append("not compared: no blocking rule makes these two records a candidate pair")
            notes.extend(map(str, self.differing))
        if self.together is True and self.probability < self.threshold:
            notes.append("in one cluster through other records")
        if self.together is False and self.probability >= self.threshold:
            notes.append("kept apart: the other records of the two clusters speak against it")
        return notes

    def _repr_html_(self) -> str:
        """Draw the reasons as a waterfall."""
        bars = [("prior", self.prior, 0.0, self.prior, "", "")]
        before = self.prior
        for reason in self.reasons:
            bars.append(
                (
                    reason.name,
                    reason.total,
                    before,
                    reason.running,
                    reason.level,
                    f"{reason.value_a} | {reason.value_b}",
                )
            )
            before = reason.running
        bars.append(("total", self.total, 0.0, self.total, f"probability {self.probability:.4f}", ""))
        low = min(0.0, *(min(start, end) for _, _, start, end, _, _ in bars))
        high = max(0.0, *(max(start, end) for _, _, start, end, _, _ in bars))
        span = (high - low) or 1.0
        rows = "".join(_bar(bar, low, span) for bar in bars)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        head = "<tr><th>comparison</th><th>bits</th><th></th><th>level</th><th>values</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>{notes}"


def _bar(bar: tuple[str, float, float, float, str, str], low: float, span: float) -> str:
    name, bits, start, end, level, values = bar
    left = (min(start, end) - low) / span * 100
    width = abs(end - start) / span * 100
    colour = "#2a7" if bits >= 0 else "#c43"
    drawn = (
        f'<div style="position:relative;width:240px;height:12px;background:#eee">'
        f'<div style="position:absolute;left:{left:.1f}%;width:{width:.1f}%;height:12px;background:{colour}"></div></div>'
    )
    return (
        f"<tr><td>{escape(name)}</td><td>{bits:+.2f}</td><td>{drawn}</td><td>{escape(level)}</td>"
        f"<td>{escape(values)}</td></tr>"
    )


def shown(cells: tuple[Hashable, ...]) -> str:
    """Join the cells of a comparison for display.

    Example:
        >>> shown(("佐藤", None, "太郎"))
        '佐藤 / 太郎'
    """
    return " / ".join(str(cell) for cell in cells if cell is not None)
