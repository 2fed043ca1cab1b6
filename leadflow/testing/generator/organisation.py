"""The sales organisation of the sample company: departments, teams, staff, targets."""

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.names import FullName, draw_name
from leadflow.testing.generator.population import PRODUCTS, Population

__all__ = [
    "COMPANY_DOMAIN",
    "COMPANY_NAME",
    "Organisation",
    "Staff",
    "Team",
    "draw_organisation",
    "target_rows",
]

COMPANY_NAME = "葦原計測機工業株式会社"
COMPANY_DOMAIN = "ashihara-keisokuki.example"

_REGIONS = (
    ("area-tohoku", "北海道・東北チーム", "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県"),
    ("area-kanto", "関東チーム", "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県"),
    ("area-chubu", "中部チーム", "新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県"),
    ("area-kinki", "近畿チーム", "滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県"),
    ("area-nishi", "中国・四国チーム", "鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県"),
    ("area-kyushu", "九州・沖縄チーム", "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"),
)
_ACCOUNTS = (
    ("account-mobility", "自動車・輸送チーム", "輸送用機器 運輸"),
    ("account-electric", "電機・機械チーム", "電気機器 機械 金属製品 窯業"),
    ("account-process", "化学・食品チーム", "化学 医薬品 食料品 パルプ・紙"),
    ("account-service", "商社・サービスチーム", "卸売業 建設業 情報・通信 サービス業"),
)
_PRODUCT_TEAMS = (
    ("product-vision", "検査機器チーム", ("vision",)),
    ("product-measure", "計測機器チーム", ("flow-meter", "vibration", "logger")),
    ("product-digital", "デジタル・ロボットチーム", ("cloud", "robot")),
)
_INSIDE = (("inside-east", "インサイドセールス東日本"), ("inside-west", "インサイドセールス西日本"))

