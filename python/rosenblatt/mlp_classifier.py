"""MLPClassifier: scikit-learn's estimator, trained by the C++ core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    check_classification_targets,
    type_of_target,
)
from sklearn.utils.validation import column_or_1d

from rosenblatt.callbacks import Callback
from rosenblatt.class_losses import check_several_outputs, core_loss, gives_probabilities, out_activation
from rosenblatt.class_weight import ClassWeight, row_weights
from rosenblatt.labels import encoded
from rosenblatt.margins import Margins, net_inputs
from rosenblatt.mlp import MLP, is_stochastic
from rosenblatt.mlp_docs import (
    ATTRIBUTES_DOC,
    CLASSIFIER_PARAMETERS_DOC,
    PARAMETERS_DOC,
    PARAMETERS_HEADING,
    RAISES_DOC,
)
from rosenblatt.mlp_parameters import keep
from rosenblatt.multi_output import is_multi_output, several_targets, side_by_side, take_classes
from rosenblatt.output_groups import of_groups
from rosenblatt.precision import Array
from rosenblatt.validation import Given

__all__ = ["MLPClassifier"]


class MLPClassifier(ClassifierMixin, Margins, MLP):  # type: ignore[misc]  # noqa: D101 (its docstring is composed)
    __doc__ = f"""Multi-layer perceptron that tells classes apart, trained on the log-loss.

    Takes the place of scikit-learn's class of this name: same parameters, same attributes, and for the
    same random_state the same training.
{PARAMETERS_HEADING}{PARAMETERS_DOC}{CLASSIFIER_PARAMETERS_DOC}{ATTRIBUTES_DOC}
    classes_ : ndarray, or list of ndarray
        The classes, sorted; a list of those of each output, where there are several.
{RAISES_DOC}
    See Also
    --------
    MLPRegressor : For numbers instead of classes.
    Perceptron : A single layer, trained by the perceptron rule.

    References
    ----------
    Rumelhart, Hinton, Williams: Learning representations by back-propagating errors, 1986.
    Kingma, Ba: Adam, a method for stochastic optimization, 2015.

    Examples
    --------
    >>> from rosenblatt import MLPClassifier
    >>> from sklearn.datasets import make_moons
    >>> X, y = make_moons(200, noise=0.1, random_state=0)
    >>> model = MLPClassifier((16,), learning_rate_init=0.05, max_iter=300, random_state=0).fit(X, y)
    >>> model.score(X, y)
    1.0
    >>> model.predict_proba(X[:2]).shape
    (2, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **MLP._parameter_constraints,
        "loss": [StrOptions({"log_loss", "focal", "hinge", "squared_error", "perceptron"}), callable],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
        "focal_gamma": [Interval(Real, 0, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
    }

    label_smoothing: float
    focal_gamma: float
    class_weight: ClassWeight
    classes_: Array | list[Array]
    _is_multilabel: bool

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: int | float = 10,
        max_fun: int = 15000,
        callbacks: Sequence[Callback] | None = None,
        n_threads: int | None = None,
        weight_init: str = "auto",
        n_init: int = 1,
        scoring: str | Callable[..., float] | None = None,
        penalty: str = "l2",
        l1_ratio: float = 0.15,
        weight_decay: float | None = None,
        dropout: float | Sequence[float] = 0.0,
        input_dropout: float = 0.0,
        input_noise: float = 0.0,
        batch_norm: bool = False,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        rho: float = 0.9,
        mu: float = 0.001,
        mu_decrease: float = 0.1,
        mu_increase: float = 10.0,
        mu_max: float = 1e10,
        min_gradient: float = 1e-7,
        max_fail: int = 6,
        bayesian: bool = False,
        loss: str | Callable[..., Any] = "log_loss",
        label_smoothing: float = 0.0,
        focal_gamma: float = 2.0,
        class_weight: ClassWeight = None,
    ) -> None:
        keep(self, locals())

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train on rows and their classes.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            float32 is trained in float32; uint8 is read as it is; anything else becomes float64. Sparse
            rows (CSR) stay sparse; other sparse forms are converted to them.
        y : array-like of shape (rows,), (rows, labels) or (rows, outputs)
            Classes of any sortable kind; a table of 0 and 1 for several labels at once, each of which is
            there or not; or a table of classes for several outputs, whose log-losses are added.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts, for the loss and for the score of early stopping; None: 1.
        X_val, y_val : array-like, or None, default=None
            A validation set of its own, whatever the kind of X: it is watched epoch by epoch, and nothing is
            learned from it. early_stopping then holds no rows of X out. The classes of y_val are
            some of those of y.
        sample_weight_val : array-like of shape (rows of X_val,) or None, default=None
            How much each of its rows counts, for its loss and its score; None: 1.

        Returns
        -------
        MLPClassifier
            The estimator itself.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> MLPClassifier((2,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"]).classes_
        array(['no', 'yes'], dtype='<U3')
        """
        return self._fit(X, y, sample_weight, validation=Given(X_val, y_val, sample_weight_val))

    @available_if(is_stochastic)  # type: ignore[untyped-decorator]
    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        *,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Train for one epoch on these rows, going on from the parameters and the optimizer there are.

        Only with the solvers "sgd" and "adam". The optimizer keeps the options that it had in the first call.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows, as for `fit`; later calls train in the dtype of the first.
        y : array-like of shape (rows,), (rows, labels) or (rows, outputs)
            Their classes, which need not be all of `classes`; or a table as for `fit`.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts; None: 1.
        classes : array-like of shape (classes,), list of array-like or None, default=None
            All classes that will ever come, for a table of 0 and 1 its columns, for several outputs a list of
            the classes of each; needed in the first call.
        X_val, y_val, sample_weight_val : array-like or None, default=None
            As for `fit`. With early_stopping, calls are counted instead of epochs: after n_iter_no_change
            ones without a better score the best parameters are put in place, ``stopped_`` is True, and later
            calls learn nothing, and warn.

        Returns
        -------
        MLPClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            As `fit`; without classes in the first call, for a class that is not among them, for the
            class_weight "balanced", as the classes of all rows are not known, and with early_stopping but
            without X_val, for which there is no stopping in one epoch.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((8,), learning_rate_init=0.1, random_state=0)
        >>> for _ in range(50):
        ...     model = model.partial_fit([[0.0], [1.0]], ["no", "yes"], classes=["maybe", "no", "yes"])
        >>> model.predict([[0.0], [1.0]])
        array(['no', 'yes'], dtype='<U5')
        """
        if isinstance(self.class_weight, str):
            raise ValueError(
                "class_weight='balanced' needs to see all rows, and partial_fit does not: pass a dict, say "
                "of what sklearn.utils.class_weight.compute_class_weight('balanced', classes=..., y=...) "
                "finds on a larger part of them"
            )
        return self._fit(
            X,
            y,
            sample_weight,
            validation=Given(X_val, y_val, sample_weight_val),
            is_partial=True,
            classes=classes,
        )

    def predict(self, X: ArrayLike) -> Array:
        """Predict the class of each row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows,), (rows, labels) or (rows, outputs)
            The classes, as they were named in y.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), learning_rate_init=0.1, random_state=0)
        >>> model.fit([[0.0], [1.0]], ["no", "yes"]).predict([[-1.0], [2.0]])
        array(['no', 'yes'], dtype='<U3')
        """
        if self.__dict__.get("out_activation_") in ("identity", "hardlimit"):
            a, threshold = net_inputs(self, X), 0.0
        else:
            a, threshold = self._outputs(X), 0.5
        if self._is_multilabel:
            return np.asarray(a > threshold, dtype=np.int64)
        if isinstance(self.classes_, list):
            parts = zip(self.classes_, of_groups(a, self._groups()), strict=True)
            return side_by_side([classes[part.argmax(axis=1)] for classes, part in parts])
        if a.shape[1] == 1:
            # With one class only, all rows belong to it.
            return np.asarray(self.classes_[np.minimum(a[:, 0] > threshold, len(self.classes_) - 1)])
        return np.asarray(self.classes_[a.argmax(axis=1)])

    @available_if(gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: ArrayLike) -> Array | list[Array]:
        """Estimate the probability of each class; not for the losses "hinge" and "perceptron".

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows, classes) or (rows, labels), or list of ndarray of shape (rows, classes)
            Probabilities in the order of `classes_`, in the dtype of the parameters; a list with those of
            each output, where there are several outputs of classes.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
        >>> model.predict_proba([[0.5]]).sum().round(6)
        np.float64(1.0)
        """
        a = self._outputs(X)
        if isinstance(self.classes_, list):
            return of_groups(a, self._groups())
        if a.shape[1] > 1 or self._is_multilabel:
            return a
        if len(self.classes_) == 1:
            return np.ones_like(a)
        return np.hstack([1 - a, a])

    @available_if(gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: ArrayLike) -> Array | list[Array]:
        """Estimate the logarithm of the probability of each class; see `predict_proba`.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows, classes) or (rows, labels), or list of ndarray of shape (rows, classes)
            ``log(predict_proba(X))``; minus infinity for a probability of 0.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
        >>> bool((model.predict_log_proba([[0.5]]) < 0).all())
        True
        """
        probabilities = self.predict_proba(X)
        with np.errstate(divide="ignore"):
            if isinstance(probabilities, list):
                return [np.log(part) for part in probabilities]
            return np.asarray(np.log(probabilities))

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Tell the share of rows that are predicted right, in every output if there are several.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.
        y : array-like of shape (rows,), (rows, labels) or (rows, outputs)
            Their classes.
        sample_weight : array-like of shape (rows,) or None, default=None
            How much each row counts; None: 1.

        Returns
        -------
        float
            The accuracy, in [0, 1].

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((4,), max_iter=500, tol=0.1).fit([[0.0], [1.0]], ["no", "yes"])
        >>> model.score([[0.0], [1.0]], ["no", "yes"]) in (0.0, 0.5, 1.0)
        True
        """
        if not isinstance(self.__dict__.get("classes_"), list):
            return float(super().score(X, y, sample_weight))
        predicted, wanted = self.predict(X), np.asarray(y)
        if wanted.shape != predicted.shape:
            raise ValueError(f"y has the shape {wanted.shape}, but the predictions have {predicted.shape}")
        weights = None if sample_weight is None else np.asarray(sample_weight)
        return float(np.average((predicted == wanted).all(axis=1), weights=weights))

    def _targets(
        self, y: Any, dtype: np.dtype[Any], *, goes_on: bool, is_partial: bool, classes: Any
    ) -> tuple[Array, int]:
        if is_partial:
            take_classes(self, classes)
        goes_on_with_several = (goes_on or is_partial) and isinstance(self.classes_, list)
        if goes_on_with_several or is_multi_output(y):
            check_several_outputs(self)
            table = several_targets(self, y, goes_on=goes_on, is_partial=is_partial)
            return table, table.shape[1]
        is_multilabel, found, y = self._encoded(y, dtype)
        if goes_on or is_partial:
            y = self._encoded_as_before(y, is_multilabel, found)
        else:
            self.classes_ = found
        has_several_classes = not is_multilabel and len(self.classes_) > 2
        self._take_out_activation(out_activation(self, has_several_classes), goes_on=goes_on)
        if goes_on:
            return y, self.n_outputs_
        self._is_multilabel = is_multilabel
        return y, y.shape[1] if is_multilabel else len(self.classes_) if has_several_classes else 1

    def _groups(self) -> list[int]:
        return [len(classes) for classes in self.classes_] if isinstance(self.classes_, list) else []

    def _encoded(self, y: Array, dtype: np.dtype[Any]) -> tuple[bool, Array, Array]:
        """Whether y is multilabel, its classes, and what the core is to make of it."""
        if y.ndim == 1 and y.dtype.kind in "biu":
            classes, labels = encoded(y)
            if 2 * len(classes) > len(y):  # else scikit-learn has nothing to say, and takes 100 µs for it
                check_classification_targets(y)
            return False, classes, labels
        check_classification_targets(y)
        if type_of_target(y) == "multilabel-indicator":
            return True, np.arange(y.shape[1]), np.ascontiguousarray(y != 0, dtype=dtype)
        return False, *encoded(column_or_1d(y, warn=True))

    def _encoded_as_before(self, y: Array, is_multilabel: bool, found: Array) -> Array:
        """The same for classes that must be among those that there are."""
        unknown = np.setdiff1d(found, self.classes_)
        if self.warm_start and (len(unknown) or len(found) != len(self.classes_)):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.classes_}, `y` has {found}"
            )
        if len(unknown):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has "
                f"{found}."
            )
        if hasattr(self, "coefs_") and (
            is_multilabel != self._is_multilabel or (is_multilabel and y.shape[1] != self.n_outputs_)
        ):
            kind = "labels" if self._is_multilabel else "classes"
            raise ValueError(
                f"the training is to go on with {self.n_outputs_} output(s) for {kind}, but y has the "
                f"shape {y.shape}"
            )
        return y if is_multilabel else np.searchsorted(self.classes_, found).astype(np.int64)[y]

    def _validation_targets(self, y: Any, dtype: np.dtype[Any]) -> Array:
        if isinstance(self.classes_, list):
            return several_targets(self, y, goes_on=True, is_partial=True)
        is_multilabel, found, y = self._encoded(y, dtype)
        if is_multilabel != self._is_multilabel or (is_multilabel and y.shape[1] != self.n_outputs_):
            wanted = f"{self.n_outputs_} labels, 0 or 1" if self._is_multilabel else "a class"
            raise ValueError(f"y_val must hold {wanted} for each row, as y does")
        if is_multilabel:
            return np.asarray(y)
        unknown = np.setdiff1d(found, self.classes_)
        if len(unknown):
            raise ValueError(f"y_val has classes that y has not: {unknown}; y has {self.classes_}")
        return np.asarray(np.searchsorted(self.classes_, found).astype(np.int64)[y])

    def _class_weighted(self, weights: Array | None, y: Array) -> Array | None:
        if self.class_weight is None:
            return weights
        if isinstance(self.classes_, list):
            labels = [part.argmax(axis=1) for part in of_groups(y, self._groups())]
            return row_weights(self.class_weight, labels, self.classes_, weights)
        if y.ndim == 1:
            return row_weights(self.class_weight, [y], [self.classes_], weights)
        columns = list(y.T.astype(np.int64))
        return row_weights(self.class_weight, columns, [np.arange(2)] * len(columns), weights)

    def _loss(self) -> dict[str, Any]:
        return {"loss": core_loss(self), "loss_scale": 1.0, "score": "accuracy"}

    def _stratify(self, y: Array) -> Array | None:
        # scikit-learn holds out a stratified share only where there is a single output.
        return y if y.ndim == 1 and self.n_outputs_ == 1 else None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags
