"""A query's side of a comparison: plain texts for a few pairs, and codes for many."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from leadflow.matching.encoding import ABSENT, Floats, Int32, TextBank
from leadflow.matching.features import Derived
from leadflow.matching.growing import GrowingFeature

__all__ = ["Asked", "AskedFeature"]


class AskedFeature:
    """The feature of a query, as plain texts for a few pairs and as codes for many.

    Attributes:
        text: the text, of several tokens the first, None where absent; empty for a number that is there.
        tokens: each token and its weight in bits; None unless the feature is a set.
        number: the number, NaN where absent; None unless the feature is a number.
    """

    __slots__ = ("_bank", "_codes", "_held", "_texts", "_unseen", "number", "text", "tokens")

    def __init__(self, held: GrowingFeature, value: object, unseen: dict[str, int]) -> None:
        self.text: str | None = held.text_in(value)
        self.tokens: list[tuple[str, float]] | None = None
        self.number: float | None = None
        self._texts: tuple[str, ...] = ()
        if held.numbers is not None:
            self.number = math.nan if value is None else float(value)  # type: ignore[arg-type]  # a number
        elif held.is_set:
            self._texts = held.tokens_in(value)
            self.tokens = [(token, held.rarity.get(token, held.rarest)) for token in self._texts]
        elif self.text is not None:
            self._texts = (self.text,)
        self._held = held
        self._unseen = unseen
        self._codes: tuple[int, ...] | None = None
        self._bank: TextBank | None = None

    @property
    def every_code(self) -> tuple[int, ...]:
        """The code of each token, of another feature its one code; ``ABSENT`` alone where there is none."""
        if self._codes is None:
            found = self._held.codes_of(self._texts, self._unseen)
            self._codes = found or (ABSENT if self.text is None else 0,)
        return self._codes

    @property
    def codes(self) -> Int32:
        """As in ``Feature``, of one cell."""
        return np.array(self.every_code if self.tokens is None else [self.every_code], np.int32)

    @property
    def numbers(self) -> Floats | None:
        """As in ``Feature``, of one cell."""
        return None if self.number is None else np.array([self.number], np.float64)

    @property
    def bank(self) -> TextBank:
        """The query's own texts, measured only when they are compared for similarity."""
        if self._bank is None:
            self._bank = TextBank.of(self._texts)
        return self._bank

    @property
    def places(self) -> Int32:
        """The places of the codes in the query's own texts."""
        return np.arange(len(self._texts), dtype=np.int32) if self._texts else _NOWHERE


class Asked(dict[str, AskedFeature]):
    """The features of a query's side of one comparison, each made when a level asks for it; few do.

    Attributes:
        held: feature name to the feature in the index.
        values_of: feature name to the derived value.
    """

    def __init__(self, held: Mapping[str, GrowingFeature], derived: Derived) -> None:
        super().__init__()
        self.held = held
        self.values_of = dict(zip(held, derived, strict=True))
        self._unseen: dict[int, dict[str, int]] = {}

    def __missing__(self, name: str) -> AskedFeature:
        feature = self.held[name]
        unseen = self._unseen.setdefault(id(feature.bank), {})
        made = self[name] = AskedFeature(feature, self.values_of[name], unseen)
        return made

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """The texts of those of some features that are there, of several tokens the first; empty for a number."""
        told = {}
        for name in names:
            text = self.values_of[name]
            if text is not None and type(text) is not str:
                text = self.held[name].text_in(text)
            if text is not None:
                told[name] = text
        return told

    def tokens(self, name: str) -> frozenset[str]:
        """The tokens of a feature that is a set, as many of them as are looked at."""
        return frozenset(self.held[name].tokens_in(self.values_of[name]))

    def places(self) -> dict[str, Int32]:
        """The places of the query's texts among its own, by feature."""
        return {name: self[name].places for name in self.held}


_NOWHERE: Final = np.full(1, ABSENT, np.int32)
