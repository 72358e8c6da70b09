"""Features page by page: the order of ids, however they lie."""

from __future__ import annotations

import numpy as np
import pytest

from layers import featured


@pytest.mark.parametrize("most", [1, 50, 900, 10_000_000])
@pytest.mark.parametrize("rows", [0, 1, 300])
def test_rows_go_by_their_ids_however_far_apart_these_are(rows: int, most: int) -> None:
    chance = np.random.default_rng(rows + most)
    ids = chance.choice(np.arange(1, most + rows + 1), rows, replace=False)
    order = featured._order(ids)
    assert order.dtype == np.int32
    assert order.tolist() == sorted(range(rows), key=lambda row: ids[row])
