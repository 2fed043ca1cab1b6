"""Time business arithmetic, and refuse to time a wrong result.

python benchmarks/calendars_speed.py [--deadlines 2000000]

Every figure is the best of five runs in one process on one core. The calendar is a Japanese office with a lunch
break, national holidays and yearly closures; the moments are spread over 2026.
"""

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as clock

import numpy as np

from leadflow.calendars import (
    OBON,
    YEAR_END,
    BusinessCalendar,
    Duration,
    FiscalCalendar,
    PeriodKind,
    business_days,
    business_hours,
    local_days,
)

__all__ = ["main"]

RUNS = 5
CHECKED = 300


def best_of(run: Callable[[], object]) -> float:
    """Return the shortest of five runs, in seconds."""
    lengths = []
    for _ in range(RUNS):
        started = time.perf_counter()
        run()
        lengths.append(time.perf_counter() - started)
    return min(lengths)


def check(calendar: BusinessCalendar, moments: np.ndarray, duration: Duration) -> None:
    """Compare some deadlines of a batch with those found one by one."""
    some = moments[:: max(1, moments.size // CHECKED)]
    single = [
        int(calendar.add(datetime.fromtimestamp(int(each), UTC), duration).timestamp()) for each in some
    ]
    assert single == calendar.deadlines(some, duration).tolist(), "a batch differs from one by one"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description="Time business arithmetic.")
    parser.add_argument("--deadlines", type=int, default=2_000_000, help="moments in a batch")
    count = parser.parse_args(arguments).deadlines
    office = BusinessCalendar.japan(
        ((clock(9), clock(12)), (clock(13), clock(18))), company_holidays=[YEAR_END, OBON]
    )
    york = BusinessCalendar.always("America/New_York")
    begin, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2026, 2027))
    moments = np.random.default_rng(0).integers(begin, end, count)

    now = datetime.fromtimestamp(begin, UTC)
    started = time.perf_counter()
    office.is_open(now)
    print(
        f"first question of a year, national holidays included: {(time.perf_counter() - started) * 1e3:.0f} ms"
    )

    for name, calendar, duration in (
        ("4 business hours", office, business_hours(4)),
        ("-4 business hours", office, -business_hours(4)),
        ("2 business days", office, business_days(2)),
        ("4 business hours, New York, day and night", york, business_hours(4)),
        ("2 business days, New York, day and night", york, business_days(2)),
    ):
        check(calendar, moments, duration)
        seconds = best_of(lambda calendar=calendar, duration=duration: calendar.deadlines(moments, duration))
        print(f"deadlines, {name}: {count / seconds / 1e6:.1f} million a second")

    later = moments + 5 * 86400
    seconds = best_of(lambda: office.elapsed(moments, later))
    print(f"elapsed: {count / seconds / 1e6:.1f} million pairs a second")

    fiscal, days = FiscalCalendar(), local_days(moments, "Asia/Tokyo")
    seconds = best_of(lambda: fiscal.period_codes(days, PeriodKind.QUARTER))
    print(f"fiscal quarters: {count / seconds / 1e6:.1f} million days a second")

    one_by_one = 2000
    for name, duration in (("4 business hours", business_hours(4)), ("2 business days", business_days(2))):
        seconds = best_of(lambda duration=duration: [office.add(now, duration) for _ in range(one_by_one)])
        print(f"one deadline, {name}: {seconds / one_by_one * 1e6:.0f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
