"""Progress on a terminal, silence in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

__all__ = ["Progress", "Silent", "terminal_progress"]


class Progress(Protocol):
    """Hears how far long work has come."""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Note the state of a step.

        Args:
            step: what is being done, in a few words.
            done: how much of it.
            total: of how much; None when that is not known yet.
        """
        ...


class Silent:
    """Hears and says nothing.

    Example:
        >>> Silent()("reading", 1, 2)
    """

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Say nothing."""


@contextmanager
def terminal_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Show progress bars while the block runs, if the stream is a terminal.

    With the extra ``cli`` they are rich's, otherwise one line that is written over.

    Args:
        stream: standard error by default, so that results can be piped.

    Example:
        >>> import io
        >>> with terminal_progress(io.StringIO()) as progress:
        ...     progress("reading", 1, 2)
    """
    target = sys.stderr if stream is None else stream
    if not target.isatty():
        yield Silent()
        return
    try:
        from rich.console import Console  # noqa: PLC0415  # optional: the extra cli
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
        from rich.progress import Progress as RichProgress  # noqa: PLC0415
    except ImportError:
        line = _Line(target)
        try:
            yield line
        finally:
            line.end()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(file=target), transient=True) as bars:
        tasks: dict[str, object] = {}

        def note(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)  # type: ignore[arg-type]  # rich's own task id

        yield note


class _Line:
    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.shown = ""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        text = f"{step} {done:,}" + (f" of {total:,}" if total is not None else "")
        if text != self.shown:
            self.stream.write("\r" + text.ljust(len(self.shown)))
            self.stream.flush()
            self.shown = text

    def end(self) -> None:
        self.stream.write("\r" + " " * len(self.shown) + "\r")
        self.stream.flush()
