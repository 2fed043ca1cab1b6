"""Arrays and features that grow by one, for a live index."""

from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.encoding import ABSENT, Feature, Floats, Int32, TextBank, UInt64, content_hashes
from leadflow.matching.weights import Frequencies

__all__ = ["GrowingFeature", "GrowingRows"]

_SPARE: Final = 64


@attrs.define(eq=False, repr=False)
class GrowingRows:
    """An array that doubles its room when it is full.

    Example:
        >>> rows = GrowingRows.of(np.array([1, 2]))
        >>> rows.append(3)
        >>> rows.view().tolist()
        [1, 2, 3]
    """

    held: npt.NDArray[np.generic]
    size: int

    @classmethod
    def of(cls, array: npt.NDArray[np.generic]) -> "GrowingRows":
        """Take an array over; it is copied when it has to grow or change."""
        return cls(np.array(array), len(array))

    def append(self, value: object) -> None:
        """Add a row, filling what a narrower row leaves with ``ABSENT``."""
        if self.size == len(self.held):
            room = np.empty((2 * self.size + _SPARE, *self.held.shape[1:]), self.held.dtype)
            room[: self.size] = self.held
            self.held = room
        self.held[self.size] = value
        self.size += 1

    def view(self) -> "npt.NDArray[np.generic]":
        """The rows so far."""
        return self.held[: self.size]


@attrs.define(eq=False, repr=False)
class GrowingFeature:
    """A feature to which distinct cells are added, and which gives a query's texts their codes."""

    name: str
    codes: GrowingRows
    numbers: GrowingRows | None
    texts: GrowingRows
    lengths: GrowingRows
    masks: GrowingRows
    heads: GrowingRows
    weights: GrowingRows
    frequencies: Frequencies
    hashes: UInt64
    places: Int32
    recent: dict[str, int]

    @classmethod
    def of(cls, feature: Feature, frequencies: Frequencies, name: str) -> "GrowingFeature":
        """Take an encoded feature over."""
        bank = feature.bank if feature.bank is not None else TextBank.of([])
        hashes = content_hashes(bank.texts.tolist())
        order = np.argsort(hashes, kind="stable")
        return cls(
            name,
            GrowingRows.of(feature.codes),
            None if feature.numbers is None else GrowingRows.of(feature.numbers),
            GrowingRows.of(bank.texts),
            GrowingRows.of(bank.lengths),
            GrowingRows.of(bank.masks),
            GrowingRows.of(bank.heads),
            GrowingRows.of(frequencies.weights_of_tokens(name, feature)[:-1] if feature.is_set else np.empty(0)),
            frequencies,
            hashes[order],
            order.astype(np.int32),
            {},
        )

    @property
    def is_set(self) -> bool:
        """Whether a cell holds several tokens."""
        return self.codes.held.ndim == 2  # noqa: PLR2004  # one column per token

    def code_of(self, text: str) -> int:
        """Return the code of a text, or ``ABSENT`` if no record has it."""
        code = self.recent.get(text)
        if code is not None:
            return code
        wanted = content_hashes([text])[0]
        place = int(np.searchsorted(self.hashes, wanted))
        while place < len(self.hashes) and self.hashes[place] == wanted:
            if self.texts.held[self.places[place]] == text:
                return int(self.places[place])
            place += 1
        return ABSENT

    def append(self, value: object) -> int:
        """Add a distinct cell and return its place."""
        if self.numbers is not None:
            self.numbers.append(np.nan if value is None else value)
            self.codes.append(ABSENT if value is None else 0)
        elif self.is_set:
            width = self.codes.held.shape[1]
            tokens = tuple(value or ())[:12]  # type: ignore[arg-type]  # tokens
            if len(tokens) > width:
                wider = np.full((len(self.codes.held), len(tokens)), ABSENT, np.int32)
                wider[:, :width] = self.codes.held
                self.codes.held = wider
                width = len(tokens)
            row = np.full(width, ABSENT, np.int32)
            row[: len(tokens)] = [self._added(token) for token in tokens]
            self.codes.append(row)
        else:
            self.codes.append(ABSENT if value is None else self._added(str(value)))
        return self.codes.size - 1

    def _added(self, text: str) -> int:
        code = self.code_of(text)
        if code >= 0:
            return code
        bank = TextBank.of([text])
        code = self.texts.size
        self.texts.append(text)
        self.lengths.append(bank.lengths[0])
        self.masks.append(bank.masks[0])
        self.heads.append(bank.heads[0])
        if self.is_set:
            self.weights.append(self._weight(text))
        self.recent[text] = code
        return code

    def _weight(self, token: str) -> float:
        return self.frequencies.rarity.get(self.name, {}).get(token, self.frequencies.rarest.get(self.name, 1.0))

    def feature(self) -> Feature:
        """The feature of all cells so far."""
        return Feature(
            codes=self.codes.view(),  # type: ignore[arg-type]  # int32
            bank=TextBank(
                texts=self.texts.view(),  # type: ignore[arg-type]  # objects
                lengths=self.lengths.view(),  # type: ignore[arg-type]
                masks=self.masks.view(),  # type: ignore[arg-type]
                heads=self.heads.view(),  # type: ignore[arg-type]
            ),
            numbers=None if self.numbers is None else self.numbers.view(),  # type: ignore[arg-type]
        )

    def rarity(self) -> Floats:
        """(k + 1,) the weights of tokens, the last that of a token never seen."""
        return np.append(self.weights.view(), self.frequencies.rarest.get(self.name, 1.0))  # type: ignore[return-value,arg-type]

    def asked(self, value: object) -> tuple[Feature, Int32]:
        """Return a query's value as a feature of one cell, and its places in its own bank."""
        if self.numbers is not None:
            number = np.array([np.nan if value is None else value], np.float64)
            return Feature(codes=np.array([ABSENT if value is None else 0], np.int32), numbers=number), _NOWHERE
        texts = () if value is None else (value,) if isinstance(value, str) else tuple(value)[:12]  # type: ignore[arg-type]  # tokens
        unseen = self.texts.size
        codes = [code if (code := self.code_of(text)) >= 0 else unseen + place for place, text in enumerate(texts)]
        places = np.arange(len(texts), dtype=np.int32) if texts else _NOWHERE
        held = np.array(codes or [ABSENT], np.int32)
        return Feature(codes=held[None, :] if self.is_set else held, bank=TextBank.of(texts)), places


_NOWHERE: Final = np.full(1, ABSENT, np.int32)
