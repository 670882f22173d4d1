from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.core.percentiles import median, percentile


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.floats(0, 100))
def test_they_are_numpys(values: list[float], share: float) -> None:
    row = np.array(values)
    assert float(percentile(row, share)) == pytest.approx(float(np.percentile(row, share)), abs=1e-6)
    assert median(row) == pytest.approx(float(np.median(row)), abs=1e-6)


def test_columns_are_each_their_own() -> None:
    table = np.arange(24.0).reshape(8, 3) ** 2
    assert np.allclose(percentile(table, 95), np.percentile(table, 95, axis=0))
