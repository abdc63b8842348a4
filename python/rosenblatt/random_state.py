"""NumPy's legacy generator, continued in C++ and handed back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rosenblatt._core import MersenneTwister

__all__ = ["continued"]


@contextmanager
def continued(random: np.random.RandomState) -> Iterator[MersenneTwister]:
    """Lend the state of `random` to the core, and take it back afterwards, whatever happened meanwhile.

    A RandomState over another bit generator than MT19937 cannot be continued in C++: it seeds one.

    Parameters
    ----------
    random : RandomState
        Whose sequence goes on.

    Yields
    ------
    MersenneTwister
        The core's generator.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.random_state import continued
    >>> random = np.random.RandomState(0)
    >>> with continued(random) as generator:
    ...     words, position = generator.state
    >>> words.shape, position
    ((624,), 624)
    """
    own = random.get_state(legacy=False)
    is_twister = own["bit_generator"] == "MT19937"
    lent = own if is_twister else _seeded_by(random)
    generator = MersenneTwister((lent["state"]["key"], int(lent["state"]["pos"])))
    try:
        yield generator
    finally:
        if is_twister:
            words, position = generator.state
            # has_gauss and gauss stay: the core draws no normal numbers.
            random.set_state({**own, "state": {"key": words, "pos": position}})


def _seeded_by(random: np.random.RandomState) -> dict[str, Any]:
    seed = int(random.randint(2**32, dtype=np.uint64))
    return dict(np.random.RandomState(seed).get_state(legacy=False))
