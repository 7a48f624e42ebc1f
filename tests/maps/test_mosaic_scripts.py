"""The page's scripts outside a browser: their own tests, and what they read from a block."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mosaic_reader import Reader
from mosaic_reader import column as read_column
from test_mosaic import SITUATIONS, grid_of_cells
from test_mosaic_columns import NUMBERED, TEXTS

from landquota.maps.mosaic.block import as_text, pack
from landquota.maps.mosaic.columns import columns
from landquota.maps.mosaic.outlines import outlines
from landquota.maps.mosaic.rings import flatten

SCRIPTS = Path(__file__).with_name("scripts")


def test_the_scripts_pass_their_own_tests(node: str) -> None:
    files = sorted(map(str, SCRIPTS.glob("*.test.mjs")))
    run = subprocess.run([node, "--test", *files], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("inflated_by", ["the browser", "us"])
def test_the_scripts_read_what_the_plain_reader_reads(node: str, inflated_by: str, tmp_path: Path) -> None:
    cells = grid_of_cells(30, 30, np.random.default_rng(20210623))
    shapes = np.array([one for shapes, _ in SITUATIONS.values() for one in shapes] + cells, dtype=object)
    texts = [(column * len(shapes))[: len(shapes)] for column in (*NUMBERED.values(), *TEXTS.values())]
    positions, stored = columns(texts)
    header = {"columns": [column.layout for column in stored]}
    sections = [section for column in stored for section in column.sections]
    block = pack(header, [*outlines(flatten(shapes)), *sections])
    file = tmp_path / "block.txt"
    file.write_text(as_text(block), "ascii")
    command = [node, str(SCRIPTS / "read_block.mjs"), str(file), *(["ours"] if inflated_by == "us" else [])]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    reader = Reader.of(block)
    assert found["features"] == as_read(reader.features())
    assert [found["columns"][position] for position in positions] == texts
    assert read_column(reader, stored[0].layout, "0", len(shapes)) == texts[0]


def as_read(features: Any) -> Any:
    """Return rings as they are after a journey through JSON."""
    return json.loads(json.dumps(features))