_DEPARTMENTS = (
    ("account-sales", "アカウント営業部", "account"),
    ("product-sales", "製品営業部", "product"),
    ("area-sales", "エリア営業部", "area"),
    ("inside-sales", "インサイドセールス部", "inside"),
)
_WEEK = {day: [["09:00", "12:00"], ["13:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
_CLOSED = ("2026-05-01", "2026-08-12", "2026-08-13", "2026-08-14")


@attrs.frozen(kw_only=True)
class Staff:
    """Somebody who works in sales.

    Attributes:
        staff_id: such as "u012"; two people of one name have different ids.
        name: as registered.
        role: "agent", "supervisor" or "manager".
        reports_to: the superior's id, empty at the top.
        department: the department's id.
        team: the team's id, empty for managers.
        skills: ids of products the person knows.
        languages: such as ("ja", "en").
        open_leads: how many leads the person can hold.
        per_day: how many new leads a day.
        absences: first day, last day (ISO, both included) and reason.
        left: the last day of employment (ISO), or empty.
    """

    staff_id: str
    name: FullName
    role: str
    reports_to: str
    department: str
    team: str
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    open_leads: int
    per_day: int
    absences: tuple[tuple[str, str, str], ...]
    left: str

    @property
    def full_name(self) -> str:
        """The name as lists write it.

        Example:
            >>> organisation = draw_organisation(0)
            >>> " " in organisation.staff[0].full_name
            True
        """
        return f"{self.name.family} {self.name.given}"

    @property
    def email(self) -> str:
        """The address, unique by the id.

        Example:
            >>> draw_organisation(0).staff[0].email.endswith(COMPANY_DOMAIN)
            True
        """
        return f"{self.name.given_latin}.{self.name.family_latin}.{self.staff_id}@{COMPANY_DOMAIN}".lower()


@attrs.frozen(kw_only=True)
class Team:
    """A team and what it covers.

    Attributes:
        team_id: such as "area-kanto".
        name: in Japanese.
        department: the department's id.
        prefectures: for area teams.
        industries: for account teams.
        products: for product teams.
    """

    team_id: str
    name: str
    department: str
    prefectures: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Organisation:
    """The sales organisation.

    Attributes:
        teams: all teams.
        staff: all people, superiors before those who report to them.
    """

    teams: tuple[Team, ...]
    staff: tuple[Staff, ...]

    def members(self, team_id: str, role: str = "agent") -> tuple[Staff, ...]:
        """Return a team's people of one role who still work here.

        Example:
            >>> len(draw_organisation(0).members("inside-east")) > 2
            True
        """
        return tuple(s for s in self.staff if s.team == team_id and s.role == role and not s.left)

    def owners(self, department: str) -> tuple[Staff, ...]:
        """Return a department's agents, those who left too: old lists name them.

        Example:
            >>> len(draw_organisation(0).owners("inside-sales")) > 5
            True
        """
        return tuple(s for s in self.staff if s.department == department and s.role == "agent")

    def to_plain(self, population: Population) -> dict[str, object]:
        """Return the organisation as plain data, as ``organisation.json`` holds it.

        Args:
            population: whose large companies are the named accounts.

        Example:
            >>> from leadflow.testing.generator.population import generate_population
            >>> plain = draw_organisation(0).to_plain(generate_population(0, people=20, companies=30))
            >>> sorted(plain)[:3]
            ['accounts', 'calendars', 'company']
        """
        return {
            "company": {
                "name": COMPANY_NAME,
                "domain": COMPANY_DOMAIN,
                "timezone": "Asia/Tokyo",
                "fiscal_year_start_month": 4,
            },
            "products": [{"id": key, "name": name, "solution": solution} for key, name, solution in PRODUCTS],
            "calendars": [
                {
                    "id": "office",
                    "timezone": "Asia/Tokyo",
                    "hours": _WEEK,
                    "holidays": "JP",
                    "closed": list(_CLOSED),
                },
                {
                    "id": "contact-desk",
                    "timezone": "Asia/Tokyo",
                    "hours": {day: [["08:30", "19:00"]] for day in _WEEK},
                    "holidays": "JP",
                    "closed": list(_CLOSED),
                },
            ],
            "departments": [
                {"id": key, "name": name, "cut": cut, "manager": self._manager(key)}
                for key, name, cut in _DEPARTMENTS
            ],
            "teams": [self._team(team) for team in self.teams],
            "people": [_plain_staff(person) for person in self.staff],
            "accounts": self._accounts(population),
        }

    def _manager(self, department: str) -> str:
        return next(s.staff_id for s in self.staff if s.department == department and s.role == "manager")

    def _team(self, team: Team) -> dict[str, object]:
        return {
            "id": team.team_id,
            "name": team.name,
            "department": team.department,
            "calendar": "contact-desk" if team.department == "inside-sales" else "office",
            "supervisor": next(iter(self.members(team.team_id, "supervisor"))).staff_id,
            "members": [s.staff_id for s in self.staff if s.team == team.team_id and s.role == "agent"],
            "prefectures": list(team.prefectures),
            "industries": list(team.industries),
            "products": list(team.products),
        }

    def _accounts(self, population: Population) -> list[dict[str, object]]:
        largest = sorted(population.companies, key=lambda c: (-c.employees, c.company_id))[:40]
        counts: dict[str, int] = {}
        accounts: list[dict[str, object]] = []
        for company in largest:
            team = next(t for t in self.teams if company.industry in t.industries)
            owners = self.members(team.team_id)
            turn = counts.setdefault(team.team_id, 0)
            counts[team.team_id] += 1
            accounts.append(
                {
                    "corporate_number": company.corporate_number,
                    "company": company.name,
                    "domain": company.domain,
                    "team": team.team_id,
                    "owner": owners[turn % len(owners)].staff_id,
                }
            )
        return accounts


def draw_organisation(seed: int) -> Organisation:
    """Make up the sales organisation: about sixty people in four departments.

    Two of them share a name, two are absent for weeks, one has left.

    Example:
        >>> organisation = draw_organisation(0)
        >>> len({person.staff_id for person in organisation.staff}) == len(organisation.staff)
        True
    """
    dice = Dice.of(seed, "organisation")
    teams = (
        *(
            Team(team_id=i, name=n, department="account-sales", industries=tuple(x.split()))
            for i, n, x in _ACCOUNTS
        ),
        *(Team(team_id=i, name=n, department="product-sales", products=x) for i, n, x in _PRODUCT_TEAMS),
        *(
            Team(team_id=i, name=n, department="area-sales", prefectures=tuple(x.split()))
            for i, n, x in _REGIONS
        ),
        *(Team(team_id=i, name=n, department="inside-sales") for i, n in _INSIDE),
    )
    staff = [_draw_staff(dice, 0, "manager", superior="", department="", team="")]
    for key, _, _ in _DEPARTMENTS:
        manager = _draw_staff(
            dice, len(staff), "manager", superior=staff[0].staff_id, department=key, team=""
        )
        staff.append(manager)
        for team in (team for team in teams if team.department == key):
            supervisor = _draw_staff(
                dice, len(staff), "supervisor", superior=manager.staff_id, department=key, team=team.team_id
            )
            staff.append(supervisor)
            for _ in range(5 if key == "inside-sales" else 3):
                staff.append(
                    _draw_staff(
                        dice,
                        len(staff),
                        "agent",
                        superior=supervisor.staff_id,
                        department=key,
                        team=team.team_id,
                    )
                )
    return Organisation(teams=teams, staff=tuple(_peculiarities(staff)))


def _draw_staff(dice: Dice, number: int, role: str, *, superior: str, department: str, team: str) -> Staff:
    skills = tuple(sorted(dice.sample([product[0] for product in PRODUCTS], dice.between(2, 4))))
    return Staff(
        staff_id=f"u{number:03d}",
        name=draw_name(dice, foreign_rate=0.0),
        role=role,
        reports_to=superior,
        department=department or "company",
        team=team,
        skills=skills,
        languages=("ja", "en") if dice.chance(0.3) else ("ja",),
        open_leads=dice.pick((20, 30, 30, 40)) if role == "agent" else 10,
        per_day=dice.pick((3, 5, 8)) if role == "agent" else 2,
        absences=(),
        left="",
    )


def _peculiarities(staff: list[Staff]) -> list[Staff]:
    agents = [index for index, person in enumerate(staff) if person.role == "agent"]
    # Identity goes by id: a namesake in another team, and people whom routing must pass over.
    staff[agents[-1]] = attrs.evolve(staff[agents[-1]], name=staff[agents[0]].name)
    staff[agents[4]] = attrs.evolve(staff[agents[4]], absences=(("2026-09-24", "2026-10-09", "休暇"),))
    staff[agents[-3]] = attrs.evolve(staff[agents[-3]], absences=(("2026-09-01", "2027-03-31", "育児休業"),))
    staff[agents[8]] = attrs.evolve(staff[agents[8]], left="2026-06-30")
    return staff


def _plain_staff(person: Staff) -> dict[str, object]:
    return {
        "id": person.staff_id,
        "name": person.full_name,
        "kana": f"{person.name.family_kana} {person.name.given_kana}",
        "email": person.email,
        "role": person.role,
        "reports_to": person.reports_to,
        "department": person.department,
        "team": person.team,
        "skills": list(person.skills),
        "languages": list(person.languages),
        "capacity": {"open_leads": person.open_leads, "per_day": person.per_day},
        "absences": [
            {"from": first, "to": last, "reason": reason} for first, last, reason in person.absences
        ],
        "left": person.left,
    }


# KPI, a month's value for one inside-sales agent, and the part of it by month from April to September
_AGENT_TARGETS = (("calls", 6), ("calls_connected", 3), ("appointments", 1))
_COMPANY_TARGETS = (
    ("leads", 150),
    ("mqls", 24),
    ("opportunities", 6),
    ("mql_amount", 90_000_000),
    ("won_amount", 5_000_000),
)
_SEASON = (0.8, 0.9, 1.0, 1.1, 0.9, 1.2)


def target_rows(organisation: Organisation) -> list[tuple[str, str, str, int]]:
    """Return the targets: KPI, period (month as ``YYYY-MM``), unit (staff, department or company), value.

    Calls, connects and appointments are set per inside-sales agent; the others for the company, and
    opportunities and won amount by department too.

    Example:
        >>> target_rows(draw_organisation(0))[0][:2]
        ('calls', '2026-04')
    """
    months = [f"2026-{month:02d}" for month in range(4, 10)]
    agents = [person for person in organisation.owners("inside-sales") if not person.left]
    rows: list[tuple[str, str, str, int]] = []
    for kpi, value in _AGENT_TARGETS:
        for month, season in zip(months, _SEASON, strict=True):
            rows += [(kpi, month, person.staff_id, round(value * season)) for person in agents]
    for kpi, value in _COMPANY_TARGETS:
        for month, season in zip(months, _SEASON, strict=True):
            rows.append((kpi, month, "company", round(value * season)))
    for kpi, value in _COMPANY_TARGETS[2::2]:
        for month, season in zip(months, _SEASON, strict=True):
            for department, part in (("account-sales", 0.5), ("area-sales", 0.3), ("product-sales", 0.2)):
                rows.append((kpi, month, department, round(value * season * part)))
    return rows
