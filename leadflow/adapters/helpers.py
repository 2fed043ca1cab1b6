"""Helpers: processes of this interpreter that do pieces of work for another one, asked and answered by pickles through pipes."""

import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final

from leadflow.accelerate import HelperLostError, Piece

__all__ = ["how_many", "main", "start"]

_PYTHONS: Final = ("python", "pypy")
"""How the programs are called that can run a helper; in others `sys.executable` is the program that embeds Python."""
_MOST: Final = 3
_SIZE: Final = 8
_SWITCH: Final = "LEADFLOW_HELPERS"


def how_many() -> int:
    """Return how many helpers may run: one less than there are processors, at most three; ``LEADFLOW_HELPERS`` says otherwise.

    Example:
        >>> 0 <= how_many() <= 64
        True
    """
    told = os.environ.get(_SWITCH, "")
    if told.isdecimal():
        return min(int(told), 64)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors - 1, _MOST)


@contextmanager
def start(functions: Sequence[Callable[..., Any]]) -> Iterator[Callable[[Piece], Any]]:
    """Start a helper, wait until it is ready, and end it.

    Args:
        functions: of pieces that it may be asked for; it loads their modules first.

    Raises:
        HelperLostError: no process can be started, or it ended.

    Example:
        >>> with start([len]) as helper:
        ...     helper((len, ("abc",)))
        3
    """
    name = os.path.basename(sys.executable or "")  # noqa: PTH119  # a text that may be empty
    if not name.startswith(_PYTHONS) or hasattr(sys, "frozen"):
        raise HelperLostError
    modules = sorted({function.__module__ for function in functions})
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), _SWITCH: "0"}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    command = [sys.executable, "-P", "-m", __name__, *modules]
    try:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, env=found)  # noqa: S603  # this interpreter
    except OSError:
        raise HelperLostError from None
    asked, answer = process.stdin, process.stdout
    assert asked is not None and answer is not None, "piped"  # noqa: PT018, S101  # as it was started

    def helper(piece: Piece) -> Any:
        try:
            _send(asked, pickle.dumps(piece, _PROTOCOL))
            done, value = pickle.loads(_received(answer))  # noqa: S301  # of a process that was started here
        except (OSError, EOFError, pickle.PickleError, AttributeError, TypeError):
            raise HelperLostError from None
        if not done:  # done here it says what is wrong
            raise HelperLostError
        return value

    try:
        try:
            _received(answer)
        except (OSError, EOFError):
            raise HelperLostError from None
        yield helper
    finally:
        process.kill()  # it has nothing to lose
        process.communicate()


def main() -> None:
    """Load the modules that the arguments name, say so, and answer pieces until nobody asks any more."""
    asked, answer = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    for module in sys.argv[1:]:
        importlib.import_module(module)
    _send(answer, b"ready")
    while True:
        try:
            work, given = pickle.loads(_received(asked))  # noqa: S301  # of the process that started this one
        except EOFError:
            return
        try:
            text = pickle.dumps((True, work(*given)), _PROTOCOL)
        except Exception:  # noqa: BLE001  # whatever it is, it is told where the piece is done again
            text = pickle.dumps((False, None), _PROTOCOL)
        _send(answer, text)


_PROTOCOL: Final = 5
"""By this one arrays stay read-only that are, and the others stay writable."""


def _send(stream: IO[bytes], text: bytes) -> None:
    stream.write(len(text).to_bytes(_SIZE, "big"))
    stream.write(text)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes:
    head = stream.read(_SIZE)
    text = stream.read(int.from_bytes(head, "big"))
    if len(head) < _SIZE or len(text) < int.from_bytes(head, "big"):
        raise EOFError
    return text


if __name__ == "__main__":
    main()
