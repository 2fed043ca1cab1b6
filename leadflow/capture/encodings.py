"""Which encoding a file is in: a ladder of strict trials, never a silent guess.

The ladder is byte-order mark, ISO-2022-JP escape, strict UTF-8, strict CP932 with a plausibility check,
EUC-JP, and Windows-1252 for what is left when it is mostly ASCII. A rung holds only when every byte decodes.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import attrs

from leadflow.errors import EncodingError

__all__ = ["DetectedEncoding", "decode_chunks", "decode_iso_2022_jp", "detect_encoding", "first_failure"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HALF_KANA_LIMIT: Final = 0.2
_PRIVATE_LIMIT: Final = 0.1
_SAMPLE: Final = 200_000
_DAMAGE_LIMIT: Final = 0.1
_LINES_TO_JUDGE: Final = 200
_JIS_ESCAPES: Final = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")
_JIS_SEGMENT: Final = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_ASCII_NEIGHBOUR: Final = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?![^\x00-\x7f])")
_NON_ASCII_RUN: Final = re.compile(r"[^\x00-\x7f]+")

Opener = Callable[[], Iterable[bytes]]
"""Gives the bytes of the input from its beginning, in pieces, as often as it is called."""


@attrs.frozen(kw_only=True)
class DetectedEncoding:
    """The encoding of a file and why it was taken.

    Attributes:
        name: a Python codec name; ``utf-8-sig`` when there is a byte-order mark.
        why: the reason, in a few words.
        certain: False when another encoding would decode the bytes as well.
        damaged: True when a few lines hold bytes that do not fit; their rows are refused, the others read.
    """

    name: str
    why: str
    certain: bool = True
    damaged: bool = False


def detect_encoding(open_bytes: Opener, *, place: str = "the input") -> DetectedEncoding:
    r"""Climb the ladder of encodings and return the first that fits every byte.

    Args:
        open_bytes: gives the bytes from the beginning, in pieces; called once per rung.
        place: how messages name the input.

    Returns:
        The encoding with its reason.

    Raises:
        EncodingError: no rung fits, or the bytes are not text.

    Example:
        >>> detect_encoding(lambda: ["氏名,会社名\r\n髙橋,㈱山田".encode("cp932")]).name
        'cp932'
        >>> detect_encoding(lambda: ["氏名,会社名\r\n髙橋,㈱山田".encode()]).why
        'every byte is valid UTF-8'
    """
    head = b"".join(_take(open_bytes(), 65_536))
    for mark, name in _MARKS:
        if head.startswith(mark):
            failure = first_failure(open_bytes, name)
            if failure is None:
                return DetectedEncoding(
                    name=name, why=f"byte-order mark of {name.removesuffix('-sig').upper()}"
                )
            raise EncodingError(
                f"{place} begins with the byte-order mark of {name} but byte {failure[0]:,} in line {failure[1]:,} does not fit. "
                "Save it again as UTF-8, or name its encoding with encoding=.",
                place=place,
            )
    if b"\x00" in head:
        raise EncodingError(
            f"{place} contains NUL bytes: it is not a text file, or it is UTF-16 without a byte-order mark. "
            "Save it as UTF-8, or pass encoding='utf-16-le'.",
            place=place,
        )
    if any(escape in head for escape in _JIS_ESCAPES) and _is_seven_bit(open_bytes):
        return DetectedEncoding(name="iso-2022-jp", why="escape sequences of ISO-2022-JP")
    utf8_failure = first_failure(open_bytes, "utf-8")
    if utf8_failure is None:
        why = "only ASCII characters" if _is_seven_bit(open_bytes) else "every byte is valid UTF-8"
        return DetectedEncoding(name="utf-8", why=why)
    return _legacy(open_bytes, utf8_failure, place)


def _legacy(open_bytes: Opener, utf8_failure: tuple[int, int], place: str) -> DetectedEncoding:
    damaged = _damaged_utf8(open_bytes)
    if damaged:
        why = f"UTF-8 but for {damaged:,} lines, first line {utf8_failure[1]:,}"
        return DetectedEncoding(name="utf-8", why=why, certain=False, damaged=True)
    cp932_failure = first_failure(open_bytes, "cp932")
    doubt = ""
    if cp932_failure is None:
        sample = _sample(open_bytes, "cp932")
        # Python's codec lets through the bytes 80, A0 and FD to FF, which stand for no character.
        unused = re.search("[\x80-\xa0\uf8f0-\uf8f3]", sample)
        cp932_failure = None if unused is None else (-1, sample.count("\n", 0, unused.start()) + 1)
        doubt = _doubt(sample)
        if not doubt and unused is None:
            return DetectedEncoding(name="cp932", why="not UTF-8; every byte is valid CP932")
    for name in ("euc_jp", "euc_jis_2004"):
        if first_failure(open_bytes, name) is None and not _doubt(_sample(open_bytes, name)):
            why = (
                f"not UTF-8; as CP932 {doubt}"
                if doubt
                else "not UTF-8, not CP932; every byte is valid EUC-JP"
            )
            return DetectedEncoding(name=name, why=why, certain=False)
    western = first_failure(open_bytes, "cp1252") is None and _is_western(_sample(open_bytes, "cp1252"))
    if western and (doubt or cp932_failure is not None):
        return DetectedEncoding(
            name="cp1252", why="not UTF-8 nor Japanese; accented Latin letters", certain=False
        )
    if cp932_failure is None:
        return DetectedEncoding(name="cp932", why=f"no other encoding fits; as CP932 {doubt}", certain=False)
    raise EncodingError(
        f"{place} is in none of UTF-8 (fails in line {utf8_failure[1]:,}), CP932 (fails in line {cp932_failure[1]:,}), "
        "ISO-2022-JP and EUC-JP. Save it again as UTF-8, or name its encoding with encoding=.",
        place=place,
    )


def first_failure(open_bytes: Opener, name: str) -> tuple[int, int] | None:
    r"""Return where bytes stop to fit an encoding, or None when they all do.

    Args:
        open_bytes: gives the bytes from the beginning, in pieces.
        name: a Python codec name.

    Returns:
        The offset of the first byte that does not fit, and its line, from 1.

    Example:
        >>> first_failure(lambda: [b"a\n\xff"], "utf-8")
        (2, 2)
    """
    decoder = codecs.getincrementaldecoder(name)()
    offset, lines, tail = 0, 1, b""
    try:
        for chunk in open_bytes():
            tail = chunk
            decoder.decode(chunk)
            offset += len(chunk)
            lines += chunk.count(b"\n")
        tail = b""
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        # The decoder counts from what was left of the piece before.
        start = max(0, error.start - (len(error.object) - len(tail)))
        return offset + start, lines + tail[:start].count(b"\n")
    except UnicodeError:
        return offset, lines
    return None


def decode_chunks(chunks: Iterable[bytes], encoding: str, *, place: str = "the input") -> Iterator[str]:
    r"""Decode bytes piece by piece, strictly.

    Args:
        chunks: the bytes in pieces, cut anywhere.
        encoding: a Python codec name; ``iso-2022-jp`` also takes the NEC and IBM characters (①, ㈱, 髙) that
            mail programs put in it.
        place: how messages name the input.

    Yields:
        The text in pieces.

    Raises:
        EncodingError: the encoding is not known, a byte does not fit it, or the text contains NUL.

    Example:
        >>> "".join(decode_chunks([b"\x93", b"\xfa"], "cp932"))
        '日'
    """
    if encoding == "iso-2022-jp":
        yield decode_iso_2022_jp(b"".join(chunks), place=place)
        return
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise EncodingError(
            f"The encoding {encoding[:40]!r} is not known: use 'utf-8', 'cp932', 'euc_jp' or another Python codec name.",
            place=place,
        ) from error
    offset = 0
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            offset += len(chunk)
            _refuse_nul(text, place)
            yield text
        text = decoder.decode(b"", final=True)
    except (UnicodeDecodeError, UnicodeError) as error:
        start = getattr(error, "start", 0)
        raise EncodingError(
            f"{place} is not in {encoding}: near byte {offset + int(start):,} it does not fit. "
            "Leave encoding= out to let it be found, or name the right one.",
            place=place,
        ) from error
    _refuse_nul(text, place)
    yield text


def decode_iso_2022_jp(data: bytes, *, place: str = "the input") -> str:
    r"""Decode ISO-2022-JP as it is found, with NEC row 13 and IBM extensions.

    Two-byte segments are moved into Shift_JIS code positions and decoded as CP932, because Python's own codec
    refuses ①, ㈱ and 髙, which mail programs write all the same.

    Raises:
        EncodingError: a segment is not valid.

    References:
        RFC 1468 (1993), "Japanese Character Encoding for Internet Messages".
        Lunde (2009), "CJKV Information Processing", 2nd ed., ch. 4: JIS to Shift_JIS.

    Example:
        >>> decode_iso_2022_jp(b"\x1b$B-j\x1b(B 1")
        '㈱ 1'
    """
    parts = _JIS_SEGMENT.split(data)
    try:
        text = [parts[0].decode("ascii")]
        for escape, segment in zip(parts[1::2], parts[2::2], strict=True):
            if escape in {b"$B", b"$@"}:
                text.append(_shift(segment).decode("cp932"))
            elif escape == b"(I":
                text.append(bytes(byte | 0x80 if byte > 0x20 else byte for byte in segment).decode("cp932"))
            else:
                text.append(segment.decode("ascii"))
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"{place} is not valid ISO-2022-JP. Save it again as UTF-8, or name its encoding with encoding=.",
            place=place,
        ) from error
    return "".join(text)


def _shift(segment: bytes) -> bytes:
    out = bytearray()
    position = 0
    while position < len(segment):
        high = segment[position]
        if high <= 0x20 or position + 1 == len(segment):
            out.append(high)
            position += 1
            continue
        low = segment[position + 1]
        lead = ((high - 0x21) >> 1) + (0x81 if high <= 0x5E else 0xC1)
        trail = low + (0x7E if high % 2 == 0 else 0x1F + (low >= 0x60))
        out += bytes((lead & 0xFF, trail & 0xFF))
        position += 2
    return bytes(out)


def _refuse_nul(text: str, place: str) -> None:
    if "\x00" in text:
        raise EncodingError(
            f"{place} contains NUL characters: it is not a text file, is damaged, or was decoded with the wrong "
            "encoding. Export it again, or name its encoding with encoding=.",
            place=place,
        )


def _take(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    seen = 0
    for chunk in chunks:
        yield chunk
        seen += len(chunk)
        if seen >= size:
            return


def _is_seven_bit(open_bytes: Opener) -> bool:
    return all(chunk.isascii() for chunk in open_bytes())


def _damaged_utf8(open_bytes: Opener) -> int:
    """Return the number of lines that are not UTF-8 when nearly all foreign lines are, else 0.

    A line of CP932 or EUC-JP is hardly ever valid UTF-8, so a few hundred good lines tell damage from another encoding.
    """
    good = bad = 0
    rest = b""
    for chunk in open_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.isascii():
                continue
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad += 1
        if bad > _DAMAGE_LIMIT * good and good + bad > _LINES_TO_JUDGE:
            return 0
    try:
        rest.decode()
    except UnicodeDecodeError:
        bad += 1
    return bad if bad <= _DAMAGE_LIMIT * good else 0


def _sample(open_bytes: Opener, name: str) -> str:
    decoder = codecs.getincrementaldecoder(name)()
    text: list[str] = []
    size = 0
    for chunk in open_bytes():
        found = _NON_ASCII_RUN.search(decoded := decoder.decode(chunk))
        if found is not None:
            text.append(decoded)
            size += len(decoded)
        if size >= _SAMPLE:
            break
    return "".join(text)


def _doubt(text: str) -> str:
    """Return why a text that decodes is hardly meant, or an empty text."""
    foreign = [character for character in text if character > "\x7f"]
    if not foreign:
        return ""
    kana = sum("\uff61" <= character <= "\uff9f" for character in foreign)
    private = sum("\ue000" <= character <= "\uf8ff" for character in foreign)
    if private > _PRIVATE_LIMIT * len(foreign):
        return f"{private} of {len(foreign)} foreign characters are in no font"
    if kana > _HALF_KANA_LIMIT * len(foreign):
        return f"{kana} of {len(foreign)} foreign characters are half-width kana"
    if len(_ASCII_NEIGHBOUR.findall(text)) > len(_NON_ASCII_RUN.findall(text)) / 2:
        return "kanji stand alone inside Latin words"
    return ""


def _is_western(text: str) -> bool:
    foreign = [character for character in text if character > "\x7f"]
    letters = sum("\xc0" <= character <= "\u017f" for character in foreign)
    return letters >= 0.8 * len(foreign) and len(foreign) < 0.2 * len(text)
