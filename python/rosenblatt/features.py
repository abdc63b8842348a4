"""The hidden layers of a fitted estimator as features for others."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, cast

from numpy.typing import ArrayLike
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from rosenblatt.plain_arrays import rows_to_answer
from rosenblatt.precision import Array
from rosenblatt.threads import thread_count

if TYPE_CHECKING:
    from rosenblatt.mlp import MLP

__all__ = ["HiddenFeatures"]

_NONE = "without hidden layers (hidden_layer_sizes=()) there are no features to transform rows into"


class HiddenFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin):  # type: ignore[misc]
    """What makes a network a transformer: its last hidden layer, as scikit-learn's supervised ones have it.

    Examples
    --------
    >>> from rosenblatt import MLPRegressor
    >>> model = MLPRegressor(hidden_layer_sizes=(3, 2), solver="lbfgs", random_state=0)
    >>> model.fit_transform([[0.0], [1.0]], [1.0, 3.0]).shape
    (2, 2)
    >>> model.get_feature_names_out()
    array(['mlpregressor0', 'mlpregressor1'], dtype=object)
    """

    def activations(self, X: ArrayLike, layer: int) -> Array:
        """Compute aᵏ, the activations of a layer, for every row.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.
        layer : int
            k: 1 for the first hidden layer, ``n_layers_ - 1`` for the last layer, whose activations are the
            answers of the network.

        Returns
        -------
        ndarray of shape (rows, pᵏ)
            In the dtype of the parameters.

        Raises
        ------
        IndexError
            If there is no such layer.
        TypeError
            If layer is no integer.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3, 2), solver="lbfgs", random_state=0)
        >>> model.fit([[0.0], [1.0]], [1.0, 3.0]).activations([[0.5]], 1).shape
        (1, 3)
        """
        if not isinstance(layer, Integral) or isinstance(layer, bool):
            raise TypeError(f"layer must be an integer, not {layer!r}")
        model = cast("MLP", self)
        network = model._fitted_network()
        if not 1 <= layer < model.n_layers_:
            raise IndexError(f"layers are numbered 1 to {model.n_layers_ - 1}; there is no layer {layer}")
        rows = rows_to_answer(self, X)
        return network.first_layers(int(layer)).predict(rows, thread_count(model.n_threads))[0]

    def transform(self, X: ArrayLike) -> Array:
        """Compute the activations of the last hidden layer, features that were learned for y.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows with the columns of the training.

        Returns
        -------
        ndarray of shape (rows, pˡ⁻¹)
            aˡ⁻¹ in the dtype of the parameters, or a data frame after ``set_output``.

        Raises
        ------
        ValueError
            Without hidden layers.

        Examples
        --------
        >>> from rosenblatt import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0)
        >>> model.fit([[0.0], [1.0]], [1.0, 3.0]).transform([[0.5], [2.0]]).shape
        (2, 3)
        """
        check_is_fitted(self)
        last_hidden = cast("MLP", self).n_layers_ - 2
        if last_hidden == 0:
            raise ValueError(_NONE)
        return self.activations(X, last_hidden)

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None, **fit_params: Any) -> Array:
        """Fit to rows and targets, and transform the rows.

        Parameters
        ----------
        X : array-like, or sparse matrix or array, of shape (rows, columns)
            Rows, as for `fit`.
        y : array-like of shape (rows,) or (rows, outputs)
            Targets, as for `fit`.
        **fit_params : dict
            Whatever else `fit` takes.

        Returns
        -------
        ndarray of shape (rows, pˡ⁻¹)
            As of `transform`.

        Raises
        ------
        ValueError
            Without hidden layers, before any work; and as `fit`.

        Examples
        --------
        >>> from rosenblatt import MLPClassifier
        >>> model = MLPClassifier((3,), solver="lbfgs", random_state=0)
        >>> model.fit_transform([[0.0], [1.0]], ["no", "yes"]).shape
        (2, 3)
        """
        if not cast("MLP", self)._hidden_sizes():
            raise ValueError(_NONE)
        return cast("Array", super().fit_transform(X, y, **fit_params))

    @property
    def _n_features_out(self) -> int:
        """What the names of features are made from; scikit-learn takes an AttributeError for not fitted."""
        coefs = cast("MLP", self).coefs_
        if len(coefs) == 1:
            raise ValueError(_NONE)
        return int(coefs[-1].shape[0])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
