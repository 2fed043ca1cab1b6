"""The readable text of a condition, read back.

::

    condition = conjunction {"or" conjunction}
    conjunction = negation {"and" negation}
    negation  = "not" negation | "(" condition ")" | "always" | reading test
    reading   = name | "age" "of" name | "@" state | measure "(" [name "of"] kinds {"," name "=" values} ["," "within" duration] ")"
    test      = "is" ("filled" | "missing" | "one" "of" list | constant)
              | ("contains" ("any" | "all") | "starts" "with" "any" | "ends" "with" "any") "of" list
              | (">=" | ">" | "<=" | "<") constant
              | "in" ("[" | "(") constant "," constant ("]" | ")")
"""

import json
import re
from typing import Final

from leadflow.conditions.literals import Literal, duration_from_text, from_json
from leadflow.conditions.questions import Contains, EndsWith, Filled, OneOf, Range, StartsWith, ValueTest
from leadflow.conditions.readings import (
    ActivityReading,
    AgeReading,
    FieldReading,
    Measure,
    Reading,
    StateReading,
)
from leadflow.conditions.tree import AllOf, AnyOf, Clause, Condition, Not, always
from leadflow.errors import DefinitionError

__all__ = ["parse_condition"]

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<date>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    | (?P<sign>>=|<=|[><=()\[\],@])
    )""",
    re.VERBOSE,
)
_UNIT: Final = re.compile(r"(second|minute|hour|day|week)s?")
_DEPTH: Final = 200


def parse_condition(text: str, *, path: str = "$") -> Condition:
    """Read a condition from its readable text.

    Args:
        text: as ``condition.text()`` gives it.
        path: where it stands in a definition, for errors.

    Raises:
        DefinitionError: it does not follow the grammar; the message names the position and what was expected.

    Example:
        >>> parse_condition('title contains any of ["部長"] and employees >= 300').text()
        'title contains any of ["部長"] and employees >= 300'
    """
    return _Parser(text, path).whole()


class _Parser:
    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.depth = 0
        self.place = 0
        self.tokens: list[tuple[str, str, int]] = []
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise self.wrong("a name, a constant or an operator", position)
            self.tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            position = match.end()

    def whole(self) -> Condition:
        condition = self.condition()
        if self.place < len(self.tokens):
            raise self.wrong("'and', 'or' or the end")
        return condition

    def condition(self) -> Condition:
        self.depth += 1
        if self.depth > _DEPTH:
            raise self.wrong(f"at most {_DEPTH} nested brackets")
        parts = [self.conjunction()]
        while self.taken("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self.taken("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else AllOf(parts=tuple(parts))

    def negation(self) -> Condition:
        negations = 0
        while self.taken("not"):
            negations += 1
        condition = self.operand()
        for _ in range(negations):
            condition = Not(part=condition)
        return condition

    def operand(self) -> Condition:
        if self.taken("("):
            condition = self.condition()
            self.expect(")")
            return condition
        if self.taken("always"):
            return always
        start = self.place
        try:
            return Clause(reading=self.reading(), test=self.test())
        except DefinitionError as error:
            if error.path:
                raise
            self.place = min(start, len(self.tokens) - 1)
            raise self.wrong(error.message) from None

    def reading(self) -> Reading:
        if self.taken("@"):
            return StateReading(name=self.name())
        word = self.peek()[1]
        followed_by_bracket = self.place + 1 < len(self.tokens) and self.tokens[self.place + 1][1] == "("
        if word in set(Measure) and followed_by_bracket:
            return self.activities()
        if word == "age" and self.place + 1 < len(self.tokens) and self.tokens[self.place + 1][1] == "of":
            self.place += 2
            return AgeReading(name=self.name())
        return FieldReading(name=self.name())

    def activities(self) -> ActivityReading:
        measure = Measure(self.name())
        self.expect("(")
        attribute = None
        if self.place + 1 < len(self.tokens) and self.tokens[self.place + 1][1] == "of":
            attribute = self.name()
            self.expect("of")
        kinds, where, within = [self.string()], [], None
        while self.taken(","):
            if self.taken("within"):
                within = duration_from_text(self.duration())
            elif self.place + 1 < len(self.tokens) and self.tokens[self.place + 1][1] == "=":
                name = self.name()
                self.expect("=")
                where.append((name, self.listed() if self.peek()[1] == "[" else (self.constant(),)))
            else:
                kinds.append(self.string())
        self.expect(")")
        return ActivityReading(
            kinds=tuple(kinds),
            measure=measure,
            attribute=attribute,
            where=tuple(sorted(where, key=lambda pair: pair[0])),
            within=within,
        )

    def test(self) -> ValueTest:
        kind, word, _ = self.next("a test such as 'is', '>=' or 'contains any of'")
        if kind == "word" and word in {"contains", "starts", "ends"}:
            return self.text_test(word)
        match word:
            case "is":
                if self.taken("filled"):
                    return Filled()
                if self.taken("missing"):
                    return Filled(present=False)
                if self.taken("one"):
                    self.expect("of")
                    return OneOf(options=self.listed())
                return OneOf(options=(self.constant(),))
            case ">=" | ">":
                return Range(low=self.constant(), low_open=word == ">")
            case "<=" | "<":
                return Range(high=self.constant(), high_open=word == "<")
            case "in":
                low_open = self.next("'[' or '('")[1] == "("
                low = self.constant()
                self.expect(",")
                high = self.constant()
                return Range(
                    low=low, high=high, low_open=low_open, high_open=self.next("']' or ')'")[1] == ")"
                )
            case _:
                self.place -= 1
                raise self.wrong("a test such as 'is', '>=' or 'contains any of'")

    def text_test(self, word: str) -> ValueTest:
        if word != "contains":
            self.expect("with")
        every = word == "contains" and self.taken("all")
        if not every:
            self.expect("any")
        self.expect("of")
        parts = self.listed()
        if not all(isinstance(part, str) for part in parts):
            raise self.wrong("a list of texts in quotes")
        texts = tuple(str(part) for part in parts)
        if word == "contains":
            return Contains(parts=texts, every=every)
        return StartsWith(parts=texts) if word == "starts" else EndsWith(parts=texts)

    def listed(self) -> tuple[Literal, ...]:
        self.expect("[")
        values = [self.constant()]
        while self.taken(","):
            values.append(self.constant())
        self.expect("]")
        return tuple(values)

    def constant(self) -> Literal:
        kind, word, _ = self.next("a constant")
        if kind == "string":
            return self.unquoted(word)
        if kind == "date":
            value = from_json(word, self.path)
            if isinstance(value, str):
                self.place -= 1
                raise self.wrong("a date that exists")
            return value
        if kind == "number":
            if self.place < len(self.tokens) and _UNIT.fullmatch(self.tokens[self.place][1]):
                self.place -= 1
                return duration_from_text(self.duration())
            return int(word) if re.fullmatch(r"-?\d+", word) else float(word)
        if word in {"true", "false"}:
            return word == "true"
        self.place -= 1
        raise self.wrong("a constant: a text in quotes, a number, a date, a duration, true or false")

    def duration(self) -> str:
        number = self.next("a number and a unit of time")[1]
        return f"{number} {self.next('a unit of time such as days')[1]}"

    def string(self) -> str:
        kind, word, _ = self.next("a text in quotes")
        if kind != "string":
            self.place -= 1
            raise self.wrong("a text in quotes")
        return self.unquoted(word)

    def name(self) -> str:
        kind, word, _ = self.next("a name")
        if kind == "string":
            return self.unquoted(word)
        if kind != "word":
            self.place -= 1
            raise self.wrong("a name")
        return word

    def unquoted(self, quoted: str) -> str:
        try:
            text: str = json.loads(quoted)
        except ValueError:
            self.place -= 1
            raise self.wrong("a text in quotes with valid escapes") from None
        return text

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "", len(self.text))

    def next(self, expected: str) -> tuple[str, str, int]:
        if self.place >= len(self.tokens):
            raise self.wrong(expected)
        self.place += 1
        return self.tokens[self.place - 1]

    def taken(self, word: str) -> bool:
        kind, found, _ = self.peek()
        if found == word and kind in {"word", "sign"}:
            self.place += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.taken(word):
            raise self.wrong(f"'{word}'")

    def wrong(self, expected: str, position: int | None = None) -> DefinitionError:
        at = self.peek()[2] if position is None else position
        return DefinitionError(
            f"{self.path}: the condition is wrong at character {at + 1}: expected {expected}.", path=self.path
        )
