"""The contract's files are carried along byte for byte, and are found in a checkout."""

from hashlib import sha256

import pytest

from emulator.resources import resource


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        (
            "behaviour.yaml",
            "2437085071610461de669d8d075f363e4ad0622dfc81fb79f4d7c6015cb1c403",
        ),
        (
            "statements.csv",
            "b8a181984a69f60776b6c42591ca71345e47c676f8b465023bce555a23cb48ac",
        ),
    ],
)
def test_fixture_is_a_byte_copy_of_the_contract(name: str, digest: str) -> None:
    assert sha256(resource(name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", ["", "../pyproject.toml", "/etc/hostname", "a\\b", "."])
def test_resource_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="does not name a data file"):
        resource(name)


def test_resource_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(FileNotFoundError, match="nothing\\.yaml"):
        resource("nothing.yaml")
