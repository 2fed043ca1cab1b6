"""A model to start from: what business-to-business teams commonly agree on, neutral to the industry."""

import datetime as dt
from typing import Final

from leadflow.conditions import field
from leadflow.scoring.grades import Grade
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.rules import band, rule
from leadflow.scoring.scores import Limits
from leadflow.scoring.signals import signal

__all__ = ["standard_model"]

_EXECUTIVES: Final = (
    "代表取締役", "取締役", "社長", "会長", "執行役員", "専務", "常務", "CEO", "CTO", "CIO", "CFO", "COO", "CMO", "CISO",
    "President", "Chief", "Vice President", "VP ", "Owner", "Founder",
)  # fmt: skip
_HEADS: Final = (
    "本部長",
    "事業部長",
    "部長",
    "室長",
    "所長",
    "工場長",
    "支店長",
    "Director",
    "General Manager",
    "Head of",
)
_MANAGERS: Final = (
    "課長",
    "次長",
    "係長",
    "主任",
    "リーダー",
    "マネージャー",
    "マネジャー",
    "Manager",
    "Lead",
    "Supervisor",
)
_STUDENTS: Final = ("学生", "大学院生", "インターン", "Student", "Intern")
_ACADEMIC: Final = (".ac.jp", ".edu")
_DAY: Final = dt.timedelta(days=1)


def standard_model() -> ScoringModel:
    """Return the standard model; see ``ScoringModel.standard``."""
    title = field("title")
    executive, head, manager = (
        title.contains_any(*_EXECUTIVES),
        title.contains_any(*_HEADS),
        title.contains_any(*_MANAGERS),
    )
    return ScoringModel(
        version="standard-1",
        fit=(
            rule(executive, 30, name="executive", group="title"),
            rule(head & ~executive, 25, name="head of department", group="title"),
            rule(manager & ~executive & ~head, 15, name="manager", group="title"),
            rule(title.contains_any(*_STUDENTS), -40, name="student"),
            band("employees", (1000, None, 30), (300, 1000, 25), (100, 300, 15), (30, 100, 8)),
            rule(field("corporate_number").is_filled(), 5, name="corporate number known"),
            rule(field("industry").is_filled(), 5, name="industry known"),
            rule(field("department").is_filled(), 5, name="department known"),
            rule(
                field("phone").is_filled() | field("mobile").is_filled() | field("phone_direct").is_filled(),
                10,
                name="reachable by phone",
            ),
            rule(field("amount") > 0, 10, name="budget named"),
            rule(field("interests").is_filled(), 10, name="interest named"),
            rule(field("email").ends_with(*_ACADEMIC), -20, name="academic address"),
            rule(field("bounced") == True, -15, name="mail bounces"),  # noqa: E712  # a comparison is a condition here
        ),
        engagement=(
            signal("form_submitted", points=30, half_life=30 * _DAY, window=180 * _DAY, cap=60),
            signal("appointment", points=40, half_life=60 * _DAY, window=365 * _DAY, cap=60),
            signal("webinar_attended", points=20, half_life=60 * _DAY, window=180 * _DAY, cap=50),
            signal("webinar_registered", points=8, half_life=30 * _DAY, window=90 * _DAY, cap=16),
            signal("exhibition_visited", points=15, half_life=60 * _DAY, window=180 * _DAY, cap=30),
            signal("document_downloaded", points=12, half_life=45 * _DAY, window=180 * _DAY, cap=36),
            signal("call_connected", points=15, half_life=30 * _DAY, window=90 * _DAY, cap=30),
            signal(
                "email_clicked",
                points=4,
                half_life=21 * _DAY,
                window=90 * _DAY,
                repeat="once_per_day",
                group="mail",
            ),
            signal(
                "email_opened",
                points=1,
                half_life=14 * _DAY,
                window=60 * _DAY,
                repeat="once_per_day",
                group="mail",
            ),
            signal("page_viewed", points=2, half_life=14 * _DAY, window=60 * _DAY, cap=20),
            signal("email_bounced", points=-10, window=180 * _DAY, repeat="once"),
            signal("unsubscribed", points=-30, repeat="once"),
        ),
        caps={"title": 30, "mail": 20},
        grade=Grade(fit=(75, 50, 25), engagement=(75, 50, 25), hysteresis=5),
        fit_limits=Limits(floor=0, ceiling=100),
        engagement_limits=Limits(floor=0, ceiling=100),
    )
