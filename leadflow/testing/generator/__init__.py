"""A seeded generator of leads as they look in Japanese lists, with truth labels.

`generate_population` makes up who there is; the ``render_*`` functions write them into lists as they
look in life; `generate_sample` puts the packaged sample company together; `generate_leads_table` makes
large tables for benchmarks. People and companies are fictitious, and nothing in the lists reaches
anybody: mail goes to the reserved ``.example`` domains (RFC 2606, 1999).
"""

from leadflow.testing.generator.activities import LoggedActivity, draw_activities
from leadflow.testing.generator.cards import render_cards
from leadflow.testing.generator.companies import Company, corporate_number
from leadflow.testing.generator.exhibition import render_exhibition
from leadflow.testing.generator.forms import Submission, render_forms
from leadflow.testing.generator.marketo import render_marketo
from leadflow.testing.generator.noise import Noise
from leadflow.testing.generator.organisation import Organisation, Staff, Team, draw_organisation, target_rows
from leadflow.testing.generator.population import Person, Population, TrueLead, generate_population
from leadflow.testing.generator.rendered import RenderedList
from leadflow.testing.generator.rows import Label, MessyRow, render_row
from leadflow.testing.generator.salesforce import render_salesforce
from leadflow.testing.generator.sample import SAMPLE_SEED, Sample, generate_sample, write_sample
from leadflow.testing.generator.table import COLUMNS, generate_leads_table, write_csv

__all__ = [
    "COLUMNS",
    "SAMPLE_SEED",
    "Company",
    "Label",
    "LoggedActivity",
    "MessyRow",
    "Noise",
    "Organisation",
    "Person",
    "Population",
    "RenderedList",
    "Sample",
    "Staff",
    "Submission",
    "Team",
    "TrueLead",
    "corporate_number",
    "draw_activities",
    "draw_organisation",
    "generate_leads_table",
    "generate_population",
    "generate_sample",
    "render_cards",
    "render_exhibition",
    "render_forms",
    "render_marketo",
    "render_row",
    "render_salesforce",
    "target_rows",
    "write_csv",
    "write_sample",
]
