"""Where bytes come from: a path, bytes in memory, or a file object; read as often as needed."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final

import attrs

from leadflow.errors import InputError, UnreadableFileError

__all__ = ["ByteSource", "Readable"]

Readable = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | IO[str]
"""A path, bytes in memory, or an open file."""

_CHUNK: Final = 1 << 20


@attrs.frozen(kw_only=True, repr=False)
class ByteSource:
    """An input that can be opened again from its beginning.

    Attributes:
        name: the file's name, or what stands for it in messages.
        path: where it is; None when it is in memory.
        data: the bytes; None when it is a file.
        is_text: whether it was given as text, so that its encoding is known.

    Example:
        >>> source = ByteSource.of(b"Email")
        >>> source.name, source.head(3)
        ('the bytes', b'Ema')
    """

    name: str
    path: Path | None = None
    data: bytes | None = None
    is_text: bool = False

    @classmethod
    def of(cls, readable: Readable) -> "ByteSource":
        """Take a path, bytes or a file object; a file object is read to its end.

        Raises:
            InputError: there is no such file, it is a directory, or it may not be read.

        Example:
            >>> ByteSource.of(io.StringIO("Email")).is_text
            True
        """
        if isinstance(readable, bytes | bytearray | memoryview):
            return cls(name="the bytes", data=bytes(readable))
        if isinstance(readable, str | os.PathLike):
            return cls._of_path(Path(readable))
        content = readable.read()
        name = getattr(readable, "name", None)
        shown = Path(name).name if isinstance(name, str) else "the file object"
        if isinstance(content, str):
            return cls(name=shown, data=content.encode("utf-8", "surrogatepass"), is_text=True)
        return cls(name=shown, data=content)

    @classmethod
    def _of_path(cls, path: Path) -> "ByteSource":
        try:
            with path.open("rb"):
                pass
        except FileNotFoundError as error:
            raise InputError(
                f"{path.name}: there is no such file. Check the path.", place=path.name
            ) from error
        except IsADirectoryError as error:
            raise InputError(f"{path.name}: is a folder; name a file in it.", place=path.name) from error
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "the path is not valid"
            raise InputError(
                f"{path.name[:80]!r} cannot be opened: {reason}.", place=path.name[:80]
            ) from error
        return cls(name=path.name, path=path)

    @property
    def stem(self) -> str:
        """The name without its ending.

        Example:
            >>> ByteSource(name="展示会2025.csv").stem
            '展示会2025'
        """
        return Path(self.name).stem if self.path is not None or "." in self.name else self.name

    @property
    def suffix(self) -> str:
        """The ending of the name, lower-case, with its dot.

        Example:
            >>> ByteSource(name="Leads.XLSX").suffix
            '.xlsx'
        """
        return Path(self.name).suffix.lower()

    def open(self) -> BinaryIO:
        """Open the input at its beginning.

        Example:
            >>> ByteSource.of(b"x").open().read()
            b'x'
        """
        return io.BytesIO(self.data or b"") if self.path is None else self.path.open("rb")

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes in pieces of at most a mebibyte.

        Example:
            >>> list(ByteSource.of(b"x").chunks())
            [b'x']
        """
        with self.open() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def head(self, size: int = 4096) -> bytes:
        """Return the first bytes.

        Raises:
            InputError: there are none.

        Example:
            >>> ByteSource.of(b"").head()
            Traceback (most recent call last):
            leadflow.errors.InputError: the bytes: is empty. A list has a header row and rows under it.
        """
        with self.open() as stream:
            head = stream.read(size)
        if not head.strip(b"\r\n\t \xef\xbb\xbf"):
            with self.open() as stream:
                if not any(
                    chunk.strip(b"\r\n\t \xef\xbb\xbf") for chunk in iter(lambda: stream.read(_CHUNK), b"")
                ):
                    raise InputError(
                        f"{self.name}: is empty. A list has a header row and rows under it.", place=self.name
                    )
        return head

    def text_hash(self) -> str:
        """Return the hash of all bytes, after making sure that they can be text.

        Returns:
            32 hexadecimal digits.

        Raises:
            UnreadableFileError: there is a NUL byte and no byte-order mark of UTF-16 or UTF-32.

        Example:
            >>> len(ByteSource.of(b"x").text_hash())
            32
        """
        digest = hashlib.blake2b(digest_size=16)
        offset = 0
        wide = self.head(4).startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
        for chunk in self.chunks():
            digest.update(chunk)
            place = -1 if wide else chunk.find(b"\x00")
            if place >= 0:
                raise UnreadableFileError(
                    f"{self.name}: holds a NUL byte at position {offset + place:,}. It is not a text file, it is damaged, "
                    "or it is UTF-16 without a byte-order mark: export it again as UTF-8, or pass encoding='utf-16-le'.",
                    place=self.name,
                )
            offset += len(chunk)
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"<ByteSource {self.name}>"
