"""The long parts of Perceptron's docstring."""

__all__ = ["ATTRIBUTES_DOC", "NOTES_DOC", "PARAMETERS_DOC"]

PARAMETERS_DOC = """
    Parameters
    ----------
    penalty : {'l2', 'l1', 'elasticnet'} or None, default=None
        Penalty on the weights.
    alpha : float, default=0.0001
        Strength of the penalty.
    l1_ratio : float, default=0.15
        Share of 'l1' in 'elasticnet', from 0 to 1.
    fit_intercept : bool, default=True
        Whether the bias is learned; else it stays where it begins, which is 0.
    max_iter : int, default=1000
        Epochs at most.
    tol : float or None, default=1e-3
        The training ends when the objective (with early_stopping, the accuracy on the rows held out) has
        not improved by at least tol for n_iter_no_change epochs. None: only after max_iter epochs.
    shuffle : bool, default=True
        Whether every epoch permutes the rows.
    verbose : int, default=0
        Whether to print a line after every epoch.
    eta0 : float, default=1.0
        The learning rate η.
    n_jobs : int or None, default=None
        Threads over which the units of several classes are spread, -1 for all cores; the result does not
        depend on it. None: a ``joblib.parallel_config`` around, else, unlike in scikit-learn,
        ``OMP_NUM_THREADS`` or all cores of this process; but one thread for little data or with verbose.
    random_state : int, RandomState or None, default=0
        Seed of the permutations and of the rows held out.
    early_stopping : bool, default=False
        Whether to hold out a stratified share of the rows and to watch the accuracy on it.
    validation_fraction : float, default=0.1
        That share, between 0 and 1.
    n_iter_no_change : int, default=5
        Epochs without improvement after which the training ends.
    class_weight : dict, 'balanced' or None, default=None
        Factor of the updates by rows of a class; 'balanced' is rows / (classes * rows of the class).
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the fit before.
"""

ATTRIBUTES_DOC = """
    Attributes
    ----------
    classes_ : ndarray of shape (classes,)
        The classes, sorted.
    coef_ : ndarray of shape (1, columns) or (classes, columns)
        Wᵀ, float32 if X was, else float64.
    intercept_ : ndarray of shape (1,) or (classes,)
        b.
    n_iter_ : int
        Epochs run; with several classes, those of the unit that took longest.
    t_ : float
        1 plus n_iter_ times the number of rows, over all calls of `partial_fit`.
    n_features_in_, feature_names_in_ : int, ndarray of str
        Columns of X, and their names where X has names.
    loss, learning_rate, power_t, epsilon, average : str or float or bool
        What scikit-learn's class has beside its parameters; constant.
"""

NOTES_DOC = """
    Notes
    -----
    The textbook's perceptron rule (equation 6) is

        θ ← θ + η [1 x]ᵀ (y − a),  a = HardLimit(n),  n = [1 x] θ,

    with y = 0 or 1 and HardLimit(0) = 1. Scikit-learn, and this class, let y be −1 or 1 and update

        θ ← θ + η [1 x]ᵀ y  where  y n ≤ 0.

    The two differ in one case only. An error y − a of 0 and 1 is 1 or −1 where it is not 0, just as y is,
    so both make the same step. But at n = 0 the textbook answers a = 1: a row of the positive class is
    right there and changes nothing, while here it counts as wrong and makes a step; a row of the negative
    class is wrong in both. So the textbook needs a positive row on or above the plane, this class strictly
    above it. From zero weights, where every n is 0, the first positive row makes a step only here.
    `predict` too answers the second class only for n > 0. `rosenblatt.Network` has the textbook's rule.

    Sparse X is read entry by entry and never becomes a dense table. With it, as in scikit-learn, the bias
    moves by a hundredth of η; an 'l1' penalty waits until a row has an entry in the column; and of the
    weights in the objective that tol watches, those of the last wrong row are counted. Entries that are 0,
    or of the same column, are taken as they are, one after the other. So the weights, too, are those of
    scikit-learn, bit for bit, but not those of the same table as an array. Unlike there, indices may be
    int64. The work for a row is in proportion to its entries.

    Before its version 1.8, scikit-learn watched the objective without the penalty, and so may have stopped
    in another epoch.

    No unit learns what no plane separates, such as XOR: the training then ends by tol or max_iter.
"""
