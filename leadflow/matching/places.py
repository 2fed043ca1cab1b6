"""What identifies a place: postal code, the words of an address, its block number."""

import re
from collections.abc import Hashable
from types import MappingProxyType
from typing import Final

from leadflow.matching.words import squeezed, words
from leadflow.values.folding import fold

__all__ = ["derive_address", "read_postal_code", "split_address"]

_LATIN_WORD: Final = re.compile(r"[a-z0-9]+")
_ABBREVIATIONS: Final = MappingProxyType(
    dict(
        pair.split("=")
        for pair in [
            "street=st",
            "avenue=ave",
            "av=ave",
            "boulevard=blvd",
            "road=rd",
            "drive=dr",
            "lane=ln",
            "court=ct",
            "place=pl",
            "square=sq",
            "highway=hwy",
            "parkway=pkwy",
            "circle=cir",
            "terrace=ter",
            "crescent=cres",
            "close=cl",
            "circuit=cct",
            "north=n",
            "south=s",
            "east=e",
            "west=w",
            "northeast=ne",
            "northwest=nw",
            "southeast=se",
            "southwest=sw",
            "suite=ste",
            "apartment=apt",
            "building=bldg",
            "floor=fl",
            "mount=mt",
            "fort=ft",
            "saint=st",
            "center=ctr",
            "centre=ctr",
            "first=1st",
            "second=2nd",
            "third=3rd",
            "fourth=4th",
            "fifth=5th",
            "sixth=6th",
            "seventh=7th",
            "eighth=8th",
            "ninth=9th",
            "tenth=10th",
        ]
    )
)
"""Common abbreviations of addresses, after USPS Publication 28, "Postal Addressing Standards" (2024)."""

_KANJI_NUMBER: Final = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目|番地|番|号|条)")
_KANJI_VALUES: Final = MappingProxyType({char: value for value, char in enumerate("〇一二三四五六七八九")})
_BLOCK_WORD: Final = re.compile(r"(?<=[0-9])(?:丁目|番地の|番地|番|号|の|ノ)-?")
_DASH_END: Final = re.compile(r"(?<=[0-9])-(?![0-9])")
_BLOCK: Final = re.compile(r"[0-9]+(?:-[0-9]+)*")
_OUTWARD: Final = 5


def split_address(text: str) -> tuple[str, str, str | None]:
    """Split an address into folded text, the words before the first number, and the block number.

    Example:
        >>> split_address("文京区本郷二丁目４０番２号 本郷ビル3F")
        ('文京区本郷2-40-2 本郷ビル3f', '文京区本郷', '2-40-2')
        >>> split_address("3130 Piedmont Road")
        ('3130 piedmont rd', 'piedmont rd', '3130')
    """
    folded = fold(text)
    if folded.isascii():
        parts = [_ABBREVIATIONS.get(word, word) for word in _LATIN_WORD.findall(folded)]
        named = " ".join(word for word in parts if not word.isdigit())
        return " ".join(parts), named, next((word for word in parts if word.isdigit()), None)
    plain = _DASH_END.sub("", _BLOCK_WORD.sub("-", _KANJI_NUMBER.sub(_kanji_number, folded)))
    block = _BLOCK.search(plain)
    place = plain[: block.start()] if block else plain
    return plain, place.replace(" ", ""), block[0] if block else None


def _kanji_number(match: re.Match[str]) -> str:
    total = section = 0
    for char in match[0]:
        if char == "百":
            total, section = total + (section or 1) * 100, 0
        elif char == "十":
            total, section = total + (section or 1) * 10, 0
        else:
            section = section * 10 + _KANJI_VALUES[char]
    return str(total + section)


def derive_address(readings: tuple[str | None, ...]) -> tuple[object, ...]:
    """Derive the whole text, the place, the block number and the words of an address in parts.

    Args:
        readings: what ``as_text`` reads of each part.

    Example:
        >>> derive_address(("文京区", "本郷2-40-2"))[1:3]
        ('文京区本郷', '2-40-2')
    """
    texts = [text for text in readings if text is not None]
    if not texts:
        return (None, None, None, None)
    blank = " " if all(map(str.isascii, texts)) else ""
    plain, place, block = split_address(blank.join(texts))
    return (plain or None, place or None, block, words(plain) or None)


def read_postal_code(cell: Hashable) -> tuple[str | None, str | None]:
    """Read a postal code and the area that it begins with.

    Example:
        >>> read_postal_code("100-0001"), read_postal_code("SW1A 1AA")
        (('1000001', '100'), ('sw1a1aa', 'sw1a'))
    """
    key = squeezed(cell)
    if not key:
        return (None, None)
    return (key, key[:3] if key.isdigit() or len(key) < _OUTWARD else key[:-3])
