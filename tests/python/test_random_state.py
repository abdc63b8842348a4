"""The generator's sequence goes on in C++ and comes back."""
# ruff: noqa: NPY002 (the legacy generator is what this is about)

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.utils import shuffle

from rosenblatt import MLPClassifier
from rosenblatt.random_state import continued, seeded

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).rand(37, 3)
Y = np.arange(37) % 3
PARAMETERS = {"hidden_layer_sizes": (4,), "batch_size": 5, "max_iter": 3}
BIT_GENERATORS = [np.random.PCG64, np.random.Philox, np.random.SFC64]


def test_lends_and_takes_back_the_state():
    random, other = np.random.RandomState(3), np.random.RandomState(3)
    random.rand(1000), other.rand(1000)
    with continued(random) as generator:
        words, position = generator.state
        assert words.shape == (624,)
        assert words.dtype == np.uint32
        assert 0 <= position <= 624
        other.rand(100)
        moved = other.get_state(legacy=False)["state"]
        generator.state = moved["key"], moved["pos"]
    np.testing.assert_array_equal(random.rand(2000), other.rand(2000))


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1, np.int8(5), np.uint64(7), True])
def test_a_seed_draws_what_a_random_state_draws(seed):
    mine, theirs = seeded(seed), np.random.RandomState(seed)
    for low, high, size in [
        (0, 1, (3,)),
        (-0.3, 0.3, (40, 30)),
        (-1e-3, 5e7, (0,)),
        (2, 3, (624,)),
        (5, 5, (1,)),
    ]:
        np.testing.assert_array_equal(mine.uniform(low, high, size), theirs.uniform(low, high, size))
    with continued(mine) as generator:
        words, position = generator.state
    np.testing.assert_array_equal(words, theirs.get_state()[1])
    assert position == theirs.get_state()[2]


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, "0"])
def test_what_is_no_seed(seed):
    with pytest.raises(ValueError, match=r"[Ss]eed"):
        seeded(seed)


def test_a_generator_is_left_to_its_owner():
    random = np.random.RandomState(0)
    assert seeded(random) is random
    assert seeded(None) is np.random.mtrand._rand


@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
def test_a_seed_trains_like_its_generator(early_stopping):
    parameters = PARAMETERS | {"early_stopping": early_stopping}
    first, second = (
        MLPClassifier(**parameters, random_state=random).fit(X, Y) for random in (3, np.random.RandomState(3))
    )
    assert first.loss_curve_ == second.loss_curve_
    np.testing.assert_array_equal(first.coefs_[0], second.coefs_[0])


def test_a_saved_normal_number_stays():
    random, other = np.random.RandomState(0), np.random.RandomState(0)
    random.standard_normal(), other.standard_normal()  # the legacy generator makes two and keeps one
    with continued(random):
        pass
    np.testing.assert_array_equal(random.standard_normal(5), other.standard_normal(5))


def test_the_state_comes_back_where_the_training_fails():
    """A callback that raises in epoch 2: two shuffles have been drawn, as by a training of two epochs."""

    class Fail:
        def on_epoch_end(self, state):
            if state.n_iter == 2:
                raise LookupError

    random, other = np.random.RandomState(0), np.random.RandomState(0)
    with pytest.raises(LookupError):
        MLPClassifier(**PARAMETERS, callbacks=[Fail()], random_state=random).fit(X, Y)
    MLPClassifier(**PARAMETERS | {"max_iter": 2}, random_state=other).fit(X, Y)
    assert random.rand() == other.rand()


@pytest.mark.parametrize("early_stopping", [False, True], ids=["to_the_end", "early_stopping"])
@pytest.mark.parametrize("shuffled", [True, False], ids=["shuffled", "in_order"])
def test_a_generator_handed_in_goes_on_as_with_scikit_learn(shuffled, early_stopping):
    mine, theirs = np.random.RandomState(7), np.random.RandomState(7)
    mine.rand(5), theirs.rand(5)
    parameters = PARAMETERS | {"shuffle": shuffled, "early_stopping": early_stopping}
    ours = MLPClassifier(**parameters, random_state=mine)
    reference = neural_network.MLPClassifier(**parameters, random_state=theirs)
    for _ in range(3):  # each fit goes on where the one before stopped
        np.testing.assert_allclose(ours.fit(X, Y).loss_curve_, reference.fit(X, Y).loss_curve_, rtol=1e-9)
        assert mine.randint(2**31) == theirs.randint(2**31)
    np.testing.assert_array_equal(mine.permutation(100), theirs.permutation(100))


@pytest.mark.parametrize("rows", [1, 2, 3, 64, 65, 1000, 70_000])
def test_shuffles_like_scikit_learn(rows):
    """Two epochs draw as many numbers as two shuffles do."""
    mine, theirs = np.random.RandomState(1), np.random.RandomState(1)
    model = MLPClassifier((1,), max_iter=2, batch_size=rows, random_state=mine)
    model.fit(np.ones((rows, 1)), np.zeros(rows))
    theirs.uniform(size=sum(p.size for p in [*model.coefs_, *model.intercepts_]))
    order = np.arange(rows)
    for _ in range(2):
        order = shuffle(order, random_state=theirs)
    np.testing.assert_array_equal(mine.rand(700), theirs.rand(700))


def test_global_generator_goes_on():
    before = np.random.get_state()
    try:
        np.random.seed(5)
        mine = MLPClassifier(**PARAMETERS).fit(X, Y)
        mine_next = np.random.rand()
        np.random.seed(5)
        theirs = neural_network.MLPClassifier(**PARAMETERS).fit(X, Y)
        assert mine_next == np.random.rand()
    finally:
        np.random.set_state(before)
    np.testing.assert_allclose(mine.loss_curve_, theirs.loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("bit_generator", BIT_GENERATORS)
def test_other_bit_generators(bit_generator):
    def fit(seed):
        random = np.random.RandomState(bit_generator(seed))
        model = MLPClassifier(**PARAMETERS, random_state=random).fit(X, Y)
        return model.loss_curve_, random.rand()

    assert fit(0) == fit(0)
    assert fit(0) != fit(1)


@pytest.mark.parametrize("bit_generator", BIT_GENERATORS)
def test_other_bit_generators_move_on_from_fit_to_fit(bit_generator):
    model = MLPClassifier(**PARAMETERS, random_state=np.random.RandomState(bit_generator(0)))
    assert model.fit(X, Y).loss_curve_ != model.fit(X, Y).loss_curve_


@pytest.mark.parametrize("bit_generator", BIT_GENERATORS)
def test_other_bit_generators_begin_with_scikit_learns_parameters(bit_generator):
    """Only the shuffles differ, which C++ draws from a Mersenne Twister of its own."""

    def first_loss(estimator):
        random = np.random.RandomState(bit_generator(0))
        model = estimator(hidden_layer_sizes=(4,), max_iter=1, batch_size=37, random_state=random)
        return model.fit(X, Y).loss_

    ours, theirs = first_loss(MLPClassifier), first_loss(neural_network.MLPClassifier)
    assert ours == pytest.approx(theirs, rel=1e-12)
