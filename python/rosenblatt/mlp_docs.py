"""Parts of the docstrings that MLPClassifier and MLPRegressor share."""

__all__ = [
    "ATTRIBUTES_DOC",
    "CLASSIFIER_PARAMETERS_DOC",
    "PARAMETERS_DOC",
    "PARAMETERS_HEADING",
    "RAISES_DOC",
    "REGRESSOR_LOSS_DOC",
    "REGRESSOR_PARAMETERS_DOC",
]

PARAMETERS_HEADING = """
    Parameters
    ----------
"""

REGRESSOR_LOSS_DOC = """    loss : str or callable, default="squared_error"
        Half the squared error ("squared_error"), "absolute_error", "huber" (Huber 1964), "quantile" (Koenker
        and Bassett 1978), or half the deviance of a "poisson", "gamma" or "tweedie" distribution, for which
        the last layer is the exponential. A callable ``loss(y, a)`` gives the value and its derivative by a
        for a whole batch.
"""

REGRESSOR_PARAMETERS_DOC = """    huber_delta : float, default=1.0
        Error above which "huber" is linear.
    quantile : float or sequence of float, default=0.5
        Level, or increasing levels, in (0, 1), of "quantile"; of several, the predictions never cross.
    tweedie_power : float, default=1.5
        Power of the mean that the variance of "tweedie" is proportional to: not in (0, 1).
"""

CLASSIFIER_PARAMETERS_DOC = """    loss : str or callable, default="log_loss"
        The log-loss, "focal" (Lin et al. 2017), "hinge" (of several classes, Crammer and Singer 2001),
        "squared_error" on the outputs of a sigmoid or softmax (the textbook's, equation 11), or "perceptron",
        which trains the last layer by the perceptron rule (equation 6). A callable ``loss(y, a)`` gives the
        value and its derivative by a for a whole batch.
    label_smoothing : float, default=0.0
        Share of each target that is spread over all classes (Szegedy et al. 2016), in [0, 1); for the
        log-loss and "focal".
    focal_gamma : float, default=2.0
        How much "focal" looks away from rows that are right already.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weight of each class, multiplied with those of the rows; a list for several labels or outputs;
        "balanced" is rows / (classes · rows of the class). The rows of X_val keep their own weights.
"""

