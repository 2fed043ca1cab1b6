"""Sphinx configuration."""

project = "leadflow"
author = "The leadflow maintainers"
copyright = "2026, The leadflow maintainers"  # noqa: A001  # Sphinx's name

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "leadflow"
autodoc_typehints = "description"
autodoc_member_order = "bysource"
suppress_warnings = ["ref.python"]
napoleon_use_ivar = True
autodoc_preserve_defaults = True
