"""Tables of leads with true entities, fast enough for a million rows."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.testing.generator.dice import Dice, generator
from leadflow.testing.generator.kana import full_width
from leadflow.testing.generator.noise import FILLERS, Noise, mistyped
from leadflow.testing.generator.pools import (
    CompanyPool,
    NamePool,
    Texts,
    company_pool,
    given_name_pool,
    surname_pool,
    texts,
)
from leadflow.testing.generator.population import DEPARTMENTS, TITLES
from leadflow.testing.generator.rendered import to_cp932

__all__ = ["COLUMNS", "Table", "generate_leads_table", "write_csv"]

Table = dict[str, list[str | None]]
Index = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TABLE_NOISE = Noise().scaled(1.6)

COLUMNS: tuple[str, ...] = (
    "会社名",
    "氏名",
    "氏名カナ",
    "メール",
    "電話番号",
    "携帯",
    "郵便番号",
    "住所",
    "部署",
    "役職",
    "従業員数",
)
"""The columns of `generate_leads_table`."""


@attrs.frozen(kw_only=True, eq=False)
class _Entities:
    """The true leads, one cell per lead in every array."""

    company: Index
    family: Index
    given: Index
    email: Texts
    last_four: Texts
    mobile: Texts
    department: Texts
    title: Texts
    namesake: Flags


@attrs.frozen(kw_only=True, eq=False)
class _World:
    """What rows are rendered from."""

    noise: Noise
    companies: CompanyPool
    families: NamePool
    givens: NamePool
    entities: _Entities


def generate_leads_table(
    seed: int,
    rows: int,
    duplicate_rate: float = 0.3,
    *,
    noise: Noise | None = None,
    people_per_company: int = 4,
    mover_rate: float = 0.02,
    namesake_rate: float = 0.003,
) -> tuple[Table, npt.NDArray[np.int64]]:
    """Make up a table of leads in which some rows are duplicates of others.

    Companies, switchboards, frequent names, namesakes in one company, people who moved and shared
    mailboxes are as in `generate_population`, composed column by column.

    Args:
        seed: equal seeds give equal tables on one release of numpy.
        rows: how many rows, at least 0.
        duplicate_rate: the part of rows that repeat a lead of another row, from 0 to below 1.
        noise: how often what damage happens; when not given 1.6 times the defaults of `Noise`.
        people_per_company: leads per company on average.
        mover_rate: the part of leads who are also at another company, as another lead.
        namesake_rate: the part of leads who share a colleague's name.

    Returns:
        Column name to cells, None where a cell is empty; and (rows,) int64, the true lead of each row.

    Example:
        >>> table, entity = generate_leads_table(0, 100)
        >>> list(table)[:2], len(table["メール"]), len(set(entity.tolist()))
        (['会社名', '氏名'], 100, 70)
    """
    if rows < 0 or not 0.0 <= duplicate_rate < 1.0:
        raise ValueError("rows must be at least 0 and duplicate_rate from 0 to below 1.")
    rng = generator(seed, "table")
    count = rows - int(rows * duplicate_rate)
    world = _world(
        rng,
        count,
        noise or _TABLE_NOISE,
        per_company=people_per_company,
        moved=mover_rate,
        alike=namesake_rate,
    )
    repeated = (rng.random(rows - count) * count).astype(np.int64)
    entity = np.concatenate([np.arange(count), repeated])[np.argsort(rng.random(rows), kind="stable")]
    table = _render(world, entity, rng, Dice.of(seed, "table typos"))
    return {name: table[name] for name in COLUMNS}, entity


def write_csv(
    path: Path | str,
    table: Mapping[str, Sequence[str | None]],
    encoding: str = "cp932",
) -> None:
    r"""Write a table as a comma-separated file with CRLF line ends; empty cells for None.

    Args:
        path: the file; it is replaced.
        table: column name to cells.
        encoding: any codec; for "cp932" the characters that it lacks are replaced as old software does.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_csv(Path(folder) / "l.csv", {"氏名": ["佐藤", None]})
        ...     (Path(folder) / "l.csv").read_text(encoding="cp932")
        '氏名\n佐藤\n""\n'
    """
    chunk = 50_000
    columns = list(table.values())
    total = len(columns[0]) if columns else 0
    with Path(path).open("wb") as stream:
        for start in range(0, max(total, 1), chunk):
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer, lineterminator="\r\n")
            if start == 0:
                writer.writerow(table)
            writer.writerows(zip(*(column[start : start + chunk] for column in columns), strict=True))
            text = buffer.getvalue()
            stream.write(to_cp932(text) if encoding == "cp932" else text.encode(encoding))


def _world(
    rng: np.random.Generator, count: int, noise: Noise, *, per_company: int, moved: float, alike: float
) -> _World:
    families, givens = surname_pool(), given_name_pool()
    companies = company_pool(rng, max(1, count // per_company))
    company = (rng.random(count) ** 1.5 * len(companies.domain)).astype(np.int64)
    family, given = families.draw(rng, count), givens.draw(rng, count)
    mobile = _mobiles(rng, count)
    if count:
        movers = np.flatnonzero(rng.random(count) < moved)
        origin = (rng.random(len(movers)) * count).astype(np.int64)
        family[movers], given[movers] = family[origin], given[origin]
        keeps = rng.random(len(movers)) < 0.4
        mobile[movers[keeps]] = mobile[origin[keeps]]
        by_company = np.argsort(company, kind="stable")
        twins = np.flatnonzero((np.diff(company[by_company]) == 0) & (rng.random(count - 1) < alike))
        family[by_company[twins + 1]] = family[by_company[twins]]
        given[by_company[twins + 1]] = given[by_company[twins]]
    # Nobody could tell namesakes in one company apart by a row that gives neither mail nor mobile.
    namesake = _repeated((company * len(families.text) + family) * len(givens.text) + given)
    mobile[(rng.random(count) >= 0.75) & ~namesake] = None
    direct = rng.random(count) < 0.3
    hundred = texts([f"{number:02d}" for number in range(100)])
    extra = hundred[(rng.random(count) * 100).astype(np.int64)]
    heads = texts([number[:2] for number in companies.number.tolist()])[company]
    weights = np.cumsum([title[2] for title in TITLES]) / sum(title[2] for title in TITLES)
    titles = np.minimum(np.searchsorted(weights, rng.random(count)), len(TITLES) - 1)
    entities = _Entities(
        company=company,
        family=family,
        given=given,
        email=_emails(rng, companies, (families, givens), company=company, family=family, given=given),
        last_four=np.where(direct, heads + extra, companies.number[company]),
        mobile=mobile,
        department=texts(list(DEPARTMENTS))[(rng.random(count) * len(DEPARTMENTS)).astype(np.int64)],
        title=texts([title[0] for title in TITLES])[titles],
        namesake=namesake,
    )
    return _World(noise=noise, companies=companies, families=families, givens=givens, entities=entities)


def _mobiles(rng: np.random.Generator, count: int) -> Texts:
    prefix = texts(["070", "080", "090", "090"])[(rng.random(count) * 4).astype(np.int64)]
    four = texts([f"{number:04d}" for number in range(10_000)])
    first = four[1000 + (rng.random(count) * 9000).astype(np.int64)]
    last = four[(rng.random(count) * 10_000).astype(np.int64)]
    mobile: Texts = prefix + "-" + first + "-" + last
    return mobile


def _repeated(keys: Index) -> Flags:
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeated: Flags = counts[inverse] > 1
    return repeated


def _emails(
    rng: np.random.Generator,
    companies: CompanyPool,
    names: tuple[NamePool, NamePool],
    *,
    company: Index,
    family: Index,
    given: Index,
) -> Texts:
    families, givens = names
    f, g = families.latin[family], givens.latin[given]
    initial = texts([latin[:1] for latin in givens.latin.tolist()])[given]
    pattern = companies.pattern[company]
    local: Texts = np.select(
        [pattern == 0, pattern == 1, pattern == 2, pattern == 3, pattern == 4],
        [g + "." + f, f + "." + g, initial + "." + f, f + "-" + initial, g + "_" + f],
        default=initial + f,
    )
    role = rng.random(len(company)) < 0.015
    email = _unique(local, other=f + "." + g, domain=companies.domain[company])
    email[role] = "info@" + companies.domain[company[role]]
    free = rng.random(len(company)) < 0.03
    # Google allows letters, digits and dots only, so that nobody can own an address with "_".
    serial = texts([f"_{number}@gmail.com" for number in np.flatnonzero(free).tolist()])
    email[free] = f[free] + "_" + g[free] + serial
    return email


def _unique(local: Texts, *, other: Texts, domain: Texts) -> Texts:
    seen: dict[str, int] = {}
    addresses = []
    for name, second, host in zip(local.tolist(), other.tolist(), domain.tolist(), strict=True):
        address = f"{name}@{host}"
        if address in seen:
            address = f"{second}@{host}"
        number = seen.get(address, 0) + 1
        seen[address] = number
        addresses.append(address if number == 1 else f"{second}{number}@{host}")
    return texts(addresses)


def _render(world: _World, entity: Index, rng: np.random.Generator, dice: Dice) -> Table:
    noise, entities, companies = world.noise, world.entities, world.companies
    count = len(entity)
    company = entities.company[entity]
    some = _Lottery(rng=rng, count=count)
    email = entities.email[entity]
    mobile = entities.mobile[entity]
    mobile[some.hit(noise.mobile_missing) & ~entities.namesake[entity]] = None
    no_mail = some.hit(noise.email_missing)
    unreachable = no_mail & (mobile == None)  # noqa: E711  an elementwise comparison
    mobile[unreachable] = entities.mobile[entity[unreachable]]
    no_mail &= mobile != None  # noqa: E711  an elementwise comparison
    _retype(email, some.hit(noise.email_typo), dice)
    _rewrite(email, some.hit(noise.email_case), str.capitalize)
    _rewrite(email, some.hit(noise.email_wide), full_width)
    email[no_mail] = None
    address = companies.addresses[
        some.choice([50, 20, 12, 10, 8] if noise.wide else [1, 0, 0, 0, 0]), company
    ]
    no_address = some.hit(noise.address_missing)
    address[no_address] = None
    postal = companies.postal_code[company]
    _rewrite(postal, some.hit(noise.wide), lambda text: text.replace("-", ""))
    postal[no_address] = None
    columns = {
        "会社名": _company_names(world, company, some, dice),
        "氏名": _names(world, entity, some),
        "氏名カナ": _readings(world, entity, some),
        "メール": email,
        "電話番号": _phones(world, entity, some, dice),
        "携帯": _mobile_styles(mobile, some, noise, dice),
        "郵便番号": postal,
        "住所": address,
        "部署": _emptied(entities.department[entity], some.hit(noise.field_missing), noise, rng),
        "役職": _emptied(entities.title[entity], some.hit(noise.field_missing), noise, rng),
        "従業員数": _emptied(companies.employees[company], some.hit(noise.field_missing), noise, rng),
    }
    return {name: column.tolist() for name, column in columns.items()}


@attrs.frozen(kw_only=True, eq=False)
class _Lottery:
    """Independent choices for every row."""

    rng: np.random.Generator
    count: int

    def hit(self, probability: float) -> Flags:
        """Return (count,) bool, true with a probability."""
        drawn: Flags = self.rng.random(self.count) < probability
        return drawn

    def choice(self, weights: Sequence[float]) -> Index:
        """Return (count,) int64, positions in proportion to the weights."""
        edges = np.cumsum(weights) / sum(weights)
        drawn = np.searchsorted(edges, self.rng.random(self.count), side="right")
        return np.minimum(drawn, len(weights) - 1).astype(np.int64)


def _company_names(world: _World, company: Index, some: _Lottery, dice: Dice) -> Texts:
    noise = world.noise
    rare = [noise.form_missing, noise.form_moved, noise.half_kana, noise.english_company, noise.branch * 0.1]
    weights = [max(1 - noise.form_short - sum(rare), 0.0), *[noise.form_short / 5] * 5, *rare]
    names: Texts = world.companies.spellings[some.choice(weights), company]
    _retype(names, some.hit(noise.company_typo), dice)
    _rewrite(names, some.hit(noise.wide * 0.3), full_width)
    return names


def _names(world: _World, entity: Index, some: _Lottery) -> Texts:
    noise, families, givens = world.noise, world.families, world.givens
    family, given = world.entities.family[entity], world.entities.given[entity]
    wrong, varied = some.hit(noise.name_typo), some.hit(noise.variant)
    half = some.hit(0.5)
    left = np.where(varied, families.variant[family], families.text[family])
    left = np.where(wrong & half, families.confused[family], left)
    right = np.where(wrong & ~half, givens.confused[given], givens.text[given])
    spaced = 1 - noise.no_space
    gaps = [noise.no_space, spaced * (1 - noise.wide_space), spaced * noise.wide_space]
    gap = texts(["", " ", "\u3000"])[some.choice(gaps)]
    swapped, latin = some.hit(noise.swapped), some.hit(noise.romaji)
    names: Texts = np.where(swapped, right + gap + left, left + gap + right)
    for row in np.flatnonzero(latin).tolist():
        names[row] = (
            f"{str(givens.latin[given[row]]).capitalize()} {str(families.latin[family[row]]).upper()}"
        )
    return names


def _readings(world: _World, entity: Index, some: _Lottery) -> Texts:
    family, given = world.entities.family[entity], world.entities.given[entity]
    full = world.families.kana[family] + " " + world.givens.kana[given]
    half = world.families.half_kana[family] + " " + world.givens.half_kana[given]
    readings: Texts = np.where(some.hit(world.noise.half_kana * 2), half, full)
    readings[some.hit(world.noise.reading_missing)] = None
    return readings


def _phones(world: _World, entity: Index, some: _Lottery, dice: Dice) -> Texts:
    noise, companies = world.noise, world.companies
    company = world.entities.company[entity]
    area, exchange = companies.area_code[company], companies.exchange[company]
    last = world.entities.last_four[entity]
    phones: Texts = area + "-" + exchange + "-" + last
    style = some.choice([62, 14, 10, 7, 7] if noise.wide else [1, 0, 0, 0, 0])
    phones = np.where(style == 1, area + exchange + last, phones)
    phones = np.where(style == 2, area + "(" + exchange + ")" + last, phones)
    _rewrite(phones, style == 3, lambda text: f"+81-{text[1:]}")
    _rewrite(phones, style == 4, full_width)
    _rewrite(phones, some.hit(noise.phone_typo), lambda text: _wrong_digit(text, dice))
    phones[some.hit(noise.phone_missing)] = None
    return phones


def _mobile_styles(mobile: Texts, some: _Lottery, noise: Noise, dice: Dice) -> Texts:
    style = some.choice([75, 17, 8] if noise.wide else [1, 0, 0])
    filled = mobile != None  # noqa: E711  an elementwise comparison
    _rewrite(mobile, (style == 1) & filled, lambda text: text.replace("-", ""))
    _rewrite(mobile, (style == 2) & filled, full_width)
    _rewrite(mobile, some.hit(noise.phone_typo) & filled, lambda text: _wrong_digit(text, dice))
    return mobile


def _wrong_digit(text: str, dice: Dice) -> str:
    at = dice.between(len(text) - 4, len(text) - 1)
    return text[:at] + str((int(text[at]) + dice.between(1, 9)) % 10) + text[at + 1 :]


def _emptied(cells: Texts, where: Flags, noise: Noise, rng: np.random.Generator) -> Texts:
    cells[cells == ""] = None
    filler = texts(list(FILLERS))[(rng.random(len(cells)) * len(FILLERS)).astype(np.int64)]
    cells[where] = None
    filled = where & (rng.random(len(cells)) < noise.filler)
    cells[filled] = filler[filled]
    return cells


def _retype(cells: Texts, where: Flags, dice: Dice) -> None:
    for row in np.flatnonzero(where).tolist():
        local, at, domain = cells[row].partition("@")
        cells[row] = mistyped(dice, local) + at + domain


def _rewrite(cells: Texts, where: Flags, function: Callable[[str], str]) -> None:
    for row in np.flatnonzero(where).tolist():
        cells[row] = function(cells[row])
