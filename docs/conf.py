"""How Sphinx makes the documentation: ``make docs``. A warning is an error."""

import inspect

from exactnb import __version__

project = "exactnb"
author = "the exactnb developers"
release = version = __version__
language = "en"

extensions = [
    "myst_parser",  # the pages are Markdown
    "sphinx.ext.autodoc",  # the reference is the docstrings …
    "numpydoc",  # … written as numpy has them
]
exclude_patterns = ["images"]

myst_heading_anchors = 3

autodoc_typehints = "none"  # docstrings say what goes in and what comes out, in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # autodoc lists them
python_use_unqualified_type_names = True

# a name that is not there is a mistake
nitpicky = True
nitpick_ignore = [("py:obj", "attrs")]  # of pandas

html_theme = "furo"
html_title = f"exactnb {version}"
html_copy_source = False
html_show_search_summary = False  # it would fetch pages, which a file opened from a disk may not
html_show_sphinx = False
html_show_copyright = False
html_static_path = ["style.css"]
html_css_files = ["style.css"]
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def signature(app, what, name, obj, options, arguments, returns):
    """Drop ``-> None`` and what comes back: the first line of each docstring says it."""
    return arguments, None


def undocumented(app, what, name, obj, options, lines):
    """Refuse a public name without a docstring."""
    if not any(lines) and not inspect.ismodule(obj):
        raise ValueError(f"{name} has no docstring")


def setup(app):
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-process-docstring", undocumented)
