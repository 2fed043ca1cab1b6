"""Business time and fiscal periods.

`BusinessCalendar` says when a team or a person works and counts only that time; `FiscalCalendar` divides
dates into the periods in which a company plans and reports. Elapsed time is `datetime.timedelta`, business
time is `BusinessDuration`, and the two do not mix.
"""

from leadflow.calendars.business import BusinessCalendar
from leadflow.calendars.durations import (
    BusinessDuration,
    CalendarDuration,
    Duration,
    business_days,
    business_hours,
    business_minutes,
    days,
    duration_from_data,
    duration_text,
    hours,
    minutes,
    weeks,
)
from leadflow.calendars.fiscal import FiscalCalendar, Period, PeriodKind, YearName
from leadflow.calendars.holidays import (
    OBON,
    YEAR_END,
    Closure,
    NationalHolidays,
    YearlyClosure,
    japanese_holidays,
)
from leadflow.calendars.windows import HoursOfDay, TimeWindow, Weekday
from leadflow.calendars.zones import local_days

__all__ = [
    "OBON",
    "YEAR_END",
    "BusinessCalendar",
    "BusinessDuration",
    "CalendarDuration",
    "Closure",
    "Duration",
    "FiscalCalendar",
    "HoursOfDay",
    "NationalHolidays",
    "Period",
    "PeriodKind",
    "TimeWindow",
    "Weekday",
    "YearName",
    "YearlyClosure",
    "business_days",
    "business_hours",
    "business_minutes",
    "days",
    "duration_from_data",
    "duration_text",
    "hours",
    "japanese_holidays",
    "local_days",
    "minutes",
    "weeks",
]
