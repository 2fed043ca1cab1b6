"""The packaged sample company: five lists, an activity log, the organisation, targets and the truth.

Everything in it is fictitious: people, companies, numbers and addresses are composed by the seeded
generator in `leadflow.testing.generator`, and no mail or call to them reaches anybody.
"""

import csv
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import attrs

__all__ = ["SampleCompany", "SampleLabel", "sample_company"]

_LISTS = (
    "exhibition_2026.csv",
    "salesforce_leads.csv",
    "marketo_leads.csv",
    "business_cards.xlsx",
    "web_forms.jsonl",
)


@attrs.frozen(kw_only=True)
class SampleLabel:
    """The truth about one row of one list.

    Attributes:
        source: the list's name, such as "exhibition_2026".
        row: the record's number in the list, from 1; rows that cannot be used are counted.
        line: the physical line, or the sheet's row, on which the record begins, from 1.
        usable: the row says who it is about and can be read.
        lead_id: the person at a company, or empty when the row is about nobody.
        person_id: the person, who may be at two companies.
        company_id: the company.
        remark: what is wrong with the row, or empty.
    """

    source: str
    row: int
    line: int
    usable: bool
    lead_id: str
    person_id: str
    company_id: str
    remark: str


@attrs.frozen(kw_only=True)
class SampleCompany:
    """Where the files of the sample company are, and what is true about them.

    Attributes:
        paths: the five lists by name, in the order in which a company would import them.
        activities_path: the activity log, JSON Lines.
        organisation_path: departments, teams, people, calendars and named accounts, JSON.
        targets_path: targets by KPI, period and unit, CSV.
        definition_path: stages, scoring, routing and the like, TOML.
        truth: one label per record of every list, in the order of the lists.
    """

    paths: Mapping[str, Path]
    activities_path: Path
    organisation_path: Path
    targets_path: Path
    definition_path: Path
    truth: tuple[SampleLabel, ...]

    def labels(self, source: str) -> tuple[SampleLabel, ...]:
        """Return the truth about one list, in the order of its records.

        Args:
            source: the list's name, a key of ``paths``.

        Example:
            >>> sample_company().labels("web_forms")[0].row
            1
        """
        return tuple(label for label in self.truth if label.source == source)


def sample_company() -> SampleCompany:
    """Return the packaged sample company.

    Returns:
        Paths of its files, and the truth about every row.

    Example:
        >>> company = sample_company()
        >>> list(company.paths)
        ['exhibition_2026', 'salesforce_leads', 'marketo_leads', 'business_cards', 'web_forms']
        >>> company.paths["web_forms"].name
        'web_forms.jsonl'
    """
    package = Path(str(files(__name__)))
    folder = package / "sample"
    return SampleCompany(
        paths=MappingProxyType({name.rsplit(".", 1)[0]: folder / name for name in _LISTS}),
        activities_path=folder / "activities.jsonl",
        organisation_path=folder / "organisation.json",
        targets_path=folder / "targets.csv",
        definition_path=folder / "leadflow.toml",
        truth=_read_truth(package / "sample_truth.csv"),
    )


def _read_truth(path: Path) -> tuple[SampleLabel, ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            SampleLabel(
                source=row["source"],
                row=int(row["row"]),
                line=int(row["line"]),
                usable=row["usable"] == "1",
                lead_id=row["lead_id"],
                person_id=row["person_id"],
                company_id=row["company_id"],
                remark=row["remark"],
            )
            for row in csv.DictReader(stream)
        )
