"""Arrays and features that grow by one, for a live index."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.encoding import (
    ABSENT,
    Feature,
    Floats,
    Int32,
    Measures,
    TextBank,
    UInt64,
    content_hash,
    content_hashes,
)
from leadflow.matching.sorting import stable_order
from leadflow.matching.weights import Frequencies

__all__ = ["GrowingBank", "GrowingFeature", "GrowingRows"]

_MOST_TOKENS: Final = 12
"""So many tokens of a cell are looked at."""

_SPARE: Final = 64
_REMEMBERED: Final = 4096
_FEW: Final = 16


@attrs.define(eq=False, repr=False)
class GrowingRows:
    """An array that doubles its room when it is full.

    Example:
        >>> rows = GrowingRows.of(np.array([1, 2]))
        >>> rows.append(3)
        >>> rows.view().tolist()
        [1, 2, 3]
    """

    held: npt.NDArray[Any]
    size: int

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> "GrowingRows":
        """Take an array over; it is copied when it has to grow or change."""
        return cls(np.array(array), len(array))

    def append(self, value: object) -> None:
        """Add a row, filling what a narrower row leaves with ``ABSENT``."""
        if self.size == len(self.held):
            self._grow(self.size + 1)
        self.held[self.size] = value
        self.size += 1

    def at(self, places: Sequence[int]) -> list[Any]:
        """The rows at some places; one by one as long as they are few."""
        if len(places) < _FEW:
            return list(map(self.held.item, places))
        rows: list[Any] = self.held[np.array(places)].tolist()
        return rows

    def reach(self, size: int, value: object) -> None:
        """Add rows of one value until there are so many."""
        if size > self.size:
            if size > len(self.held):
                self._grow(size)
            self.held[self.size : size] = value
            self.size = size

    def _grow(self, size: int) -> None:
        """Make room for so many rows and as many again."""
        room = np.empty((2 * size + _SPARE, *self.held.shape[1:]), self.held.dtype)
        room[: self.size] = self.held[: self.size]
        self.held = room

    def view(self) -> npt.NDArray[Any]:
        """The rows so far."""
        return self.held[: self.size]


@attrs.define(eq=False, repr=False)
class GrowingBank:
    """Distinct texts to which more are added; features that are compared with each other share one.

    Attributes:
        texts: object array of texts.
        lengths: as in ``Measures``; of the texts added last perhaps not yet, as of masks and heads.
        masks: as in ``Measures``.
        heads: as in ``Measures``.
        hashes: sorted content hashes of the texts that were there at first.
        places: the place of each of these.
        recent: the places of the texts added since.
        looked_up: what was found among the first texts lately; a text that is asked about is most often added next.
    """

    texts: GrowingRows
    lengths: GrowingRows
    masks: GrowingRows
    heads: GrowingRows
    hashes: UInt64
    places: Int32
    recent: dict[str, int]
    looked_up: dict[str, int] = attrs.field(factory=dict)
    _seen: TextBank | None = attrs.field(init=False, default=None)

    @classmethod
    def of(cls, bank: TextBank) -> "GrowingBank":
        """Take a bank over."""
        hashes = content_hashes(bank.texts.tolist())
        order = stable_order(hashes)
        return cls(
            GrowingRows.of(bank.texts),
            GrowingRows.of(bank.measures.lengths),
            GrowingRows.of(bank.measures.masks),
            GrowingRows.of(bank.measures.heads),
            hashes[order],
            order.astype(np.int32),
            {},
        )

    def find(self, text: str) -> int:
        """Return the code of a text, or ``ABSENT`` if no record has it."""
        code = self.recent.get(text)
        if code is None:
            code = self.looked_up.get(text)
        if code is None:
            if len(self.looked_up) >= _REMEMBERED:
                self.looked_up.clear()
            code = self.looked_up[text] = self._among_first(text)
        return code

    def _among_first(self, text: str) -> int:
        wanted = np.uint64(content_hash(text))
        place = int(self.hashes.searchsorted(wanted))
        while place < len(self.hashes) and self.hashes[place] == wanted:
            if self.texts.held[self.places[place]] == text:
                return int(self.places[place])
            place += 1
        return ABSENT

    def add(self, text: str) -> int:
        """Return the code of a text, adding it if it is new."""
        code = self.find(text)
        if code >= 0:
            return code
        self.texts.append(text)
        self.recent[text] = self.texts.size - 1
        self._seen = None
        return self.texts.size - 1

    def _measure(self) -> None:
        """Measure the texts added since the last time; only many pairs at once ask for that."""
        new = Measures.of(self.texts.view()[self.lengths.size :].tolist())
        for grown, added in (
            (self.lengths, new.lengths),
            (self.masks, new.masks),
            (self.heads, new.heads),
        ):
            for value in added:
                grown.append(value)

    def arrays(self) -> list[npt.NDArray[Any]]:
        """The arrays that take its room."""
        grown = (self.texts, self.lengths, self.masks, self.heads)
        return [self.hashes, self.places, *(rows.held for rows in grown)]

    def view(self) -> TextBank:
        """The texts so far."""
        if self._seen is None:
            self._measure()
            self._seen = TextBank(
                texts=self.texts.view(),
                measures=Measures(
                    lengths=self.lengths.view(), masks=self.masks.view(), heads=self.heads.view()
                ),
            )
        return self._seen


@attrs.define(eq=False, repr=False)
class GrowingFeature:
    """A feature to which distinct cells are added, and which gives a query's texts their codes.

    Attributes:
        codes: as in ``Feature``.
        numbers: as in ``Feature``.
        bank: the texts.
        weights: the weight of each token in bits; empty unless the feature is a set.
        rarity: token to weight, for tokens that the model has seen twice or more.
        rarest: the weight of any other token.
    """

    codes: GrowingRows
    numbers: GrowingRows | None
    bank: GrowingBank
    weights: GrowingRows
    rarity: Mapping[str, float]
    rarest: float
    _told: Floats = attrs.field(init=False, factory=lambda: np.empty(0))
    _seen: Feature | None = attrs.field(init=False, default=None)

    @classmethod
    def of(cls, feature: Feature, bank: GrowingBank, frequencies: Frequencies, name: str) -> "GrowingFeature":
        """Take an encoded feature over."""
        weights = frequencies.weights_of_tokens(name, feature)[:-1] if feature.is_set else np.empty(0)
        return cls(
            GrowingRows.of(feature.codes),
            None if feature.numbers is None else GrowingRows.of(feature.numbers),
            bank,
            GrowingRows.of(weights),
            frequencies.rarity.get(name, {}),
            frequencies.rarest.get(name, 1.0),
        )

    @property
    def is_set(self) -> bool:
        """Whether a cell holds several tokens."""
        return self.codes.held.ndim == 2  # one column per token

    def append(self, value: object) -> int:
        """Add a distinct cell and return its place."""
        self._seen = None
        if self.numbers is not None:
            self.numbers.append(np.nan if value is None else value)
            self.codes.append(ABSENT if value is None else 0)
        elif self.is_set:
            self._append_tokens(self.tokens_in(value))
        else:
            self.codes.append(ABSENT if value is None else self.bank.add(str(value)))
        return self.codes.size - 1

    def _append_tokens(self, tokens: tuple[str, ...]) -> None:
        width = self.codes.held.shape[1]
        if len(tokens) > width:
            wider = np.full((len(self.codes.held), len(tokens)), ABSENT, np.int32)
            wider[:, :width] = self.codes.held
            self.codes.held = wider
            width = len(tokens)
        row = np.full(width, ABSENT, np.int32)
        for place, token in enumerate(tokens):
            row[place] = self.bank.add(token)
            if row[place] >= self.weights.size:
                self.weights.append(self.rarity.get(token, self.rarest))
        self.codes.append(row)

    def arrays(self) -> list[npt.NDArray[Any]]:
        """The arrays that take its room, the bank's left out."""
        grown = (self.codes, self.weights, *([] if self.numbers is None else [self.numbers]))
        return [self._told, *(rows.held for rows in grown)]

    def view(self) -> Feature:
        """The feature of all cells so far."""
        bank = self.bank.view()
        if self._seen is None or self._seen.bank is not bank:
            self._seen = Feature(
                codes=self.codes.view(),
                bank=bank,
                numbers=None if self.numbers is None else self.numbers.view(),
            )
        return self._seen

    def token_weights(self) -> Floats:
        """(k + 1,) the weights of tokens, the last that of a token never seen."""
        if len(self._told) != self.weights.size + 1:  # tokens were added
            self._told = np.append(self.weights.view(), self.rarest)
        return self._told

    def all_codes(self) -> Int32:
        """(u,) the codes of the distinct cells, (u, t) of a set; there may be room for more at the end."""
        return self.codes.held

    def text_at(self, cell: int) -> str | None:
        """The text of a distinct cell, of several tokens the first, None where absent; empty for a number."""
        codes = self.codes.held
        code: int = codes.item(cell) if codes.ndim == 1 else codes.item(cell, 0)
        if code < 0:
            return None
        text: str = self.bank.texts.held.item(code) if self.numbers is None else ""
        return text

    def tokens_at(self, cell: int) -> list[str]:
        """The tokens of a distinct cell."""
        text = self.bank.texts.held.item
        return [text(code) for code in self.codes.held[cell].tolist() if code >= 0]

    def weights_at(self, cell: int) -> list[float]:
        """The weight of each token of a distinct cell in bits."""
        weight = self.weights.held.item
        return [weight(code) for code in self.codes.held[cell].tolist() if code >= 0]

    def number_at(self, cell: int) -> float:
        """The number of a distinct cell, NaN where absent."""
        return math.nan if self.numbers is None else float(self.numbers.held.item(cell))

    def text_in(self, value: object) -> str | None:
        """The text of a derived value, as ``text_at`` gives it of a cell with that value."""
        if value is None:
            return None
        if self.numbers is not None:
            return ""
        if self.is_set:
            first: str | None = next(iter(value), None)  # type: ignore[call-overload]  # tokens
            return first
        return str(value)

    def tokens_in(self, value: object) -> tuple[str, ...]:
        """The tokens of a derived value, as many of them as are looked at."""
        return tuple(value or ())[:_MOST_TOKENS]  # type: ignore[arg-type]  # tokens

    def codes_of(self, texts: tuple[str, ...], unseen: dict[str, int]) -> tuple[int, ...]:
        """The codes of a query's texts.

        Args:
            texts: the texts.
            unseen: codes of the query's texts that no record has, shared by crossed features.
        """
        codes = []
        for text in texts:
            code = self.bank.find(text)
            codes.append(code if code >= 0 else unseen.setdefault(text, self.bank.texts.size + len(unseen)))
        return tuple(codes)
