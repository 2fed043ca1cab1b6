"""The one place that asks the machine for the time."""

import datetime as dt

import attrs

__all__ = ["SystemClock"]


@attrs.frozen(kw_only=True)
class SystemClock:
    """Tells the machine's time.

    Example:
        >>> SystemClock().now().tzinfo is not None
        True
    """

    def now(self) -> dt.datetime:
        """Return the present moment, aware, to the second.

        Example:
            >>> SystemClock().now().microsecond
            0
        """
        return dt.datetime.now(dt.UTC).replace(microsecond=0)  # noqa: TID251  # this is the edge
