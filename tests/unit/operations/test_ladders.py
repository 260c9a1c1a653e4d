"""Ladders as text, as Mermaid, as a picture: from charts made by hand."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from emulator.operations.ladder import Arrow, Chart, Note
from emulator.operations.ladder_mermaid import as_mermaid_ladder
from emulator.operations.ladder_svg import as_svg_ladder
from emulator.operations.ladder_text import as_text_ladder

CHART = Chart(
    heading=("call 7: normal call to group helpdesk", "hosted by primary"),
    columns=("caller", "director", "primary"),
    rows=(
        Arrow(0.0, "caller", "director", "INVITE", is_internal=False),
        Note(0.0, "rule new/normal/not_imported: connect-to-primary"),
        Arrow(0.0001, "director", "primary", "INVITE", is_internal=True),
        Arrow(12.3456, "primary", "caller", "200 INVITE", is_internal=False),
    ),
)
SVG = "{http://www.w3.org/2000/svg}"


def test_text_has_a_column_for_each_party_and_a_line_for_each_step() -> None:
    assert as_text_ladder(CHART) == (
        "call 7: normal call to group helpdesk\n"
        "hosted by primary\n"
        "\n"
        "  seconds  caller        director      primary\n"
        "    0.000  |----INVITE-->|             |\n"
        "    0.000  *  rule new/normal/not_imported: connect-to-primary\n"
        "    0.000  |             |....INVITE..>|\n"
        "   12.346  |<--------200 INVITE--------|\n"
    )


@pytest.mark.parametrize("label", ["BYE", "200 SUBSCRIBE", "a label that is longer than most"])
def test_lines_keep_their_columns_whatever_the_label(label: str) -> None:
    arrows = tuple(
        Arrow(0.0, source, target, label, is_internal=False)
        for source, target in (("a", "b"), ("b", "a"), ("a", "c"), ("c", "a"), ("b", "c"))
    )

    lines = as_text_ladder(Chart(("x",), ("a", "b", "c"), arrows)).splitlines()

    head = lines[2]
    places = [head.index(f" {name} " if name != "c" else " c") + 1 for name in "abc"]
    for line in lines[3:]:
        assert label in line
        assert line[places[0]] == "|"
        assert line[places[2]] == "|"
        assert len(line) == places[2] + 1


def test_arrow_to_itself_stands_beside_the_lifelines() -> None:
    arrow = Arrow(1.0, "agents", "agents", "BYE", is_internal=True)

    text = as_text_ladder(Chart(("x",), ("caller", "agents"), (arrow,)))

    assert text.splitlines()[-1].endswith("|  BYE")


def test_call_without_a_step_has_a_heading_all_the_same() -> None:
    text = as_text_ladder(Chart(("call 1",), ("caller",), ()))

    assert text == "call 1\n\n  seconds  caller\n"


def test_mermaid_tells_packets_from_steps_inside() -> None:
    assert as_mermaid_ladder(CHART) == (
        "%% call 7: normal call to group helpdesk\n"
        "%% hosted by primary\n"
        "sequenceDiagram\n"
        "    participant caller\n"
        "    participant director\n"
        "    participant primary\n"
        "    caller->>director: 0.000 INVITE\n"
        "    Note over caller,primary: 0.000 rule new/normal/not_imported: connect-to-primary\n"
        "    director-->>primary: 0.000 INVITE\n"
        "    primary->>caller: 12.346 200 INVITE\n"
    )


def test_picture_is_well_formed_whatever_the_text() -> None:
    note = Note(0.0, 'rings <script>alert("&")</script>')
    chart = Chart(("call <1> & more",), ("caller", "agent"), (note, *CHART.rows[:0]))

    root = ET.fromstring(as_svg_ladder(chart))

    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert note.text in texts
    assert root.find(f"{SVG}title") is not None
    assert not list(root.iter(f"{SVG}script"))


def test_picture_has_an_arrow_for_each_message_and_dashes_inside() -> None:
    root = ET.fromstring(as_svg_ladder(CHART))

    arrows = [line for line in root.iter(f"{SVG}line") if line.get("marker-end")]
    assert len(arrows) == 3
    assert [line.get("class") for line in arrows] == [None, "i", None]
    assert float(arrows[2].get("x1", "")) > float(arrows[2].get("x2", ""))
