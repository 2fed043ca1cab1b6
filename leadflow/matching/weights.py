"""Match weights: what each level of each comparison is worth, in bits.

The model is that of Fellegi and Sunter: for a level of a comparison, ``m`` is its probability among
pairs of one entity and ``u`` among pairs of two; ``log2(m / u)`` is its weight; weights and the prior
add up. Two things are added. Agreement on a rare value weighs more than on a common one. And where two
things agree together by chance (all who share a switchboard also share a company), the second is judged
among pairs that already agree on the first, so that one coincidence is not counted twice.
"""

import math
from collections.abc import Mapping
from itertools import repeat
from typing import Final

import attrs
import numpy as np

from leadflow.errors import DefinitionError
from leadflow.matching.columns import ComparedColumns, Levels
from leadflow.matching.comparison import Comparison
from leadflow.matching.comparisons import from_dict
from leadflow.matching.encoding import Feature, Floats

__all__ = [
    "Frequencies",
    "PatternWeights",
    "Weights",
    "bits_of",
    "probability",
    "probability_of",
    "token_weights",
]

_TELLING: Final = 2.0
_ADJUSTMENT_LIMIT: Final = 12.0


def probability(bits: Floats) -> Floats:
    """Turn total weights into probabilities.

    Args:
        bits: log2 of the odds that a pair is a match.

    Example:
        >>> probability(np.array([0.0, 10.0])).round(4).tolist()
        [0.5, 0.999]
    """
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits, -500, 500))))


def probability_of(bits: float) -> float:
    """Turn one total weight into a probability.

    Example:
        >>> probability_of(0.0)
        0.5
    """
    return 1.0 / (1.0 + math.exp2(-min(max(bits, -500.0), 500.0)))


def bits_of(chance: float) -> float:
    """Return the weight that ``probability`` turns into a probability.

    Example:
        >>> bits_of(0.5), bits_of(0.0)
        (0.0, -inf)
    """
    if not 0.0 < chance < 1.0:
        return math.inf if chance > 0.0 else -math.inf
    return math.log2(chance / (1.0 - chance))


