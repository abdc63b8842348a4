// Trainer for float32 and float64.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>

#include "arrays.hpp"
#include "choice.hpp"
#include "interrupt.hpp"
#include "rosenblatt/trainer.hpp"

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

using OnEpoch = std::function<bool(std::size_t, double, double, double)>;
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
                const std::optional<py::array>& weights, const py::array& training, const py::array& validation,
                std::size_t max_iter, MersenneTwister& random, const std::optional<OnEpoch>& on_epoch,
                const std::optional<OnBatch>& on_batch, const std::optional<BeforeEpoch>& before_epoch) {
    const Table table = as_rows(x, "x");
    const TargetsArray targets = as_targets(y, weights);
    const TrainingData data{table.rows, targets.targets, as_index(training, "training"),
                            as_index(validation, "validation")};
    Listener listener;
    listener.interrupted = interrupted;
    if (on_epoch) {
        listener.on_epoch = [&on_epoch](const Epoch& epoch) {
            const py::gil_scoped_acquire acquire;
            return (*on_epoch)(epoch.number, epoch.loss, epoch.validation_score, epoch.learning_rate);
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
                   "Training by mini-batches; moves the optimizer that it is given.")
        .def(py::init([](const Network<T>& network, std::shared_ptr<Optimizer<T>> optimizer, const std::string& loss,
                         double loss_scale, double alpha, std::size_t batch_size, bool shuffle, double tol,
                         double n_iter_no_change, bool early_stopping, const std::string& score, std::size_t threads) {
                 optimizer->set_alpha(alpha);
                 TrainerOptions options;
                 options.loss = parse_loss(loss);
                 options.loss_scale = loss_scale;
                 options.batch_size = batch_size;
                 options.shuffle = shuffle;
                 options.tol = tol;
                 options.n_iter_no_change = n_iter_no_change;
                 options.early_stopping = early_stopping;
                 options.score = choice<Score>("score", score, {"accuracy", "r2"});
                 options.threads = threads;
                 return Tr(network, options, std::move(optimizer));
             }),
             py::arg("network"), py::arg("optimizer").none(false), py::kw_only(), py::arg("loss"),
             py::arg("loss_scale"), py::arg("alpha"), py::arg("batch_size"), py::arg("shuffle"), py::arg("tol"),
             py::arg("n_iter_no_change"), py::arg("early_stopping"), py::arg("score"), py::arg("threads"))
        .def("fit", &fit<T>, py::arg("network"), py::arg("x"), py::arg("y"), py::arg("weights"), py::arg("training"),
             py::arg("validation"), py::arg("max_iter"), py::arg("random"), py::arg("on_epoch") = py::none(),
             py::arg("on_batch") = py::none(), py::arg("before_epoch") = py::none(),
             "Train for at most max_iter epochs on x, an array or a CSR matrix; returns how it ended.")
        .def_property_readonly("loss_curve", &Tr::loss_curve)
        .def_property_readonly("validation_scores", &Tr::validation_scores)
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
