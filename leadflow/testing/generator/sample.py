"""The packaged sample company: five lists, an activity log, the organisation, the targets, the truth."""

import csv
import io
import json
from pathlib import Path

import attrs

from leadflow.testing.generator.activities import LoggedActivity, draw_activities, to_json_lines
from leadflow.testing.generator.cards import render_cards
from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.exhibition import render_exhibition
from leadflow.testing.generator.forms import render_forms
from leadflow.testing.generator.marketo import render_marketo
from leadflow.testing.generator.noise import Noise
from leadflow.testing.generator.organisation import Organisation, draw_organisation, target_rows
from leadflow.testing.generator.population import Population, TrueLead, generate_population
from leadflow.testing.generator.rendered import RenderedList
from leadflow.testing.generator.rows import Label
from leadflow.testing.generator.salesforce import render_salesforce

__all__ = ["LISTS", "SAMPLE_SEED", "Sample", "appearances", "generate_sample", "truth_csv", "write_sample"]

SAMPLE_SEED = 2026
"""The seed of the files in ``leadflow/datasets/sample``."""

LISTS: tuple[tuple[str, float], ...] = (
    ("exhibition_2026", 30.0),
    ("salesforce_leads", 27.0),
    ("marketo_leads", 22.0),
    ("business_cards", 12.0),
    ("web_forms", 9.0),
)
"""The lists and how their rows are shared out."""

_ROWS_PER_LEAD = ((1, 66.0), (2, 24.0), (3, 8.0), (4, 2.0))


@attrs.frozen(kw_only=True)
class Sample:
    """Everything that was made up for a sample company.

    Attributes:
        population: who there is.
        organisation: who sells.
        lists: the five lists with their truth.
        activities: what people did.
        files: file name to bytes, all that is shipped but the definition.
        truth: the truth as CSV.
    """

    population: Population
    organisation: Organisation
    lists: tuple[RenderedList, ...]
    activities: tuple[LoggedActivity, ...]
    files: dict[str, bytes]
    truth: bytes

    @property
    def labels(self) -> tuple[Label, ...]:
        """The truth about every row of every list.

        Example:
            >>> sample = generate_sample(0, people=60, companies=20)
            >>> len({label.source for label in sample.labels})
            5
        """
        return tuple(label for rendered in self.lists for label in rendered.labels)


def appearances(population: Population, seed: int) -> dict[str, list[TrueLead]]:
    """Decide which lead appears in which list, and how often.

    Two thirds appear once; the others in several lists or twice in one.

    Example:
        >>> population = generate_population(0, people=60, companies=20)
        >>> shown = appearances(population, 0)
        >>> {lead.lead_id for leads in shown.values() for lead in leads} == {p.lead_id for p in population.leads}
        True
    """
    dice = Dice.of(seed, "appearances")
    names = [name for name, _ in LISTS]
    weights = [weight for _, weight in LISTS]
    shown: dict[str, list[TrueLead]] = {name: [] for name in names}
    for lead in population.leads:
        count = dice.weighted([c for c, _ in _ROWS_PER_LEAD], [w for _, w in _ROWS_PER_LEAD])
        used: list[str] = []
        while len(used) < count:
            name = dice.weighted(names, weights)
            if name not in used or dice.chance(0.35):
                used.append(name)
                shown[name].append(lead)
    return shown


def generate_sample(
    seed: int = SAMPLE_SEED, *, people: int = 2000, companies: int = 500, noise: Noise | None = None
) -> Sample:
    """Make up a sample company: a fictitious manufacturer of measuring instruments.

    Args:
        seed: equal seeds give equal files.
        people: how many persons.
        companies: how many companies.
        noise: how often what damage happens; the defaults of `Noise` when not given.

    Raises:
        MissingExtraError: xlsxwriter is not installed.

    Example:
        >>> sorted(generate_sample(0, people=60, companies=20).files)[:3]
        ['activities.jsonl', 'business_cards.xlsx', 'exhibition_2026.csv']
    """
    damage = noise or Noise()
    population = generate_population(seed, people=people, companies=companies)
    organisation = draw_organisation(seed)
    shown = appearances(population, seed)
    forms, submissions = render_forms(population, shown["web_forms"], seed=seed, noise=damage)
    lists = (
        render_exhibition(population, organisation, shown["exhibition_2026"], seed=seed, noise=damage),
        render_salesforce(population, organisation, shown["salesforce_leads"], seed=seed, noise=damage),
        render_marketo(population, shown["marketo_leads"], seed=seed, noise=damage),
        render_cards(population, organisation, shown["business_cards"], seed=seed, noise=damage),
        forms,
    )
    activities = draw_activities(population, organisation, lists, submissions, seed=seed)
    files = {rendered.file_name: rendered.content for rendered in lists}
    files["activities.jsonl"] = to_json_lines(activities, seed=seed)
    plain = organisation.to_plain(population)
    files["organisation.json"] = _json(plain)
    files["targets.csv"] = _csv(("kpi", "period", "unit", "value"), target_rows(organisation))
    return Sample(
        population=population,
        organisation=organisation,
        lists=lists,
        activities=activities,
        files=files,
        truth=truth_csv([label for rendered in lists for label in rendered.labels]),
    )


def write_sample(folder: Path | str, sample: Sample) -> None:
    """Write the files of a sample into a folder, and the truth beside the folder.

    The truth goes to ``<folder>_truth.csv``, so that nobody takes it for a list. The packaged files are
    what ``write_sample("leadflow/datasets/sample", generate_sample())`` writes.

    Args:
        folder: made when it is missing; files of the same names are replaced.
        sample: what to write.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as parent:
        ...     write_sample(Path(parent) / "sample", generate_sample(0, people=60, companies=20))
        ...     sorted(path.name for path in Path(parent).iterdir())
        ['sample', 'sample_truth.csv']
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in sample.files.items():
        (target / name).write_bytes(content)
    target.with_name(f"{target.name}_truth.csv").write_bytes(sample.truth)


def truth_csv(labels: list[Label]) -> bytes:
    """Write labels as CSV.

    Example:
        >>> truth_csv([]).decode().strip()
        'source,row,line,usable,lead_id,person_id,company_id,remark'
    """
    header = [attribute.name for attribute in attrs.fields(Label)]
    return _csv(
        header,
        [tuple(int(v) if isinstance(v, bool) else v for v in attrs.astuple(label)) for label in labels],
    )


def _json(plain: dict[str, object]) -> bytes:
    # One entry a line: small, and a change shows as one line.
    parts = []
    for key, value in plain.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            text = (
                "[\n" + ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in value) + "\n ]"
            )
        parts.append(f' "{key}": {text}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _csv(
    header: tuple[str, ...] | list[str], rows: list[tuple[str, str, str, int]] | list[tuple[object, ...]]
) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode()
