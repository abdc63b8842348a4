"""Parts of the docstrings that MLPClassifier and MLPRegressor share."""

__all__ = ["LOSS_DOC", "PARAMETERS_DOC", "PARAMETERS_HEADING", "RAISES_DOC"]

PARAMETERS_HEADING = """
    Parameters
    ----------
"""

LOSS_DOC = """    loss : {"squared_error", "poisson"}, default="squared_error"
        Half the squared error, or half the Poisson deviance Σ y log(y / a) − y + a of counts y ≥ 0, for which
        the last layer is the exponential.
"""

PARAMETERS_DOC = """    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of perceptrons of each hidden layer, each at least 1; ``()`` for none.
    activation : {"identity", "logistic", "tanh", "relu"}, default="relu"
        Activation f of the hidden layers (the textbook's Linear, Sigmoid, Tanh, ReLU).
    solver : {"adam", "sgd", "lbfgs"}, default="adam"
        Adam (Kingma and Ba 2015), gradient descent with momentum, or L-BFGS, which takes all rows at once
        (Liu and Nocedal 1989; SciPy's) and computes in float64.
    alpha : float, default=0.0001
        L2 penalty: alpha / 2 · Σ W² / batch is added to the loss, with sample weights over their sum. Biases
        are free.
    batch_size : int or "auto", default="auto"
        Rows of a mini-batch; "auto" is min(200, rows).
    learning_rate : {"constant", "invscaling", "adaptive"}, default="constant"
        Schedule of sgd: learning_rate_init; learning_rate_init / t**power_t; a fifth whenever the training
        stalls.
    learning_rate_init : float, default=0.001
        The textbook's η.
    power_t : float, default=0.5
        Exponent of "invscaling".
    max_iter : int, default=200
        Most epochs, or most iterations of lbfgs.
    shuffle : bool, default=True
        Whether rows are shuffled anew in each epoch.
    random_state : int, RandomState or None, default=None
        Initial parameters, validation rows and shuffles; the same number gives scikit-learn's training.
    tol : float, default=1e-4
        What counts as an improvement of the loss, or of the validation score; for lbfgs, the largest entry of
        the gradient that counts as none.
    verbose : bool or int, default=False
        Print a line for each epoch.
    warm_start : bool, default=False
        Go on from the parameters of the fit before.
    momentum : float, default=0.9
        Momentum of sgd, in [0, 1].
    nesterovs_momentum : bool, default=True
        Nesterov's form of it.
    early_stopping : bool, default=False
        Watch the score on held-out rows instead of the loss, and end with the best parameters. Not for lbfgs.
    validation_fraction : float, default=0.1
        Share of the rows held out for it, in [0, 1).
    beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
        Adam's decay rates, in [0, 1), and its guard against division by zero.
    n_iter_no_change : int or inf, default=10
        Epochs without an improvement by tol before the training stops.
    max_fun : int, default=15000
        Most evaluations of the loss by lbfgs.
    callbacks : list of Callback or None, default=None
        Objects whose ``on_epoch_end(state)`` is called after each epoch; see `rosenblatt.callbacks`.
    n_threads : int or None, default=None
        Threads to use at most; the result does not depend on it. None: ``OMP_NUM_THREADS``, else the cores
        that the process may use.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Wᵏ of shape (pᵏ⁻¹, pᵏ) and bᵏ of shape (pᵏ,), float32 if X was, else float64.
    network_ : Network
        The glass box over these parameters, without a copy: ``network_.trace(x, y, eta=0)`` shows every
        number of a step.
    loss_, best_loss_, loss_curve_ : float, float or None, list of float
        Loss of the last epoch, the lowest one (None with early stopping), and of every epoch; of lbfgs, which
        scikit-learn keeps no curve of, of every iteration.
    validation_scores_, best_validation_score_ : list of float and float, or None
        Scores of early stopping.
    n_iter_, t_ : int
        Epochs run by the last call, and rows seen by all (0 for lbfgs).
    n_layers_, n_outputs_, out_activation_ : int, int, str
        Layers with the input, outputs, and the activation of the last layer.
    n_features_in_, feature_names_in_ : int, ndarray of str
        Columns of X, and their names where X has names.
"""

RAISES_DOC = """
    Raises
    ------
    ValueError
        For parameters out of range, X, y or weights with wrong shapes, NaN or infinity, weights that are all
        zero, and where the training ends in parameters that are not finite. The estimator then is as it
        was before.
    TypeError
        For callbacks without ``on_epoch_end``.
"""