PARAMETERS_DOC = """    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of perceptrons of each hidden layer, each at least 1; ``()`` for none.
    activation : str or sequence of str, default="relu"
        Activation f of all hidden layers, or one for each: "identity", "logistic", "tanh", "relu" (the
        textbook's Linear, Sigmoid, Tanh, ReLU), "leaky_relu", "elu", "selu", "gelu", "silu", "softplus",
        "softsign", "hard_sigmoid", "sin", "radial_basis", "hardlimit", "symmetric_hardlimit".
    solver : str, default="adam"
        "adam" (Kingma and Ba 2015), "sgd" (gradient descent with momentum), "adamw" (Loshchilov and Hutter
        2019), "nadam" (Dozat 2016), "rmsprop" (Hinton), "adagrad" (Duchi et al. 2011); with all rows at
        once "rprop" (iRprop⁻, Igel and Hüsken 2003), "lbfgs" (Liu and Nocedal 1989; SciPy's, in float64) and,
        for squared errors, "lm" (Levenberg–Marquardt, Hagan and Menhaj 1994; in float64).
    alpha : float, default=0.0001
        Penalty: alpha / 2 · Σ W² / batch is added to the loss, with sample weights over their sum; see
        `penalty`. Biases are free.
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
        Most epochs, or most iterations of lbfgs and lm.
    shuffle : bool, default=True
        Whether rows are shuffled anew in each epoch.
    random_state : int, RandomState or None, default=None
        Initial parameters, validation rows and shuffles, and at last, where they are on, dropout and noise;
        the same number gives scikit-learn's training.
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
        Watch the score on held-out rows, or on the X_val of fit, instead of the loss, and end with the best
        parameters. With lbfgs only where there is an X_val, and then by iterations.
    validation_fraction : float, default=0.1
        Share of the rows held out for it, in [0, 1); none are where fit is given X_val.
    beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
        Adam's decay rates, in [0, 1), and its guard against division by zero.
    n_iter_no_change : int or inf, default=10
        Epochs without an improvement by tol before the training stops.
    max_fun : int, default=15000
        Most evaluations of the loss by lbfgs.
    callbacks : list of Callback or None, default=None
        Objects that are told of the training, and may stop it, save it or give it its learning rates; see
        `rosenblatt.callbacks` and `rosenblatt.schedules`.
    n_threads : int or None, default=None
        Threads to use at most; the result does not depend on it. None: ``OMP_NUM_THREADS``, else the cores
        that the process may use.
    weight_init : str, default="auto"
        Initial weights: "glorot_uniform", "glorot_normal" (Glorot and Bengio 2010), "he_uniform", "he_normal"
        (He et al. 2015), "lecun_uniform", "lecun_normal" (LeCun et al. 1998), "nguyen_widrow" (Nguyen
        and Widrow 1990; for inputs in [−1, 1]). "auto" suits each layer's activation, as scikit-learn does
        for those that it has.
    n_init : int, default=1
        Starts from other initial weights, of which the one with the lowest loss (with early stopping, the
        best score) is kept; in the first fit only, and not in partial_fit.
    scoring : str, callable or None, default=None
        What early stopping watches: accuracy or R² (None), minus the validation loss ("loss"), a scorer's
        name, or a callable ``scorer(estimator, X, y)``, which is given sample_weight where there is any.
    penalty : {"l2", "l1", "elasticnet"}, default="l2"
        Of the weights: alpha (l1_ratio · Σ|W| + (1 − l1_ratio) / 2 · Σ W²) / batch; l1_ratio is 0 for "l2"
        and 1 for "l1".
    l1_ratio : float, default=0.15
        Share of the l1 penalty in "elasticnet", in [0, 1].
    weight_decay : float or None, default=None
        Decoupled weight decay: every step takes learning rate · weight_decay · W off (Loshchilov and Hutter
        2019). None: 0.01 for "adamw", else 0.
    dropout : float or sequence of float, default=0.0
        Probability p, in [0, 1), of all hidden layers or one for each, that an activation is dropped in a
        step; the others are multiplied by 1 / (1 − p) (Srivastava et al. 2014).
    input_dropout, input_noise : float, default=0.0
        The same of the inputs, and standard deviation of the normal noise (Bishop 1995) that is added to them
        before, in each step; noise only on a dense X.
    batch_norm : bool, default=False
        Normalise the net inputs of the hidden layers over each batch (Ioffe and Szegedy 2015); folded into
        the weights after every epoch.
    max_norm : float or None, default=None
        Largest norm of a perceptron's weights W, kept by scaling them down after each step.
    clip_norm, clip_value : float or None, default=None
        Largest norm of the gradient (Pascanu et al. 2013), and largest absolute value of its entries.
    rho : float, default=0.9
        Decay rate of "rmsprop", in [0, 1).
    mu, mu_decrease, mu_increase, mu_max : float, default=0.001, 0.1, 10.0, 1e10
        Of "lm": μ at the beginning, its factor after a step that lowers the loss and after one that does not,
        and where the training ends.
    min_gradient : float, default=1e-7
        Norm of the gradient of the loss, with its penalty, at which "lm" ends.
    max_fail : int, default=6
        With early_stopping, iterations in a row with a lower score on validation rows than the best one after
        which "lm" ends.
    bayesian : bool, default=False
        With "lm": Bayesian regularisation (Foresee and Hagan 1997) in the place of alpha. It ends, too, where
        the effective number of parameters has changed by less than tol of it n_iter_no_change times in a row.
"""

ATTRIBUTES_DOC = """
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
    validation_scores_, validation_loss_curve_ : list of float, or None
        Score and loss, without the penalty, on the validation rows, of every epoch; None without such rows.
    best_validation_score_ : float or None
        The highest score.
    start_losses_, best_start_ : list of float, int
        loss_ of each of the n_init starts, infinite where parameters were not, and which one was kept,
        counted from 0.
    stopped_ : bool
        Whether early stopping has ended a training by partial_fit.
    n_iter_, t_ : int
        Epochs run by the last call, and rows seen by all (0 for lbfgs).
    mu_ : float
        Of "lm": μ after the last step that was taken; a warm start goes on with it.
    effective_parameters_, alpha_, beta_ : float
        Of Bayesian regularisation: γ, how many parameters the data determine; α and β of β Σ e² + α Σ θ²,
        where the errors e have the variance 1 / (2 β), and θ are all parameters, biases too.
    n_layers_, n_outputs_, out_activation_ : int, int, str
        Layers with the input, outputs, and the activation of the last layer.
    n_features_in_, feature_names_in_ : int, ndarray of str
        Columns of X, and their names where X has names.
"""

RAISES_DOC = """
    Raises
    ------
    ValueError
        For parameters out of range, X, y or weights (also of the validation set) with wrong shapes, NaN or
        infinity, weights that are all zero, and where the training ends in parameters that are not finite.
        The estimator then is as it was before. What a callback raises comes out, too, and leaves the
        estimator as of the last whole epoch.
    TypeError
        For callbacks with none of their methods.
"""
