"""The exporter: a notebook that was run → one HTML file that loads nothing from anywhere.

``jupyter nbconvert --to exactnb NOTEBOOK`` uses it too.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from traitlets import default
from traitlets.config import Config

from exactnb.reports.heading import Heading, untitled

__all__ = ["ReportExporter", "outside_loads"]

_HERE = Path(__file__).parent
#: the most telling form first; a live widget is none here, since there is no kernel to answer it
_SHOWN = (
    "text/html",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/markdown",
    "text/plain",
)
#: a style sheet, or a script as long as a library
_SHARED = re.compile(r"<style\b[^>]*>.*?</style>|<script\b[^>]*>.{10000,}?</script>", re.DOTALL)
_WIDGET = "application/vnd.jupyter.widget-view+json"


class ReportExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert has no types
    """A report of a notebook: no code, no prompts, for the screen and for paper."""

    export_from_notebook = "exactnb report (HTML)"

    @default("template_name")  # type: ignore[untyped-decorator]
    def _template_name_default(self) -> str:
        return "exactnb"

    @property
    def default_config(self) -> Config:
        """Settings that make it a report; those of the user come after them."""
        ours = Config(
            {
                "TemplateExporter": {
                    "exclude_input": True,
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                },
                "HTMLExporter": {
                    "embed_images": True,
                    "exclude_anchor_links": True,
                    "extra_template_basedirs": [str(_HERE / "template")],
                },
                "NbConvertBase": {"display_data_priority": list(_SHOWN)},
            }
        )
        made = super().default_config
        made.merge(ours)
        return made

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """The report as HTML, and what nbconvert keeps beside it."""
        resources = resources or {}
        name = resources.get("metadata", {}).get("name", "notebook")
        heading = resources.get("heading") or Heading.of(nb, name)
        resources["heading"] = heading
        resources["style"] = (_HERE / "report.css").read_text(encoding="utf-8")
        resources["script"] = (_HERE / "report.js").read_text(encoding="utf-8")
        html, resources = super().from_notebook_node(_quiet(untitled(nb)), resources, **named)
        return html, resources


def _quiet(notebook: Any) -> Any:
    """The notebook without what means nothing on paper: widgets without words, and stderr.

    Style sheets and programs that several outputs carry stand at the first of them.
    """
    made, seen = copy.deepcopy(notebook), set[str]()

    def once(block: re.Match[str]) -> str:
        again = block[0] in seen
        seen.add(block[0])
        return "" if again else block[0]

    made.metadata.pop("widgets", None)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_noise(output)]
            for output in cell.outputs:
                if "text/html" in output.get("data", {}):
                    output.data["text/html"] = _SHARED.sub(once, output.data["text/html"])
    return made


def _is_noise(output: Any) -> bool:
    data = output.get("data", {})
    return output.get("name") == "stderr" or (
        _WIDGET in data and not set(data) - {_WIDGET, "text/plain"}
    )


_LOADS = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio|embed|object)\b[^>]*?\s"
    r"""(?:src|href|data|srcset)\s*=\s*["']?((?:https?:)?//[^"'\s>]+)""",
    re.IGNORECASE,
)
_STYLED = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


def outside_loads(html: str) -> list[str]:
    """The addresses that a page would load from when it is opened; a link is none of them.

    Examples
    --------
    >>> outside_loads('<a href="https://a.nl">a</a><img alt="" src="https://b.nl/b.png">')
    ['https://b.nl/b.png']
    """
    live = re.sub(r"(<script\b[^>]*>).*?</script>", r"\1", html, flags=re.DOTALL | re.IGNORECASE)
    return sorted({*_LOADS.findall(live), *_STYLED.findall(live)})
