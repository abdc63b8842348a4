// The step of a batch: the same, bit by bit, for a team of any size, and the same as the passes of the network.
#include "rosenblatt/training_step.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "random_network.hpp"
#include "sparse_table.hpp"
#include "training_run.hpp"

namespace rosenblatt {
namespace {

using testing::Dice;
using testing::parameters;

// Rows and labels for networks of so many inputs and 7 outputs. Sparse rows have one element in five, those of a dense
// table that has zeros elsewhere.
template <class T>
struct Task {
    std::size_t features;
    std::vector<T> x;
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> index;
    std::vector<T> values;
    std::vector<std::int32_t> columns;
    std::vector<std::int64_t> begins{0};
    bool is_sparse = false;
    bool knows_next = true;
    std::vector<std::uint8_t> bytes;  // x of whole numbers, if not empty

    explicit Task(bool has_zeros = false, bool sparse = false, std::size_t inputs = 60, std::size_t count = 2500)
        : features(inputs), x(count * inputs), labels(count), index(count), is_sparse(sparse) {
        Dice dice(3);
        dice.fill(x.data(), x.size());
        for (std::size_t j = 0; j < x.size() && has_zeros; ++j) {
            if (dice.integer(1, 5) > 1) {
                x[j] = 0;
            } else {
                values.push_back(x[j]);
                columns.push_back(static_cast<std::int32_t>(j % features));
            }
            if (j % features == features - 1) {
                begins.push_back(static_cast<std::int64_t>(values.size()));
            }
        }
        std::iota(index.begin(), index.end(), 0);
        for (std::size_t i = 0; i < labels.size(); ++i) {
            labels[i] = static_cast<std::int64_t>(i * i % 7);
        }
    }
    [[nodiscard]] Rows rows() const {
        const Element element = element_of<T>();
        if (is_sparse) {
            return {values.data(), element, labels.size(),
                    features,      0,       {testing::integers(begins), testing::integers(columns)}};
        }
        if (!bytes.empty()) {
            return {bytes.data(), Element::uint8, labels.size(), features, static_cast<std::ptrdiff_t>(features)};
        }
        return {x.data(), element, labels.size(), features, static_cast<std::ptrdiff_t>(features)};
    }
};

struct Outcome {
    std::vector<double> losses;
    std::vector<double> theta;
    bool operator==(const Outcome&) const = default;
};

template <class T>
Outcome train(const Task<T>& task, const std::vector<std::size_t>& sizes, std::size_t batch, Solver solver,
              std::size_t threads, std::vector<Way> ways = {}) {
    std::vector<Activation> activations(sizes.size() - 2, Activation::tanh);
    activations.push_back(Activation::softmax);
    Network<T> network(sizes, activations);
    Dice dice(4);
    testing::set_random_parameters(network, dice);
    OptimizerOptions options;
    options.solver = solver;
    Optimizer<T> optimizer(network.layout(), options);
    Team team(threads);
    TrainingStep<T> step(network, batch, team, task.rows(), std::move(ways));
    const Targets targets{task.labels, {}};
    const std::size_t all = std::min(task.index.size(), 100 * batch);
    const auto chunk_at = [&](std::size_t begin) {
        const std::size_t end = std::min(begin / batch * batch + batch, all);
        return std::span(task.index).subspan(begin, begin < end ? std::min(step.chunk(), end - begin) : 0);
    };
    Outcome outcome;
    for (std::size_t done = 0; done < all; done += batch) {
        const std::size_t rows = std::min(batch, all - done);
        double loss = 0;
        for (std::size_t begin = 0; begin < rows; begin += step.chunk()) {
            if (begin > 0) {
                step.accumulate(network);
            }
            const auto chunk = chunk_at(done + begin);
            // What comes next is known, or not, as at the end of an epoch.
            const std::size_t end = done + begin + chunk.size();
            const bool is_known = task.knows_next && done / batch % 3 != 1;
            const Upcoming upcoming =
                is_known ? Upcoming{chunk_at(end), chunk_at(end + chunk_at(end).size())} : Upcoming{};
            loss += step.pass(network, targets, chunk, Loss::log_loss, upcoming);
        }
        outcome.losses.push_back(loss);
        outcome.losses.push_back(step.update(network, optimizer, rows, static_cast<double>(rows)));
    }
    for (const T value : parameters(network)) {
        outcome.theta.push_back(static_cast<double>(value));
    }
    return outcome;
}

template <class T>
void check_teams(const Task<T>& task) {
    const std::size_t inputs = task.features;
    const std::vector<std::vector<std::size_t>> networks{{inputs, 7}, {inputs, 100, 7}, {inputs, 33, 200, 7}};
    for (const std::vector<std::size_t>& sizes : networks) {
        for (const std::size_t batch : {1U, 3U, 50U, 200U, 2500U}) {
            if (batch < 50 && sizes.size() > 2) {
                continue;  // hundreds of steps: minutes under a sanitizer
            }
            const Solver solver = batch == 200 ? Solver::sgd : Solver::adam;
            const Outcome alone = train(task, sizes, batch, solver, 1);
            for (const std::size_t threads : {2U, 3U, 4U, 8U}) {
                CAPTURE(sizes.size());
                CAPTURE(batch);
                CAPTURE(threads);
                if (task.is_sparse || threads == 2) {  // all ways in turn
                    CHECK(train(task, sizes, batch, solver, threads) == alone);
                }
                for (const Way way : {Way::by_rows, Way::by_inputs}) {
                    CAPTURE(static_cast<int>(way));
                    CHECK((task.is_sparse || train(task, sizes, batch, solver, threads, {way}) == alone));
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("a team of any size takes the same step", T, float, double) { check_teams(Task<T>()); }

TEST_CASE_TEMPLATE("also of inputs that are several blocks of the product", T, float, double) {
    check_teams(Task<T>(false, false, 450, 500));
}

TEST_CASE_TEMPLATE("also with sparse rows", T, float, double) { check_teams(Task<T>(true, true)); }

TEST_CASE_TEMPLATE("rows that are gathered give what rows read in place do, whether the next ones are known or not", T,
                   float, double) {
    Task<T> bytes(false, false, 450, 1100);
    for (std::size_t j = 0; j < bytes.x.size(); ++j) {
        bytes.bytes.push_back(static_cast<std::uint8_t>(j % 5));
        bytes.x[j] = static_cast<T>(j % 5);
    }
    Task<T> numbers = bytes;
    numbers.bytes.clear();
    for (const std::size_t batch : {50U, 1100U}) {
        const std::vector<std::size_t> sizes{450, 100, 7};
        const Outcome wanted = train(numbers, sizes, batch, Solver::adam, 1);
        for (const std::size_t threads : {1U, 2U, 3U, 5U}) {
            for (const bool knows_next : {false, true}) {
                CAPTURE(batch);
                CAPTURE(threads);
                CAPTURE(knows_next);
                numbers.knows_next = bytes.knows_next = knows_next;
                for (const Way way : {Way::by_rows, Way::by_inputs, Way::alone}) {
                    CHECK(train(numbers, sizes, batch, Solver::adam, threads, {way}) == wanted);
                    CHECK(train(bytes, sizes, batch, Solver::adam, threads, {way}) == wanted);
                }
            }
        }
    }
}

TEST_CASE("sparse rows take the step of the dense ones that they mean") {
    for (const std::vector<std::size_t>& sizes : {std::vector<std::size_t>{60, 7}, {60, 33, 50, 7}}) {
        for (const std::size_t batch : {100U, 2500U}) {
            const Outcome sparse = train(Task<double>(true, true), sizes, batch, Solver::adam, 2);
            const Outcome dense = train(Task<double>(true), sizes, batch, Solver::adam, 2);
            REQUIRE(sparse.losses.size() == dense.losses.size());
            for (std::size_t i = 0; i < dense.losses.size(); ++i) {
                CHECK(sparse.losses[i] == doctest::Approx(dense.losses[i]).epsilon(1e-12));
            }
            for (std::size_t j = 0; j < dense.theta.size(); ++j) {
                REQUIRE(sparse.theta[j] == doctest::Approx(dense.theta[j]).epsilon(1e-9));
            }
        }
    }
}

void check_against_the_network(const Task<double>& task) {
    const std::vector<std::size_t> sizes{60, 33, 50, 7};
    const std::vector<Activation> activations{Activation::tanh, Activation::tanh, Activation::softmax};
    Network<double> network(sizes, activations);
    Dice dice(4);
    testing::set_random_parameters(network, dice);
    Optimizer<double> optimizer(network.layout(), {});
    Workspace<double> workspace(network.layout(), 100, Keep::training, task.rows());
    const Outcome wanted = [&] {
        Outcome outcome;
        for (std::size_t done = 0; done < task.index.size(); done += 100) {
            const auto index = std::span(task.index).subspan(done, 100);
            gather(workspace, task.rows(), index);
            gather(workspace.y(), Targets{task.labels, {}}, index);
            network.forward(workspace, 100);
            outcome.losses.push_back(network.backward(workspace, 100, Loss::log_loss));
            outcome.losses.push_back(optimizer.step(network, workspace.gradient(), 100));
        }
        return outcome;
    }();
    const Outcome stepped = train(task, sizes, 100, Solver::adam, 3);
    REQUIRE(stepped.losses.size() == wanted.losses.size());
    for (std::size_t i = 0; i < wanted.losses.size(); ++i) {
        CHECK(stepped.losses[i] == doctest::Approx(wanted.losses[i]).epsilon(1e-13));
    }
    const std::vector<double> theta = parameters(network);
    for (std::size_t j = 0; j < theta.size(); ++j) {
        REQUIRE(stepped.theta[j] == theta[j]);
    }
}

TEST_CASE("the step of a batch is the network's backward pass and the optimizer's step") {
    check_against_the_network(Task<double>());
    check_against_the_network(Task<double>(true, true));
}

TEST_CASE("ways that may be the fastest") {
    const Layout narrow({784, 8, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    const Layout wide({784, 1024, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    const Task<float> dense(false, false, 784, 10);
    const Task<float> sparse(true, true);
    using Ways = std::vector<Way>;
    CHECK(promising_ways(wide, 200, 1, dense.rows()) == Ways{Way::alone});
    CHECK(promising_ways(wide, 200, 2, dense.rows()) == Ways{Way::by_rows, Way::by_inputs});
    CHECK(promising_ways(narrow, 50, 2, dense.rows()) == Ways{Way::by_rows, Way::by_inputs, Way::alone});
    CHECK(promising_ways(wide, 2, 2, dense.rows()) == Ways{Way::by_rows, Way::by_inputs, Way::alone});
    CHECK(promising_ways(wide, 784, 2, dense.rows()) == Ways{Way::by_rows});
    CHECK(promising_ways(wide, 20000, 2, sparse.rows()) == Ways{Way::by_rows});
    const Layout few_inputs({64, 100, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    CHECK(promising_ways(few_inputs, 20, 2, dense.rows()) == Ways{Way::by_rows, Way::alone});
}

TEST_CASE("threads are used where they pay") {
    const Layout small({2, 4, 1}, {Activation::tanh, Activation::sigmoid}, sizeof(float));
    const Layout large({784, 100, 10}, {Activation::relu, Activation::softmax}, sizeof(float));
    CHECK(worthwhile_threads(small, 4, 8) == 1);
    CHECK(worthwhile_threads(large, 200, 8) == 8);
    CHECK(worthwhile_threads(large, 1, 8) == 4);  // for the optimizer
    CHECK(worthwhile_threads(large, 200, 0) == 1);

    // Sparse rows are worth what is in them.
    const Task<float> task(true, true);
    const Layout wide({60, 100, 7}, {Activation::relu, Activation::softmax}, sizeof(float));
    CHECK(worthwhile_threads(wide, 40, 8) == 5);
    CHECK(worthwhile_threads(wide, 40, 8, task.rows()) == 2);
}

}  // namespace
}  // namespace rosenblatt
