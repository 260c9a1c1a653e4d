"""The page about the topology file says what the loader's schema says."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def test_topology_page_is_what_the_schema_says() -> None:
    made = runpy.run_path(str(DOCS / "make_topology_page.py"))
    assert (DOCS / "topology.md").read_text() == made["page"]()
