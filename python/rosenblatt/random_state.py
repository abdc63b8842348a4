"""NumPy's legacy generator, continued in C++ and handed back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Generator", "continued"]


@dataclass
class Generator:
    """State of a Mersenne Twister as the core takes and returns it: 624 words and a position."""

    state: list[Any] = field(default_factory=list)


@contextmanager
def continued(random: np.random.RandomState) -> Iterator[Generator]:
    """Lend the state of `random` to the core, and take it back afterwards.

    A RandomState over another bit generator than MT19937 cannot be continued in C++: it seeds one.

    Parameters
    ----------
    random : RandomState
        Whose sequence goes on.

    Yields
    ------
    Generator
        ``state`` goes into the core's call and is replaced by what comes out of it.

    Examples
    --------
    >>> import numpy as np
    >>> from rosenblatt.random_state import continued
    >>> random = np.random.RandomState(0)
    >>> with continued(random) as generator:
    ...     len(generator.state[0]), generator.state[1]
    (624, 624)
    """
    own = random.get_state(legacy=False)
    is_twister = own["bit_generator"] == "MT19937"
    lent = own if is_twister else _seeded_by(random)
    generator = Generator([_words(lent), int(lent["state"]["pos"])])
    yield generator
    if is_twister:
        words, position = generator.state
        # has_gauss and gauss stay: the core draws no normal numbers.
        random.set_state({**own, "state": {"key": words, "pos": position}})


def _seeded_by(random: np.random.RandomState) -> dict[str, Any]:
    seed = int(random.randint(2**32, dtype=np.uint64))
    return dict(np.random.RandomState(seed).get_state(legacy=False))


def _words(state: dict[str, Any]) -> NDArray[np.uint32]:
    return np.asarray(state["state"]["key"], dtype=np.uint32)
