// Trainer for float32 and float64.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "interrupt.hpp"
#include "losses.hpp"
#include "rosenblatt/trainer.hpp"
#include "watched.hpp"

namespace rosenblatt::bindings {
namespace {

const char* name_of(Ending ending) {
    switch (ending) {
        case Ending::max_iter:
            return "max_iter";
        case Ending::converged:
            return "converged";
        case Ending::diverged:
            return "diverged";
        case Ending::stopped_by_listener:
            return "stopped";
        case Ending::interrupted:
            break;
    }
    return "interrupted";
}

using OnEpoch = std::function<bool(std::size_t, double, double, double, double)>;
using OnBatch = std::function<bool(std::size_t, std::size_t, std::size_t, std::size_t, double, double)>;
using BeforeEpoch = std::function<std::optional<py::array_t<double>>(std::size_t)>;

// Calls Python for the rates of an epoch's batches.
bool fill_in(std::span<double> rates, const BeforeEpoch& before_epoch) {
    const py::gil_scoped_acquire acquire;
    const std::optional<py::array_t<double>> given = before_epoch(rates.size());
    if (!given) {
        return false;
    }
    if (given->ndim() != 1 || static_cast<std::size_t>(given->shape(0)) != rates.size()) {
        throw py::value_error("before_epoch must return the rates of " + std::to_string(rates.size()) + " batches");
    }
    for (std::size_t i = 0; i < rates.size(); ++i) {
        rates[i] = given->at(i);
    }
    return true;
}

template <class T>
std::string fit(Trainer<T>& trainer, Network<T>& network, const py::object& x, const py::array& y,
                const std::optional<py::array>& weights, const py::array& training,
                const std::optional<WatchedArrays>& validation, std::size_t max_iter, MersenneTwister& random,
                const std::optional<OnEpoch>& on_epoch, const std::optional<std::function<double()>>& score,
                const std::optional<OnBatch>& on_batch, const std::optional<BeforeEpoch>& before_epoch) {
    const Table table = as_rows(x, "x");
    const TargetsArray targets = as_targets(y, weights);
    TrainingData data{table.rows, targets.targets, as_index(training, "training"), {}};
    std::optional<Watched> watched;
    if (validation) {
        watched = as_watched(*validation, x, table);
        data.validation = watched->data;
    }
    Listener listener;
    listener.interrupted = interrupted;
    if (on_epoch) {
        listener.on_epoch = [&on_epoch](const Epoch& epoch) {
            const py::gil_scoped_acquire acquire;
            return (*on_epoch)(epoch.number, epoch.loss, epoch.validation_score, epoch.validation_loss,
                               epoch.learning_rate);
        };
    }
    if (score) {
        listener.score = [&score] {
            const py::gil_scoped_acquire acquire;
            return (*score)();
        };
    }
    if (on_batch) {
        listener.on_batch = [&on_batch](const Batch& batch) {
            const py::gil_scoped_acquire acquire;
            return (*on_batch)(batch.epoch, batch.number, batch.batches, batch.rows, batch.loss, batch.learning_rate);
        };
    }
    if (before_epoch) {
        listener.before_epoch = [&before_epoch](std::span<double> rates) { return fill_in(rates, *before_epoch); };
    }
    const py::gil_scoped_release release;
    return name_of(trainer.fit(network, data, max_iter, random, listener));
}

template <class T>
void register_trainer_of(py::module_& module, const std::string& suffix) {
    using Tr = Trainer<T>;
    py::class_<Tr>(module, ("Trainer" + suffix).c_str(),
                   "Training by mini-batches; moves the optimizer, and the batch_norm, that it is given.")
        .def(py::init([](const Network<T>& network, std::shared_ptr<Optimizer<T>> optimizer, const LossArgument& loss,
                         double loss_scale, std::size_t batch_size, bool shuffle, double tol, double n_iter_no_change,
                         bool early_stopping, const std::string& score, std::size_t threads, double input_noise,
                         double input_dropout, const std::vector<double>& dropout,
                         const std::optional<std::shared_ptr<BatchNorm<T>>>& batch_norm) {
                 TrainerOptions options;
                 options.loss = as_loss(loss);
                 options.loss_scale = loss_scale;
                 options.batch_size = batch_size;
                 options.shuffle = shuffle;
                 options.tol = tol;
                 options.n_iter_no_change = n_iter_no_change;
                 options.early_stopping = early_stopping;
                 options.score = parse_score(score);
                 options.threads = threads;
                 options.noise.input_noise = input_noise;
                 options.noise.input_dropout = input_dropout;
                 options.noise.dropout = dropout;
                 return Tr(network, options, std::move(optimizer), as_own_loss<T>(loss), batch_norm.value_or(nullptr));
             }),
             py::arg("network"), py::arg("optimizer").none(false), py::kw_only(), py::arg("loss"),
             py::arg("loss_scale"), py::arg("batch_size"), py::arg("shuffle"), py::arg("tol"),
             py::arg("n_iter_no_change"), py::arg("early_stopping"), py::arg("score"), py::arg("threads"),
             py::arg("input_noise") = 0.0, py::arg("input_dropout") = 0.0, py::arg("dropout") = std::vector<double>(),
             py::arg("batch_norm") = py::none())
        .def(
            "fit", &fit<T>, py::arg("network"), py::arg("x"), py::arg("y"), py::arg("weights"), py::arg("training"),
            py::arg("validation"), py::arg("max_iter"), py::arg("random"), py::arg("on_epoch") = py::none(),
            py::arg("score") = py::none(), py::arg("on_batch") = py::none(), py::arg("before_epoch") = py::none(),
            "Train for at most max_iter epochs on x, an array or a CSR matrix; validation is None or x, y, weights and "
            "the numbers of the rows to watch. Returns how it ended.")
        .def_property_readonly("loss_curve", &Tr::loss_curve)
        .def_property_readonly("validation_scores", &Tr::validation_scores)
        .def_property_readonly("validation_losses", &Tr::validation_losses)
        .def(
            "resume",
            [](Tr& self, double best_loss, double best_validation_score, double no_improvement, double samples) {
                self.resume({best_loss, best_validation_score, no_improvement, samples});
            },
            py::arg("best_loss"), py::arg("best_validation_score"), py::arg("no_improvement"), py::arg("samples"),
            "Continue an earlier training: how far it came.")
        .def_property_readonly("best_loss", [](const Tr& self) { return self.progress().best_loss; })
        .def_property_readonly("best_validation_score",
                               [](const Tr& self) { return self.progress().best_validation_score; })
        .def_property_readonly("no_improvement", [](const Tr& self) { return self.progress().no_improvement; })
        .def_property_readonly("samples", [](const Tr& self) { return self.progress().samples; })
        .def_property_readonly("learning_rate", &Tr::learning_rate);
}

}  // namespace

void register_trainer(py::module_& module) {
    register_trainer_of<float>(module, "Float32");
    register_trainer_of<double>(module, "Float64");
}

}  // namespace rosenblatt::bindings
