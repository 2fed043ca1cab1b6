"""Reminders: what waits with each owner, and with each team, as messages for the outbox."""

from collections.abc import Hashable

import numpy as np

from leadflow.records import Message
from leadflow.records.events import Json
from leadflow.reporting.company import CompanyReport
from leadflow.reporting.figures import ColumnKind, Language, written
from leadflow.reporting.hierarchies import UNASSIGNED
from leadflow.reporting.ownership import HandOvers
from leadflow.reporting.words import Words

__all__ = ["reminders"]

_LISTED = 20


def reminders(report: CompanyReport, *, language: Language = "ja") -> tuple[Message, ...]:
    """Return one message for every owner with hand-overs that are overdue, waiting or untouched, and one for their team.

    An owner who is not in the hierarchy gets one too, after all others.

    A message has the same key when the report is made twice on one day, so that an outbox sends it once.

    Args:
        report: what ``build_report`` made.
        language: of the text.

    Returns:
        Messages of the kind ``"reminder"``: ``payload`` holds ``subject``, ``text`` and the lead ids by need. Leads are
        named by id alone, so that a mail carries no personal data.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> [message.to for message in reminders(specimen_report())]
        ['east', 'suzuki']
    """
    given = HandOvers.of(
        report.facts, hierarchy=report.attainment.hierarchy, calendar=report.attainment.calendar
    )
    hierarchy, today = report.attainment.hierarchy, report.attainment.today
    tests = given.tests()
    needs = {name: np.flatnonzero(tests[name]).tolist() for name in ("overdue", "waiting", "untouched")}
    leads: dict[str, dict[str, list[str]]] = {}
    whose, owners = report.facts.offers.lead_ids, report.facts.offers.owners
    for need, positions in needs.items():
        for position in positions:
            owner = hierarchy.ids[given.units[position]]
            units = hierarchy.path(owner, today)[:2] if owner != UNASSIGNED else (_text(owners[position]),)
            for unit in units:
                if unit and unit != hierarchy.top:
                    leads.setdefault(unit, {}).setdefault(need, []).append(str(whose[position]))
    names = {unit: hierarchy.unit(unit).name for unit in hierarchy.top_down(today)}
    names |= {owner: owner for owner in sorted(leads.keys() - names.keys())}
    return tuple(
        _message(report, unit, name, leads[unit], language) for unit, name in names.items() if unit in leads
    )


def _text(value: Hashable) -> str:
    return "" if value is None else str(value)


def _message(
    report: CompanyReport, unit: str, name: str, needs: dict[str, list[str]], language: Language
) -> Message:
    day = report.attainment.today
    counts = {need: len(needs.get(need, ())) for need in ("overdue", "waiting", "untouched")}
    subject = Words(
        f"【要対応】期限超過{counts['overdue']}件・受諾待ち{counts['waiting']}件・未接触{counts['untouched']}件（{name}）",
        f"To do: {counts['overdue']} overdue, {counts['waiting']} waiting, {counts['untouched']} untouched ({name})",
    )
    titles = {
        "overdue": Words("受諾期限を過ぎています", "Past the deadline"),
        "waiting": Words("受諾を待っています", "Waiting for acceptance"),
        "untouched": Words("引渡し後、まだ接触がありません", "Not touched since the hand-over"),
    }
    lines = [written(day, ColumnKind.DATE, language)]
    for need, ids in needs.items():
        listed = [f"  {lead_id}" for lead_id in ids[:_LISTED]]
        more = [f"  … {len(ids) - _LISTED}"] if len(ids) > _LISTED else []
        lines += [f"{titles[need].of(language)}: {len(ids)}", *listed, *more]
    plain: dict[str, Json] = {need: list(ids) for need, ids in needs.items()}
    return Message(
        key=f"reminder:{unit}:{day.isoformat()}",
        kind="reminder",
        to=unit,
        created_at=report.as_of,
        payload={"subject": subject.of(language), "text": "\n".join(lines), "leads": plain},
    )
