"""Values: what the fields of a lead are, each with its raw text, canonical form and comparison key.

Every class has ``parse(text)``, which raises `leadflow.errors.InvalidValueError`, and
``parse_many(cells)``, which reads a whole column and reports the bad cells instead.
"""

from leadflow.values.addresses import PostalAddress
from leadflow.values.companies import CompanyName
from leadflow.values.corporate_numbers import CorporateNumber
from leadflow.values.dates import fiscal_year, parse_date, parse_dates, parse_datetime, parse_datetimes
from leadflow.values.domains import WebDomain
from leadflow.values.emails import EmailAddress
from leadflow.values.filler import is_filler
from leadflow.values.folding import fold, tidy
from leadflow.values.kana import Kana
from leadflow.values.money import Money
from leadflow.values.parsed import ParsedColumn
from leadflow.values.people import PersonName
from leadflow.values.phones import PhoneNumber
from leadflow.values.postal_codes import PostalCode
from leadflow.values.romanisation import reading_key, romanise

__all__ = [
    "CompanyName",
    "CorporateNumber",
    "EmailAddress",
    "Kana",
    "Money",
    "ParsedColumn",
    "PersonName",
    "PhoneNumber",
    "PostalAddress",
    "PostalCode",
    "WebDomain",
    "fiscal_year",
    "fold",
    "is_filler",
    "parse_date",
    "parse_dates",
    "parse_datetime",
    "parse_datetimes",
    "reading_key",
    "romanise",
    "tidy",
]
