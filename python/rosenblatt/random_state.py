"""NumPy's legacy generator: continued in C++ and handed back, or for a seed made there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
from sklearn.utils import check_random_state

from rosenblatt._core import MersenneTwister

__all__ = ["Random", "continued", "seeded"]

Random: TypeAlias = np.random.RandomState | MersenneTwister


def seeded(random_state: Any, for_numpy: bool = False) -> Random:
    """Make a generator from the parameter random_state.

    A RandomState takes 90 µs to be made and 70 for its state to be lent and taken back, as long as 300
    epochs of XOR. Nobody sees the one that a seed makes, so the core makes its own for it, in 2 µs.

    Parameters
    ----------
    random_state : int, RandomState or None
        As of scikit-learn's estimators.
    for_numpy : bool, default=False
        Whether it must be a RandomState, because more than `uniform` is asked of it.

    Returns
    -------
    RandomState or MersenneTwister
        Both draw the same numbers.

    Raises
    ------
    ValueError
        For what cannot be a seed.

    Examples
    --------
    >>> from rosenblatt.random_state import seeded
    >>> seeded(0).uniform(0, 1, (2,)).round(3), seeded(0, for_numpy=True).uniform(0, 1, (2,)).round(3)
    (array([0.549, 0.715]), array([0.549, 0.715]))
    """
    if not for_numpy and isinstance(random_state, Integral) and 0 <= int(random_state) < 2**32:
        return MersenneTwister(int(random_state))
    random: np.random.RandomState = check_random_state(random_state)
    return random


@contextmanager
def continued(random: Random) -> Iterator[MersenneTwister]:
    """Lend the state of `random` to the core, and take it back afterwards, whatever happened meanwhile.

    A generator of the core is lent itself. A RandomState over another bit generator than MT19937 cannot be
    continued in C++: it seeds one.

    Parameters
    ----------
    random : RandomState or MersenneTwister
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
    if isinstance(random, MersenneTwister):
        yield random
        return
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
