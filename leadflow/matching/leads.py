"""The matcher for leads: a lead is a person in a role at one company."""

from leadflow.matching import comparisons as c
from leadflow.matching.blocking import BlockingRule, block_on, key
from leadflow.matching.comparison import Comparison
from leadflow.matching.matcher import Matcher

__all__ = ["lead_matcher"]


def lead_matcher() -> Matcher:
    """Return the matcher for lead batches with all the columns it can use.

    Example:
        >>> [comparison.name for comparison in lead_matcher().comparisons]
        ['company', 'name', 'email', 'mobile', 'phone', 'address', 'postal_code', 'department', 'title']
    """
    return Matcher(comparisons=_comparisons(), blocking=_blocking(), separating=("company",))


def _comparisons() -> list[Comparison]:
    return [
        c.company("company", kana="company_kana", corporate_number="corporate_number", site="email"),
        c.person_name(
            "first_name",
            "last_name",
            full="full_name",
            given_kana="first_name_kana",
            family_kana="last_name_kana",
            full_kana="full_name_kana",
        ),
        c.email("email"),
        c.phone("mobile", "phone", "phone_direct", numbers="mobile", name="mobile"),
        c.phone("phone", "phone_direct", "mobile", numbers="fixed", name="phone"),
        c.address("prefecture", "city", "street", "building", "address", name="address"),
        c.postal_code("postal_code"),
        c.phrase("department"),
        c.phrase("title"),
    ]


def _blocking() -> list[BlockingRule]:
    return [
        block_on(key("email", "value")),
        block_on(key("mobile", "phone")),
        block_on(key("full_name", "person"), key("company", "core_prefix")),
        block_on(key("last_name", "value"), key("company", "core")),
        block_on(key("full_name_kana", "reading"), key("company", "core_prefix")),
        block_on(key("last_name_kana", "reading"), key("company", "core_prefix")),
        block_on(key("full_name_kana", "reading"), key("email", "domain")),
        block_on(key("full_name_kana", "reading"), key("phone", "phone")),
        block_on(key("email", "local"), key("company", "core_prefix")),
        block_on(key("full_name", "person"), key("phone", "phone")),
        block_on(key("last_name", "value"), key("phone", "phone")),
        block_on(key("full_name", "person"), key("email", "domain")),
        block_on(key("last_name", "value"), key("email", "domain")),
        block_on(key("full_name", "first1"), key("company", "core"), key("phone", "phone_tail")),
        block_on(key("company", "core"), "department"),
        block_on(key("company", "core"), key("phone", "phone")),
        block_on(key("full_name", "person"), "department"),
    ]
