"""What MLPClassifier and MLPRegressor share: parameters, the road of a fit, predictions."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse
from sklearn.utils.validation import check_is_fitted

from rosenblatt import batch_norm, lbfgs, levenberg_marquardt, stochastic
from rosenblatt.audience import Outcome
from rosenblatt.copies import Copies
from rosenblatt.features import HiddenFeatures
from rosenblatt.fitted_network import initial_network, network_of, parameter_views
from rosenblatt.gradient_check import largest_error
from rosenblatt.input_gradient import InputGradient
from rosenblatt.listening import checked_callbacks
from rosenblatt.memory import check_memory
from rosenblatt.mlp_parameters import STOCHASTIC, MLPParameters
from rosenblatt.network import Network
from rosenblatt.noise import check_noise
from rosenblatt.own_loss import check_own_loss
from rosenblatt.patience import Patience
from rosenblatt.plain_arrays import is_plain, rows_to_answer, validated
from rosenblatt.precision import Array, CoreNetwork
from rosenblatt.random_state import Random, seeded
from rosenblatt.sparse import compressed_rows
from rosenblatt.starts import train_best
from rosenblatt.threads import thread_count
from rosenblatt.training_data import TrainingData, checked_weights
from rosenblatt.validation import Given, checked_scorer, own_validation

__all__ = ["MLP", "is_stochastic"]

# Frames from a warning here to the caller of partial_fit: _fit_in_place, _fit, partial_fit, scikit-learn's
# wrapper.
_CALLER = 5


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


class MLP(ABC, Copies, HiddenFeatures, InputGradient, MLPParameters):
    """Base of both estimators; not to be used by itself."""

    # Set by fit. Declared for the reader and for mypy; scikit-learn's checks want them absent before.
    coefs_: list[Array]
    intercepts_: list[Array]
    loss_: float
    loss_curve_: list[float]
    best_loss_: float | None
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_validation_score_: float | None
    best_start_: int
    start_losses_: list[float]
    stopped_: bool
    n_iter_: int
    t_: int
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    _network: CoreNetwork
    _trained_loss: Any  # of the core, with its numbers
    _views: tuple[list[Array], list[Array]]
    _glass_box: tuple[CoreNetwork, Network]
    _progress: dict[str, float]
    _optimizer: Any
    _optimizer_options: dict[str, Any]
    _batch_norm: Any
    _epochs: int
    _patience: Patience

    # What the two estimators do differently.

    @abstractmethod
    def _targets(
        self, y: Any, dtype: np.dtype[Any], *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[Array, int]:
        """Encode y for the core (labels of int64, or a table), and tell the number of outputs."""

    @abstractmethod
    def _validation_targets(self, y: Any, dtype: np.dtype[Any]) -> Array:
        """Encode the y of a validation set, of the same kind as the y of the training."""

    def _class_weighted(self, weights: Array | None, y: Array) -> Array | None:
        """Weights of rows, multiplied with those of their classes where there are any."""
        return weights

    @abstractmethod
    def _loss(self) -> dict[str, Any]:
        """Name the core's loss, its scale, and the score of early stopping."""

    @abstractmethod
    def _stratify(self, y: Array) -> Array | None:
        """Tell by what validation rows are to be stratified, if by anything."""

    def _groups(self) -> list[int]:
        """Tell the widths of the groups of outputs that have an activation each; none: all share one."""
        return []

    def _take_out_activation(self, needed: str, *, goes_on: bool) -> None:
        """Have the last layer that the loss needs, or refuse to go on with another one."""
        if goes_on and needed != self.out_activation_:
            raise ValueError(
                "the training is to go on with a network whose last layer has the activation "
                f"{self.out_activation_!r}, but the loss {self.loss!r} needs {needed!r}; "
                "without warm_start, fit begins with a new network"
            )
        self.out_activation_ = needed

    # The road of a fit.

    def _fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        *,
        validation: Given,
        is_partial: bool = False,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Fit a copy and take over its attributes: a fit that fails leaves the estimator as it was.

        One that a callback ends by an exception leaves what was trained in whole epochs.
        """
        epochs = 1 if is_partial else self.n_init * self.max_iter
        candidate = self._candidate(X, y, sample_weight, epochs)
        failure = candidate._fit_in_place(X, y, sample_weight, validation, is_partial, classes)
        return self._become(candidate, failure)

    def _fit_in_place(
        self, X: Any, y: Any, sample_weight: Any, validation: Given, is_partial: bool, classes: Any
    ) -> BaseException | None:
        validation.check()
        if is_partial and self.early_stopping and validation.X is None:
            raise ValueError("partial_fit does not support early_stopping=True without X_val and y_val")
        self._check_parameters()
        check_noise(self, X)
        checked_callbacks(self)
        checked_scorer(self, validation.weights is not None)
        goes_on = (self.warm_start or is_partial) and hasattr(self, "coefs_")
        network, data, random = self._prepared(
            X, y, sample_weight, goes_on=goes_on, is_partial=is_partial, classes=classes
        )
        if callable(self.loss) and not (goes_on and is_partial):
            check_own_loss(self.loss, data.y, self.out_activation_, self.n_outputs_, data.weights is not None)
        if validation.X is not None:
            data = data.watching(own_validation(self, validation, network.theta(1).dtype))
        elif self.early_stopping and self.solver != "lbfgs":
            data = data.split(self.validation_fraction, self._stratify(data.y), random, (X, y))
        if not goes_on:
            self.best_start_ = 0
        if not is_partial:
            self.stopped_ = False
            self.__dict__.pop("_patience", None)
        elif self.early_stopping and self.__dict__.get("stopped_"):
            warnings.warn(
                "partial_fit learned nothing from these rows: early stopping has ended the training with the "
                "best parameters (stopped_ is True). To go on, set early_stopping=False or fit anew.",
                UserWarning,
                stacklevel=_CALLER,
            )
            return None
        if self.n_init > 1 and not is_partial and not goes_on:
            return train_best(self, network, data, random)
        is_interrupted, failure = self._train(network, data, random, goes_on=goes_on, is_partial=is_partial)
        if not goes_on:
            self.start_losses_ = [self.loss_]
        if is_partial:
            is_watched = bool(self.early_stopping) and not is_interrupted
            self.stopped_ = is_watched and self._is_patience_used_up(network)
        return failure

    def _train(
        self, network: CoreNetwork, data: TrainingData, random: Random, *, goes_on: bool, is_partial: bool
    ) -> Outcome:
        """Train a network and take it over; tell whether the user interrupted it, or a callback failed."""
        if self.solver != "lm":
            levenberg_marquardt.forget(self)
        if self.solver == "lm":
            outcome = levenberg_marquardt.train(self, network, data, goes_on=goes_on)
        elif self.solver == "lbfgs":
            outcome = lbfgs.train(self, network, data, goes_on=goes_on)
        else:
            outcome = stochastic.train(self, network, data, random, goes_on=goes_on, is_partial=is_partial)
        self._adopt(network)
        self._trained_loss = self._loss()["loss"]
        return outcome

    def _is_patience_used_up(self, network: CoreNetwork) -> bool:
        """After a call of partial_fit: whether early stopping ends here, with the best parameters of all."""
        thetas = [network.theta(k) for k in range(1, len(network.sizes))]
        # A copy: the estimator as it was keeps its own.
        self._patience = replace(self.__dict__.get("_patience") or Patience())
        is_used_up = self._patience.is_used_up(
            self.validation_scores_[-1] if self.validation_scores_ else np.nan,
            ([theta.copy() for theta in thetas], self._batch_norm and batch_norm.saved(self._batch_norm)),
            tol=self._number("tol"),
            limit=self._number("n_iter_no_change"),
        )
        if is_used_up and self._patience.best is not None:
            best_thetas, state = self._patience.best
            for theta, best in zip(thetas, best_thetas, strict=True):
                theta[...] = best
            if state is not None and self._batch_norm is not None:
                self._batch_norm = batch_norm.with_parameters(self._batch_norm, state)
        return is_used_up

    def _prepared(
        self, X: Any, y: Any, sample_weight: Any, *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[CoreNetwork, TrainingData, Random]:
        """Validate and encode the data; make a network with random parameters, or with those there are."""
        hidden = self._hidden_sizes()
        self._check_activations(hidden)
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
        weights = self._class_weighted(weights, y)
        random = seeded(self.random_state, for_numpy=self.early_stopping)
        sizes = [X.shape[1], *hidden, outputs]
        self._check_memory(sizes, dtype)
        network = self._network_before(sizes) if goes_on else self._initial_network(sizes, dtype, random)
        return network, TrainingData.whole(X, y, weights), random

    def _check_memory(self, sizes: list[int], dtype: np.dtype[Any]) -> None:
        """Refuse layers that the machine has no room to train, before any of it is touched.

        A sparse X of little memory may claim any number of columns.
        """
        parameters = sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
        if self.solver == "lm":
            # JᵀJ and its factor, and J for 64 errors, or for those of a row, fewer than parameters.
            per_parameter = (3 * parameters + 100) * 8
        elif self.solver == "lbfgs":
            per_parameter = 25 * 8  # ten differences of parameters and of gradients, all in float64
        else:  # most solvers: two moments of each, or two like them
            moments = 1 if self.solver in ("sgd", "rmsprop", "adagrad") else 2
            gradients = 0 if self.clip_norm is None else 1
            networks = 2 if self.batch_norm else 1  # the one that is trained, and the one it is folded into
            per_parameter = (networks + moments + gradients) * dtype.itemsize
        check_memory(
            parameters * per_parameter, f"training the {parameters} parameters of the layers {sizes}"
        )

    def _initial_network(self, sizes: list[int], dtype: np.dtype[Any], random: Random) -> CoreNetwork:
        names = self.activation, self.out_activation_
        return initial_network(sizes, *names, dtype, random, self.weight_init, self._groups())

    def _network_before(self, sizes: list[int]) -> CoreNetwork:
        held = [self.coefs_[0].shape[0], *(coef.shape[1] for coef in self.coefs_)]
        if held != sizes:
            raise ValueError(
                f"the training is to go on with a network of the sizes {held}, but hidden_layer_sizes "
                f"and y ask for {sizes}"
            )
        return self._network_of(self.coefs_, self.intercepts_)

    def _adopt(self, network: CoreNetwork) -> None:
        """Take over a network as the fitted one; a caller who has trained it sets _trained_loss, too."""
        self._network = network
        self._views = parameter_views(network)
        self.coefs_, self.intercepts_ = (list(views) for views in self._views)
        self.n_layers_ = len(network.sizes)

    def _network_of(self, coefs: Sequence[ArrayLike], intercepts: Sequence[ArrayLike]) -> CoreNetwork:
        return network_of(
            coefs, intercepts, self.activation, self.out_activation_, self.n_outputs_, groups=self._groups()
        )

    def _was_replaced(self) -> bool:
        """Whether coefs_ and intercepts_ hold other arrays than the network's parameters."""
        views = [id(view) for view in chain(*self._views)]
        return views != [id(view) for view in chain(self.coefs_, self.intercepts_)]

    @property
    def network_(self) -> Network:
        """The fitted network as a glass box: its parameters are coefs_ and intercepts_, without a copy.

        What is written into one shows in the other; arrays that were put in the place of coefs_ or
        intercepts_ are copied once and become views of it. The loss is the one trained with, without the
        penalty, of one row: for "squared_error" of a regressor, the sum of (y − a)² / 2 over the outputs.
        Targets are the network's: a class is a row of zeros with a one in its place, or of two classes 0 or
        1; of several quantiles, each has the target of its output.

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
        network = self._fitted_network()
        box = self.__dict__.get("_glass_box")
        if box is None or box[0] is not network:
            box = network, Network.over(network, self._trained_loss)
            self._glass_box = box
        return box[1]

    def _fitted_network(self) -> CoreNetwork:
        """The network of coefs_ and intercepts_, also where these arrays were replaced."""
        check_is_fitted(self)
        if self._was_replaced():
            self._adopt(self._network_of(self.coefs_, self.intercepts_))
        return self._network

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
        return self._predict(network, rows_to_answer(self, X))[0]

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
        log-loss is cut off, as scikit-learn's is, at a probability of 2e-16. It is the network that predicts:
        with batch_norm, the one that the training is folded into, without dropout and noise.

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
            For a loss or an activation that the installed scikit-learn does not have.

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
