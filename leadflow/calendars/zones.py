"""Local and universal time for whole arrays, exact across daylight-saving changes."""

from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import DefinitionError, InputError

__all__ = ["Seconds", "ZoneTable", "as_seconds", "check_seconds", "from_seconds", "local_days", "zone_of"]

Seconds: TypeAlias = npt.NDArray[np.int64]

_DAY = 86400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A day inside the range of `datetime`, so that every moment can be shown in every zone.
_FIRST = int((datetime(1, 1, 2, tzinfo=UTC) - _EPOCH).total_seconds())
_LAST = int((datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH).total_seconds())


def zone_of(name: str, *, path: str = "$") -> ZoneInfo:
    """Look up a time zone.

    Args:
        name: the IANA name, such as ``Asia/Tokyo``.
        path: where the name stands in the definition, for the error message.

    Raises:
        DefinitionError: there is no such zone, or the system has no time-zone data.

    Example:
        >>> zone_of("Asia/Tokyo").key
        'Asia/Tokyo'
    """
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        message = (
            f"{path}: '{name}' is not a time zone; expected an IANA name such as 'Asia/Tokyo' (on systems without "
            "time-zone data, install tzdata)."
        )
        raise DefinitionError(message, path=path) from None


def as_seconds(moment: datetime, *, what: str = "moment") -> tuple[int, int]:
    """Return an aware moment as whole seconds since 1970-01-01 UTC and the microseconds beyond.

    Args:
        moment: aware.
        what: its role, for the error message.

    Returns:
        (seconds, microseconds), microseconds in [0, 1000000).

    Raises:
        InputError: the moment is naive, or outside of the years 1 to 9999.

    Example:
        >>> as_seconds(datetime(1970, 1, 2, 9, tzinfo=ZoneInfo("Asia/Tokyo")))
        (86400, 0)
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        message = (
            f"The {what} has no time zone; say which one is meant, such as "
            "moment.replace(tzinfo=ZoneInfo('Asia/Tokyo'))."
        )
        raise InputError(message)
    since = moment - _EPOCH
    seconds = since.days * _DAY + since.seconds
    _check_range(seconds, seconds, what)
    return seconds, since.microseconds


def from_seconds(seconds: int, microseconds: int, zone: ZoneInfo) -> datetime:
    """Return the aware moment of some seconds since 1970-01-01 UTC.

    Example:
        >>> from_seconds(0, 0, ZoneInfo("Asia/Tokyo")).isoformat()
        '1970-01-01T09:00:00+09:00'
    """
    return (_EPOCH + timedelta(seconds=seconds, microseconds=microseconds)).astimezone(zone)


def check_seconds(times: Seconds, *, what: str = "times") -> Seconds:
    """Check an array of moments.

    Args:
        times: (n,) int64, seconds since 1970-01-01 UTC.
        what: its role, for the error message.

    Returns:
        The same moments as int64.

    Raises:
        InputError: another shape or dtype, or moments outside of the years 1 to 9999.

    Example:
        >>> check_seconds(np.array([0, 60])).dtype
        dtype('int64')
    """
    array = np.asarray(times)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        message = (
            f"The {what} are an array of shape {array.shape} and dtype {array.dtype}; expected (n,) int64 seconds "
            "since 1970-01-01 UTC, such as column.astype('datetime64[s]').astype('int64')."
        )
        raise InputError(message)
    seconds = array.astype(np.int64, copy=False)
    if seconds.size:
        _check_range(int(seconds.min()), int(seconds.max()), what)
    return seconds


def _check_range(first: int, last: int, what: str) -> None:
    if first < _FIRST or last > _LAST:
        message = f"The {what} reach outside of the years 1 to 9999; expected seconds since 1970-01-01 UTC."
        raise InputError(message)


@attrs.frozen(kw_only=True, eq=False)
class ZoneTable:
    """The offsets of one zone over a span of time.

    Attributes:
        begins: (k,) int64, read-only, the moments (seconds UTC) from which each offset holds; the first is the
            beginning of the span.
        offsets: (k,) int64, read-only, seconds to add to UTC for local time.

    Example:
        >>> table = ZoneTable.of("America/New_York", 1767225600, 1798761600)
        >>> table.offsets.tolist()
        [-18000, -14400, -18000]
    """

    begins: Seconds
    offsets: Seconds

    @classmethod
    def of(cls, zone: str, first: int, last: int) -> "ZoneTable":
        """Tabulate a zone.

        Offsets are compared day by day and each change is then found to the second; two changes within one
        day that cancel each other are not seen (no zone has such).

        Args:
            zone: the IANA name.
            first: the beginning of the span, seconds UTC.
            last: its end.

        Example:
            >>> ZoneTable.of("Asia/Tokyo", 0, 86400 * 365).offsets.tolist()
            [32400]
        """
        info = zone_of(zone)
        begins, offsets = [first], [_offset(info, first)]
        at = first
        while at < last:
            ahead = min(at + _DAY, last)
            offset = _offset(info, ahead)
            if offset != offsets[-1]:
                begins.append(_change(info, at, ahead))
                offsets.append(offset)
            at = ahead
        table = cls(begins=np.array(begins, dtype=np.int64), offsets=np.array(offsets, dtype=np.int64))
        table.begins.flags.writeable = False
        table.offsets.flags.writeable = False
        return table

    def local(self, times: Seconds) -> Seconds:
        """Return wall-clock seconds (local time counted as if it were UTC).

        Args:
            times: (n,) int64, seconds UTC.

        Returns:
            (n,) int64.

        Example:
            >>> ZoneTable.of("Asia/Tokyo", 0, 86400).local(np.array([0])).tolist()
            [32400]
        """
        if len(self.offsets) == 1:
            return times + int(self.offsets[0])
        segment = np.maximum(np.searchsorted(self.begins, times, side="right") - 1, 0)
        local: Seconds = times + self.offsets[segment]
        return local

    def first_at(self, wall: Seconds) -> Seconds:
        """Return the first moments at which the clock shows a reading or more.

        A reading that is skipped in spring is the moment of the skip; of a reading that comes twice in
        autumn it is the first.

        Args:
            wall: (n,) int64, wall-clock seconds.

        Returns:
            (n,) int64, seconds UTC.

        Example:
            >>> table = ZoneTable.of("Europe/Berlin", 1767225600, 1798761600)
            >>> skipped = 1774751400  # 2026-03-29 02:30
            >>> table.first_at(np.array([skipped])).tolist()  # 01:00 UTC
            [1774746000]
        """
        if len(self.offsets) == 1:
            return wall - int(self.offsets[0])
        reached = np.maximum.accumulate(self.begins[1:] + self.offsets[:-1])
        segment = np.searchsorted(reached, wall, side="right")
        begins = np.append(np.iinfo(np.int64).min, self.begins[1:])
        moments: Seconds = np.maximum(wall - self.offsets[segment], begins[segment])
        return moments

    def last_at(self, wall: Seconds) -> Seconds:
        """Return the moments until which the clock shows less than a reading, for the last time.

        A reading that is skipped in spring is the moment of the skip; of a reading that comes twice in
        autumn it is the second.

        Args:
            wall: (n,) int64, wall-clock seconds.

        Returns:
            (n,) int64, seconds UTC.

        Example:
            >>> table = ZoneTable.of("Europe/Berlin", 1767225600, 1798761600)
            >>> twice = 1792895400  # 2026-10-25 02:30
            >>> (table.last_at(np.array([twice])) - table.first_at(np.array([twice]))).tolist()
            [3600]
        """
        if len(self.offsets) == 1:
            return wall - int(self.offsets[0])
        shown = np.minimum.accumulate((self.begins[1:] + self.offsets[1:])[::-1])[::-1]
        segment = np.searchsorted(shown, wall, side="left")
        ends = np.append(self.begins[1:], np.iinfo(np.int64).max)
        moments: Seconds = np.minimum(wall - self.offsets[segment], ends[segment])
        return moments


def local_days(times: Seconds, time_zone: str) -> npt.NDArray[np.datetime64]:
    """Return the local date of each moment.

    Args:
        times: (n,) int64, seconds UTC.
        time_zone: the IANA name of the zone whose dates are meant.

    Returns:
        (n,) datetime64[D].

    Raises:
        InputError: ``times`` is not an array of seconds.
        DefinitionError: there is no such zone.

    Example:
        >>> local_days(np.array([0, 15 * 3600]), "Asia/Tokyo").astype(str).tolist()
        ['1970-01-01', '1970-01-02']
    """
    seconds = check_seconds(times)
    if not seconds.size:
        return seconds.astype("datetime64[D]")
    table = ZoneTable.of(time_zone, int(seconds.min()), int(seconds.max()) + 1)
    return (table.local(seconds) // _DAY).astype("datetime64[D]")


def _offset(info: ZoneInfo, seconds: int) -> int:
    moment = datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), tz=info)
    offset = moment.utcoffset()
    return 0 if offset is None else offset.days * _DAY + offset.seconds


def _change(info: ZoneInfo, before: int, after: int) -> int:
    old = _offset(info, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(info, middle) == old:
            before = middle
        else:
            after = middle
    return after
