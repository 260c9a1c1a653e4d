"""Whatever is typed is read or refused, and what is printed reads as what it was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.shell.language import ParseError, parse, printed
from emulator.shell.language.syntax import Block
from tests.support.shell_trees import scripts

PIECES = st.sampled_from(
    [
        *("$x", "'", '"', "(", ")", "{", "}", "[", "]", "@(", "@{", "$(", "|", ";", "\n", " "),
        *("if", "foreach", "in", "function", "param", "try", "catch", "-eq", "-Name", ":", "="),
        *("Get-CsRgsQueue", "5", "#", "<#", "#>", "`", "@'\n", "\n'@", "..", "::", "&", ">"),
        *("+", ",", ".", "2>&1"),
    ]
)


@settings(max_examples=200)
@given(tree=scripts())
def test_what_is_printed_reads_as_the_same_tree(tree: Block) -> None:
    assert parse(printed(tree)) == tree


@settings(max_examples=300)
@given(text=st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_and_what_is_read_prints_as_itself(text: str) -> None:
    try:
        tree = parse(text)
    except ParseError:
        return
    assert parse(printed(tree)) == tree
