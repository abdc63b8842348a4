"""The core's classes for float32 and float64: one template, two instantiations."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rosenblatt import _core

__all__ = ["PRECISIONS", "Array", "CoreNetwork", "CorePass", "Precision"]

Array: TypeAlias = NDArray[Any]
CoreNetwork: TypeAlias = _core.NetworkFloat32 | _core.NetworkFloat64
CorePass: TypeAlias = _core.PassFloat32 | _core.PassFloat64


class Precision(NamedTuple):
    """The core's classes of one dtype.

    Typed as Any: which of the two instantiations meets which is only known at run time, and the core
    refuses a mixture with a TypeError.
    """

    network: Any
    forward_pass: Any
    optimizer: Any
    batch_norm: Any
    trainer: Any
    objective: Any
    validation: Any


PRECISIONS = {
    np.dtype(np.float32): Precision(
        _core.NetworkFloat32,
        _core.PassFloat32,
        _core.OptimizerFloat32,
        _core.BatchNormFloat32,
        _core.TrainerFloat32,
        _core.ObjectiveFloat32,
        _core.ValidationFloat32,
    ),
    np.dtype(np.float64): Precision(
        _core.NetworkFloat64,
        _core.PassFloat64,
        _core.OptimizerFloat64,
        _core.BatchNormFloat64,
        _core.TrainerFloat64,
        _core.ObjectiveFloat64,
        _core.ValidationFloat64,
    ),
}
