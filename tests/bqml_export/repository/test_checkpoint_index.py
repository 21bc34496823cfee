"""The index of the variables tells how long each data shard is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from bqml_export.repository._checkpoint_index import shard_sizes

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sizes_are_those_of_the_files(real_exports: Path) -> None:
    """For every real export, compressed index or not, sizes equal the shards on disk."""
    for index in sorted(real_exports.rglob("variables.index")):
        shards = sorted(index.parent.glob("variables.data-*"))
        assert shard_sizes(index.read_bytes()) == [shard.stat().st_size for shard in shards]


@given(st.binary(max_size=120))
def test_a_damaged_index_ends_in_the_one_error(content: bytes) -> None:
    """Bytes before a valid footer magic never raise anything but the documented error."""
    magic = (0xDB4775248B80FB57).to_bytes(8, "little")
    with pytest.raises(DecodeError):
        shard_sizes(content[:40])
    try:
        shard_sizes(content + magic)
    except DecodeError:
        return


def test_a_damaged_real_index_ends_in_the_one_error(real_exports: Path) -> None:
    """Every single flipped byte is survived."""
    content = (real_exports / "tip_linear_reg" / "variables" / "variables.index").read_bytes()
    for position in range(len(content)):
        damaged = content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :]
        try:
            sizes = shard_sizes(damaged)
        except DecodeError:
            continue
        assert isinstance(sizes, list)
