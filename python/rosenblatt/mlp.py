"""What MLPClassifier and MLPRegressor share: parameters, the road of a fit, predictions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.utils.validation import check_is_fitted, validate_data

from rosenblatt import lbfgs, stochastic
from rosenblatt.fitted_network import LOSSES, initial_network, network_of, parameter_views
from rosenblatt.gradient_check import largest_error
from rosenblatt.listening import checked_callbacks
from rosenblatt.memory import check_memory
from rosenblatt.mlp_parameters import STOCHASTIC, MLPParameters
from rosenblatt.network import Network
from rosenblatt.optimizer_state import restored, saved
from rosenblatt.plain_arrays import DTYPES, is_plain, validated
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.random_state import Random, seeded
from rosenblatt.sklearn_callbacks import CONTEXT_ATTRIBUTES, CallbackSupport, FitTasks, begun_tasks
from rosenblatt.sparse import compressed_rows
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData, checked_weights

__all__ = ["MLP", "is_stochastic"]


def is_stochastic(model: MLP) -> bool:
    """Whether a solver takes mini-batches, so that there is a partial_fit.

    Parameters
    ----------
    model : MLP
        The estimator.

    Returns
    -------
    bool
        True.

    Raises
    ------
    AttributeError
        For another solver, as scikit-learn's `available_if` wants it.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> hasattr(MLPRegressor(), "partial_fit"), hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
    (True, False)
    """
    if model.solver not in STOCHASTIC:
        raise AttributeError(
            f"partial_fit is only available for stochastic optimizers. {model.solver} is not stochastic."
        )
    return True


class MLP(ABC, CallbackSupport, MLPParameters):
    """Base of both estimators; not to be used by itself."""

    # Set by fit. Declared for the reader and for mypy; scikit-learn's checks want them absent before.
    coefs_: list[Array]
    intercepts_: list[Array]
    loss_: float
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    best_validation_score_: float | None
    n_iter_: int
    t_: int
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    _network: CoreNetwork
    _views: tuple[list[Array], list[Array]]
    _glass_box: tuple[CoreNetwork, Network]
    _progress: dict[str, float]
    _optimizer: Any
    _optimizer_options: dict[str, Any]
    _epochs: int
    _tasks: FitTasks

    # What the two estimators do differently.

    @abstractmethod
    def _targets(
        self, y: Any, dtype: np.dtype[Any], *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[Array, int]:
        """Encode y for the core (labels of int64, or a table), and tell the number of outputs."""

    @abstractmethod
    def _loss(self) -> dict[str, Any]:
        """Name the core's loss, its scale, and the score of early stopping."""

    @abstractmethod
    def _stratify(self, y: Array) -> Array | None:
        """Tell by what validation rows are to be stratified, if by anything."""

    # The road of a fit.

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        is_partial: bool = False,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Fit a copy and take over its attributes: a fit that fails leaves the estimator as it was.

        One that a callback ends by an exception leaves what was trained in whole epochs.
        """
        tasks = begun_tasks(self, X, y, sample_weight, 1 if is_partial else self.max_iter)
        candidate = self._copy()
        if tasks is not None:
            candidate._tasks = tasks
        failure = candidate._fit_in_place(X, y, sample_weight, is_partial, classes)
        candidate.__dict__.pop("_tasks", None)
        self.__dict__ = candidate.__dict__  # not update: names of columns that are gone must go
        if failure is not None:
            raise failure
        return self

    def _copy(self) -> Self:
        copy = object.__new__(type(self))  # copy.copy would copy the parameters as well
        copy.__dict__.update(self.__dict__)
        return copy

    def _copy_without_listeners(self) -> Self:
        """A copy for callbacks to keep or to pickle."""
        copy = self._copy()
        for name in ("_tasks", *CONTEXT_ATTRIBUTES):
            copy.__dict__.pop(name, None)
        return copy

    def _fit_in_place(
        self, X: Any, y: Any, sample_weight: Any, is_partial: bool, classes: Any
    ) -> BaseException | None:
        if is_partial and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        self._check_parameters()
        checked_callbacks(self)
        goes_on = (self.warm_start or is_partial) and hasattr(self, "coefs_")
        network, data, random = self._prepared(
            X, y, sample_weight, goes_on=goes_on, is_partial=is_partial, classes=classes
        )
        if self.solver == "lbfgs":
            failure = lbfgs.train(self, network, data, goes_on=goes_on)
        else:
            stratify = self._stratify(data.y)
            failure = stochastic.train(
                self, network, data, stratify, random, goes_on=goes_on, is_partial=is_partial
            )
        self._adopt(network)
        return failure

    def _prepared(
        self, X: Any, y: Any, sample_weight: Any, *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[CoreNetwork, TrainingData, Random]:
        """Validate and encode the data; make a network with random parameters, or with those there are."""
        hidden = self._hidden_sizes()
        X, y = validated(self, X, y, reset=not goes_on)
        weights = checked_weights(sample_weight, X)
        dtype = np.dtype(np.float32 if X.dtype == np.float32 else np.float64)
        if goes_on:
            dtype = self.coefs_[0].dtype
        X = compressed_rows(X)
        if issparse(y):
            y = y.toarray()
        y, outputs = self._targets(y, dtype, goes_on=goes_on, is_partial=is_partial, classes=classes)
        self.n_outputs_ = outputs
        random = seeded(self.random_state, for_numpy=self.early_stopping)
        sizes = [X.shape[1], *hidden, outputs]
        self._check_memory(sizes, dtype)
        if goes_on:
            network = self._network_before(sizes)
        else:
            network = initial_network(sizes, self.activation, self.out_activation_, dtype, random)
        return network, TrainingData.whole(X, y, weights), random

    def _check_memory(self, sizes: list[int], dtype: np.dtype[Any]) -> None:
        """Refuse layers that the machine has no room to train, before any of it is touched.

        A sparse X of little memory may claim any number of columns.
        """
        parameters = sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
        # adam: two moments of each. lbfgs: ten differences of parameters and of gradients, all in float64.
        per_parameter = (
            25 * 8 if self.solver == "lbfgs" else (2 if self.solver == "sgd" else 3) * dtype.itemsize
        )
        check_memory(
            parameters * per_parameter, f"training the {parameters} parameters of the layers {sizes}"
        )

    def _network_before(self, sizes: list[int]) -> CoreNetwork:
        held = [self.coefs_[0].shape[0], *(coef.shape[1] for coef in self.coefs_)]
        if held != sizes:
            raise ValueError(
                f"the training is to go on with a network of the sizes {held}, but hidden_layer_sizes "
                f"and y ask for {sizes}"
            )
        return self._network_of(self.coefs_, self.intercepts_)

    def _adopt(self, network: CoreNetwork) -> None:
        """Take over a network as the fitted one."""
        self._network = network
        self._views = parameter_views(network)
        self.coefs_, self.intercepts_ = (list(views) for views in self._views)
        self.n_layers_ = len(network.sizes)

    def _network_of(self, coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike]) -> CoreNetwork:
        return network_of(coefs, intercepts, self.activation, self.out_activation_, self.n_outputs_)

    def _was_replaced(self) -> bool:
        """Whether coefs_ and intercepts_ hold other arrays than the network's parameters."""
        views = [id(view) for view in chain(*self._views)]
        return views != [id(view) for view in chain(self.coefs_, self.intercepts_)]

    @property
    def network_(self) -> Network:
        """The fitted network as a glass box: its parameters are coefs_ and intercepts_, without a copy.

        What is written into one shows in the other; arrays that were put in the place of coefs_ or
        intercepts_ are copied once and become views of it. The loss is the one trained with, without the
        penalty: the sum of (y − a)² / 2 over the outputs, the log-loss, or the Poisson loss. Targets are the
        network's: a class is a row of zeros with a one in its place, or of two classes 0 or 1.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(solver="lbfgs", random_state=0).fit([[0.0], [1.0]], [1.0, 3.0])
        >>> model.network_.activations
        ['ReLU', 'Linear']
        >>> model.network_.b[2] = 7
        >>> model.intercepts_[1]
        array([7.])
        """
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)
        if self._was_replaced():
            self._adopt(self._network_of(self.coefs_, self.intercepts_))
        box = self.__dict__.get("_glass_box")
        if box is None or box[0] is not self._network:
            box = self._network, Network.over(self._network, LOSSES[self.out_activation_])
            self._glass_box = box
        return box[1]

    # Predictions.

    def _outputs(self, X: Any) -> Array:
        """The last layer's activations for every row of X.

        coefs_ and intercepts_ are views of the network's parameters: whatever is written into them
        counts. Where the arrays themselves were replaced, or came from a pickle, the network is made
        anew from them.
        """
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)  # It raises. Where it would not, it takes longer than a row.
        network = self._network
        if self._was_replaced():
            network = self._network_of(self.coefs_, self.intercepts_)
        if is_plain(self, X):  # the core looks whether it is finite while it has the rows in its hands
            a, is_finite = self._predict(network, X)
            if is_finite:
                return a
        X = validate_data(self, X, accept_sparse=["csr", "csc"], dtype=DTYPES, reset=False)
        return self._predict(network, compressed_rows(X))[0]

    def _predict(self, network: CoreNetwork, X: Array) -> tuple[Array, bool]:
        """The network's answers, and whether all of X is finite."""
        threads = 1 if X.shape[0] == 1 else thread_count(self.n_threads)  # looking them up takes a few µs
        a, is_finite = network.predict(X, threads)
        return a, is_finite

    def gradient_check(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Compare the gradient that trains this network with central differences of its loss.

        The gradient is that of the mean loss (a sum over outputs) with its penalty, at the parameters of the
        last fit, or at random ones, computed in float64 by the code that trains; a difference quotient is

            ∂L/∂θ ≈ (L(θ + h) − L(θ − h)) / 2h,

        and of several steps h from 1e-4 to 1e-7 the one that agrees best counts, because a large one may
        cross the kink of a ReLU, and a small one shows the rounding of L. Two places have no derivative to
        compare with: a net input of a ReLU that is 0 to the last bit, and a wrong answer so certain that the
        log-loss is cut off, as scikit-learn's is, at a probability of 2e-16.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows, as for `fit`.
        y : array-like of shape (rows,) or (rows, outputs)
            Targets, as for `fit`.
        sample_weight : array-like of shape (rows,) or None, default=None
            Weights, as for `fit`.

        Returns
        -------
        float
            The largest relative error |g − d| / max(|g|, |d|, 0.001 max(|g|ₘₐₓ, L)) of at most 300
            parameters spread over all layers. Below 1e-6 if the gradient is right.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier, datasets
        >>> X, y = datasets.logic("xor")
        >>> MLPClassifier((4,), activation="tanh", random_state=0).gradient_check(X, y) < 1e-6
        True
        """
        candidate = self._copy()
        candidate._validate_params()
        is_fitted = hasattr(self, "coefs_")
        network, data, _ = candidate._prepared(
            X, y, sample_weight, goes_on=is_fitted, is_partial=is_fitted, classes=None
        )
        objective = lbfgs.Objective(candidate, network, data)
        return largest_error(objective, objective.begin)

    def to_sklearn(self) -> Any:
        """Hand the network over to scikit-learn's estimator of the same name.

        Returns
        -------
        sklearn.neural_network.MLPClassifier or MLPRegressor
            With the same parameters and, if this one is fitted, with a copy of all that was learned: its
            predictions are equal to rounding, and its partial_fit goes on from here.

        Raises
        ------
        ValueError
            For a loss that the installed scikit-learn does not have.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(solver="lbfgs", random_state=0).fit([[0.0], [1.0]], [1.0, 3.0])
        >>> bool(abs(model.to_sklearn().predict([[0.5]]) - model.predict([[0.5]])) < 1e-9)
        True
        """
        from rosenblatt.exchange import to_sklearn

        return to_sklearn(self)

    @classmethod
    def from_sklearn(cls, estimator: Any) -> Self:
        """Take a network over from scikit-learn's estimator of the same name.

        Parameters
        ----------
        estimator : sklearn.neural_network.MLPClassifier or MLPRegressor
            Fitted or not.

        Returns
        -------
        MLPClassifier or MLPRegressor
            With the same parameters and, if the other one is fitted, with a copy of all that was learned.

        Raises
        ------
        TypeError
            If it is anything else.

        Examples
        --------
        >>> from sklearn import neural_network
        >>> from rosenblatt import MLPRegressor
        >>> theirs = neural_network.MLPRegressor(solver="lbfgs", random_state=0)
        >>> theirs = theirs.fit([[0.0], [1.0]], [1.0, 3.0])
        >>> bool(abs(MLPRegressor.from_sklearn(theirs).predict([[0.5]]) - theirs.predict([[0.5]])) < 1e-9)
        True
        """
        from rosenblatt.exchange import from_sklearn

        model: Self = from_sklearn(cls, estimator)
        return model

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        for derived in ("_network", "_views", "_glass_box"):
            state.pop(derived, None)
        if "_optimizer" in state:
            state["_optimizer"] = saved(self._optimizer, len(self._optimizer.sizes) - 1)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "coefs_" in self.__dict__:
            self._adopt(self._network_of(self.coefs_, self.intercepts_))
        if "_optimizer" in self.__dict__:
            self._optimizer = restored(self._network, self._optimizer_options, self._optimizer)
