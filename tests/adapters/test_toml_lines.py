"""Errors in a definition point to their line."""

import pytest

from leadflow.adapters.toml_lines import line_of

TEXT = """version = "1"

[scoring]
version = "2026-Q2"  # [not a heading]
fit = [
    { when = "a, [b", points = 3 },
    { when = "c",
      points = 5 },
]

[[forms]]
name = "a"

[[forms]]
name = "b"
[forms.fields]
"会社 名" = "company"

[scoring.grade]
fit = [75, 50, 25]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("$", 1),
        ("$.version", 1),
        ("$.scoring", 3),
        ("$.scoring.version", 4),
        ("$.scoring.fit", 5),
        ("$.scoring.fit[0].points", 6),
        ("$.scoring.fit[1].points", 7),
        ("$.forms[0].name", 12),
        ("$.forms[1]", 14),
        ("$.forms[1].name", 15),
        ("$.forms[1].fields.会社 名", 17),
        ("$.scoring.grade.fit[2]", 20),
        ("$.scoring.unheard_of", 3),
    ],
)
def test_a_path_leads_to_the_nearest_line(path, line):
    assert line == line_of(TEXT, path)