@attrs.frozen(kw_only=True, eq=False)
class Frequencies:
    """How often different entities share a value, per feature of a comparison.

    Attributes:
        shares: feature to text to the probability that another entity has it, for texts seen twice or more.
        default: feature to that probability of any other text.
        counted: feature to how many records the shares were counted in.
        mean: level code to the mean of the product over the level's features.
        rarity: token feature to token to its weight in bits, for tokens seen twice or more.
        rarest: token feature to the weight of any other token.
    """

    shares: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    default: Mapping[str, float] = attrs.field(factory=dict)
    counted: Mapping[str, float] = attrs.field(factory=dict)
    mean: Mapping[int, float] = attrs.field(factory=dict)
    rarity: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    rarest: Mapping[str, float] = attrs.field(factory=dict)

    def of_feature(self, name: str, feature: Feature) -> Floats:
        """(k + 1,) share of each text of a feature; the last is 1, for an absent text."""
        shares, default = self.shares.get(name, {}), self.default.get(name, 1.0)
        texts = [] if feature.bank is None else feature.bank.texts.tolist()
        return np.append(np.fromiter(map(shares.get, texts, repeat(default)), np.float64, len(texts)), 1.0)

    def weights_of_tokens(self, name: str, feature: Feature) -> Floats:
        """(k + 1,) weight of each token in bits; the last is that of a token never seen."""
        rarity, rarest = self.rarity.get(name, {}), self.rarest.get(name, 1.0)
        texts = [] if feature.bank is None else feature.bank.texts.tolist()
        return np.append(np.fromiter(map(rarity.get, texts, repeat(rarest)), np.float64, len(texts)), rarest)

    def of_texts(self, code: int, comparison: Comparison, values: Mapping[str, object]) -> float:
        """Log2 of how much commoner than the mean one cell is; 0 without frequency."""
        level = comparison.levels[code - 1]
        mean = self.mean.get(code)
        if not level.frequency or mean is None:
            return 0.0
        product = 1.0
        for name in level.frequency:
            value = values[name]
            if value:
                text = value if isinstance(value, str) else value[0]  # type: ignore[index]  # tokens
                product *= self.shares.get(name, {}).get(text, self.default.get(name, 1.0))
        if product >= 1.0:
            return 0.0
        ratio = math.log2(max(product, 1e-300) / mean) * level.share
        return min(max(ratio, -_ADJUSTMENT_LIMIT), _ADJUSTMENT_LIMIT)

    def of_levels(self, comparison: Comparison, features: Mapping[str, Feature]) -> dict[int, Floats]:
        """Return per level with a frequency the (u,) log2 of how much commoner than the mean each distinct cell is."""
        wanted = {code: comparison.levels[code - 1] for code in self.mean}
        names = dict.fromkeys(name for level in wanted.values() for name in level.frequency)
        shares = {name: self.of_feature(name, features[name])[features[name].first()] for name in names}
        out = {}
        for code, level in wanted.items():
            if level.frequency:
                product = np.prod([shares[name] for name in level.frequency], axis=0)
                ratio = np.log2(np.maximum(product, 1e-300) / self.mean[code])
                ratio[product >= 1.0] = 0.0
                out[code] = np.clip(ratio * level.share, -_ADJUSTMENT_LIMIT, _ADJUSTMENT_LIMIT)
        return out

    def lowest(self, comparison: Comparison) -> dict[int, float]:
        """Return per level with a frequency the least that ``of_levels`` can give for any cell."""
        out = {}
        for code, mean in self.mean.items():
            level = comparison.levels[code - 1]
            product = math.prod(self.default.get(name, 1.0) for name in level.frequency)
            ratio = math.log2(max(product, 1e-300) / mean) * level.share
            out[code] = min(max(ratio, -_ADJUSTMENT_LIMIT), 0.0)
        return out


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PatternWeights:
    """The weights of distinct patterns of levels.

    Attributes:
        total: (p,) float64, bits, prior included, without adjustment for frequency.
        parts: (p, k) float64, bits per comparison.
        independent: (p, k) float64, the part of u that shrinks with a value's frequency.
        together: (p, k) float64, the part of u that comes from things agreeing together.
    """

    total: Floats
    parts: Floats
    independent: Floats
    together: Floats


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Weights:
    """A trained model.

    Attributes:
        comparisons: what is compared, in order.
        prior: the probability that two records picked at random match.
        m: per comparison (levels + 2,) float64; entry 0 (missing) is 1.
        u: per comparison the same among pairs that do not match.
        given: (k, j, in part) to u of comparison k among non-matching pairs that agree, or agree in part,
            on comparison j < k, where the two depend on each other.
        moved: (k, j) to m of comparison k among matches that differ in comparison j < k, where differing
            in one comes with differing in the other.
        frequencies: per comparison, how common its values are.
    """

    comparisons: tuple[Comparison, ...]
    prior: float
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    given: Mapping[tuple[int, int, bool], Floats] = attrs.field(factory=dict)
    moved: Mapping[tuple[int, int], Floats] = attrs.field(factory=dict)
    frequencies: tuple[Frequencies, ...] = ()

    @property
    def prior_bits(self) -> float:
        """The prior as a weight in bits."""
        return float(np.log2(self.prior / (1.0 - self.prior)))

    def only_against(self, k: int) -> bool:
        """Whether a difference in a comparison can speak against a match only: where people are listed with their companies.

        Colleagues share nearly all that is the company's, so that one who moved differs from every one of them, more
        often than two who do not match do: that makes him none of them.
        """
        kinds = {comparison.kind for comparison in self.comparisons}
        return {"person_name", "company"} <= kinds and self.comparisons[k].kind != "source"

    def agreeing(self, k: int) -> tuple[list[int], list[int]]:
        """The level codes of a comparison that agree, and those that agree in part, when others are judged."""
        bits = self.level_weights(k)
        levels = self.comparisons[k].levels
        whole = [code for code, level in enumerate(levels, 1) if level.agrees]
        part = [code for code in range(1, len(levels) + 1) if code not in whole and bits[code] >= _TELLING]
        return whole, part

    def sources(self, k: int) -> list[tuple[int, bool, Floats]]:
        """What agreement of other comparisons, whole or in part, makes of u of one; the first that agrees counts."""
        found = [(j, in_part, chance) for (target, j, in_part), chance in self.given.items() if target == k]
        # What makes this comparison differ least often explains its agreement best.
        return sorted(found, key=lambda source: float(source[-1][-1]))

    def movers(self, k: int) -> list[tuple[int, Floats]]:
        """What difference of other comparisons makes of m of one; the first that differs counts."""
        found = [(j, likely) for (target, j), likely in self.moved.items() if target == k]
        return sorted(found, key=lambda mover: -float(mover[-1][-1]))

    def level_weights(self, k: int) -> Floats:
        """(levels + 2,) weight in bits of each level of a comparison that depends on no other."""
        return np.asarray(np.log2(self.m[k]) - np.log2(self.u[k]))

    def of_patterns(self, levels: Levels) -> PatternWeights:
        """Weigh patterns of levels.

        Args:
            levels: (p, k) uint8.
        """
        p, count = levels.shape
        agrees = [[np.isin(levels[:, k], codes) for codes in self.agreeing(k)] for k in range(count)]
        independent = np.ones((p, count))
        chance = np.ones((p, count))
        parts = np.zeros((p, count))
        for k in range(count):
            independent[:, k] = self.u[k][levels[:, k]]
            chance[:, k] = independent[:, k]
            free = np.ones(p, np.bool_)
            for j, in_part, given in self.sources(k):
                here = free & agrees[j][in_part]
                chance[here, k] = given[levels[here, k]]
                free &= ~here
            likely = self._likely(k, levels)
            if self.only_against(k):
                differs = levels[:, k] == len(self.comparisons[k].levels) + 1
                chance[differs, k] = np.maximum(chance[differs, k], likely[differs])
            parts[:, k] = np.log2(likely / chance[:, k])
        together = np.maximum(chance - independent, 0.0)
        return PatternWeights(
            total=self.prior_bits + parts.sum(axis=1),
            parts=parts,
            independent=np.minimum(independent, chance),
            together=together,
        )

    def _likely(self, k: int, levels: Levels) -> Floats:
        """(p,) m of one comparison, in view of the earlier ones that differ."""
        out = self.m[k][levels[:, k]]
        free = np.ones(len(levels), np.bool_)
        for j, moved in self.movers(k):
            here = free & (levels[:, j] == len(self.comparisons[j].levels) + 1)
            out[here] = moved[levels[here, k]]
            free &= ~here
        return out

    def to_dict(self) -> dict[str, object]:
        """Return the model as plain data.

        Raises:
            DefinitionError: a comparison holds a function.
        """
        return {
            "prior": self.prior,
            "comparisons": [
                {
                    **comparison.to_dict(),
                    "m": self.m[k].tolist(),
                    "u": self.u[k].tolist(),
                    "frequencies": _frequencies_to_dict(self.frequencies[k]),
                }
                for k, comparison in enumerate(self.comparisons)
            ],
            "given": [
                {"comparison": k, "agreeing": j, "in_part": in_part, "u": chance.tolist()}
                for (k, j, in_part), chance in sorted(self.given.items())
            ],
            "moved": [
                {"comparison": k, "differing": j, "m": chance.tolist()}
                for (k, j), chance in sorted(self.moved.items())
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "Weights":
        """Read a model from plain data.

        Raises:
            DefinitionError: the data is not that of a model.
        """
        try:
            rows = data["comparisons"]
            comparisons = tuple(from_dict(row) for row in rows)  # type: ignore[attr-defined]
            return cls(
                comparisons=comparisons,
                prior=float(data["prior"]),  # type: ignore[arg-type]
                m=tuple(np.array(row["m"], np.float64) for row in rows),  # type: ignore[attr-defined]
                u=tuple(np.array(row["u"], np.float64) for row in rows),  # type: ignore[attr-defined]
                given={
                    (int(each["comparison"]), int(each["agreeing"]), bool(each["in_part"])): np.array(
                        each["u"], np.float64
                    )
                    for each in data["given"]  # type: ignore[attr-defined]
                },
                moved={
                    (int(each["comparison"]), int(each["differing"])): np.array(each["m"], np.float64)
                    for each in data["moved"]  # type: ignore[attr-defined]
                },
                frequencies=tuple(_frequencies_from_dict(row["frequencies"]) for row in rows),  # type: ignore[attr-defined]
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, DefinitionError):
                raise
            raise DefinitionError(
                "The data is not that of a trained model: pass what to_dict() returned."
            ) from error


def token_weights(frequencies: Frequencies, column: ComparedColumns) -> dict[str, Floats]:
    """Return per feature of tokens the (k + 1,) weights as of ``Frequencies.weights_of_tokens``."""
    return {
        name: frequencies.weights_of_tokens(name, feature)
        for name, feature in column.features.items()
        if feature.is_set
    }


def _frequencies_to_dict(held: Frequencies) -> dict[str, object]:
    return {
        "shares": {name: dict(values) for name, values in held.shares.items()},
        "default": dict(held.default),
        "counted": dict(held.counted),
        "mean": {str(code): mean for code, mean in held.mean.items()},
        "rarity": {name: dict(values) for name, values in held.rarity.items()},
        "rarest": dict(held.rarest),
    }


def _frequencies_from_dict(data: Mapping[str, Mapping[str, object]]) -> Frequencies:
    def numbers(values: Mapping[str, object]) -> dict[str, float]:
        return {str(name): float(value) for name, value in values.items()}  # type: ignore[arg-type]

    return Frequencies(
        shares={name: numbers(values) for name, values in data["shares"].items()},  # type: ignore[arg-type]
        default=numbers(data["default"]),
        counted=numbers(data.get("counted", {})),
        mean={int(code): float(value) for code, value in data["mean"].items()},  # type: ignore[arg-type]
        rarity={name: numbers(values) for name, values in data["rarity"].items()},  # type: ignore[arg-type]
        rarest=numbers(data["rarest"]),
    )
