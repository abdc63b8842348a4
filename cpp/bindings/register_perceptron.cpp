// train_perceptron for float32 and float64.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "arrays.hpp"
#include "interrupt.hpp"
#include "rosenblatt/perceptron.hpp"

namespace rosenblatt::bindings {
namespace {

using OnEpoch = std::function<bool(std::size_t, double, double, std::size_t, double, double, double)>;
using Stopped = std::function<bool()>;
using Outcome = std::tuple<std::string, double, std::size_t>;

Penalty parse_penalty(const std::optional<std::string>& name) {
    constexpr std::array<std::pair<const char*, Penalty>, 3> penalties{
        {{"l1", Penalty::l1}, {"l2", Penalty::l2}, {"elasticnet", Penalty::elasticnet}}};
    if (!name) {
        return Penalty::none;
    }
    for (const auto& [known, penalty] : penalties) {
        if (*name == known) {
            return penalty;
        }
    }
    throw py::value_error("unknown penalty '" + *name + "'; expected None, 'l1', 'l2' or 'elasticnet'");
}

const char* name_of(PerceptronResult::Ending ending) {
    switch (ending) {
        case PerceptronResult::Ending::max_iter:
            return "max_iter";
        case PerceptronResult::Ending::converged:
            return "converged";
        case PerceptronResult::Ending::overflow:
            return "overflow";
        case PerceptronResult::Ending::interrupted:
            break;
    }
    return "interrupted";
}

// Calls Python; true for its answer true, and also for a Ctrl-C that came while it ran.
template <class Call>
bool is_stopped_by(const Call& call) {
    const py::gil_scoped_acquire acquire;
    try {
        return call();
    } catch (const py::error_already_set& error) {
        if (!error.matches(PyExc_KeyboardInterrupt)) {
            throw;
        }
        return true;
    }
}

template <class T>
Outcome train(py::array& w, double intercept, const py::object& x, const py::array& y,
              const std::optional<py::array>& weights, const std::optional<py::array>& validation,
              const PerceptronOptions& options, const std::optional<OnEpoch>& on_epoch,
              const std::optional<Stopped>& stopped) {
    const Table table = as_rows(x, "x");
    const std::size_t size = as_span<T>(w, "w").size();
    const std::span<T> trained(static_cast<T*>(w.mutable_data()), size);  // raises ValueError if w is read-only
    PerceptronData<T> data{table.rows, as_span<std::int8_t>(y, "y"), {}, {}};
    if (weights) {
        data.weights = as_span<T>(*weights, "weights");
    }
    if (validation) {
        data.validation = as_span<std::uint8_t>(*validation, "validation");
    }
    PerceptronListener listener;
    if (on_epoch) {
        listener.on_epoch = [&on_epoch](const PerceptronEpoch& epoch) {
            return is_stopped_by([&] {
                return (*on_epoch)(epoch.number, epoch.loss, epoch.objective, epoch.wrong, epoch.validation_score,
                                   epoch.scale, epoch.intercept);
            });
        };
    }
    listener.interrupted = [&stopped] {
        return interrupted() || is_stopped_by([&] { return stopped && (*stopped)(); });
    };
    const PerceptronResult result = [&] {
        const py::gil_scoped_release release;
        return train_perceptron(trained, intercept, data, options, listener);
    }();
    return {name_of(result.ending), result.intercept, result.n_iter};
}

}  // namespace

void register_perceptron(py::module_& module) {
    module.def(
        "train_perceptron",
        [](py::array w, double intercept, const py::object& x, const py::array& y,
           const std::optional<py::array>& weights, const std::optional<py::array>& validation,
           const std::optional<std::string>& penalty, double alpha, double l1_ratio, bool fit_intercept,
           std::size_t max_iter, double tol, bool shuffle, std::uint32_t seed, double eta0, bool early_stopping,
           std::size_t n_iter_no_change, double weight_positive, double weight_negative,
           const std::optional<OnEpoch>& on_epoch, const std::optional<Stopped>& stopped) {
            const PerceptronOptions options{parse_penalty(penalty),
                                            alpha,
                                            l1_ratio,
                                            fit_intercept,
                                            max_iter,
                                            tol,
                                            shuffle,
                                            seed,
                                            eta0,
                                            early_stopping,
                                            n_iter_no_change,
                                            weight_positive,
                                            weight_negative};
            const bool is_single = w.dtype().equal(py::dtype::of<float>());
            const auto run = is_single ? train<float> : train<double>;
            return run(w, intercept, x, y, weights, validation, options, on_epoch, stopped);
        },
        py::arg("w"), py::arg("intercept"), py::arg("x"), py::arg("y"), py::arg("weights") = py::none(),
        py::arg("validation") = py::none(), py::kw_only(), py::arg("penalty"), py::arg("alpha"), py::arg("l1_ratio"),
        py::arg("fit_intercept"), py::arg("max_iter"), py::arg("tol"), py::arg("shuffle"), py::arg("seed"),
        py::arg("eta0"), py::arg("early_stopping"), py::arg("n_iter_no_change"), py::arg("weight_positive"),
        py::arg("weight_negative"), py::arg("on_epoch") = py::none(), py::arg("stopped") = py::none(),
        "Train one unit in place, w in float32 or float64; returns how it ended, the intercept and the epochs.");
}

}  // namespace rosenblatt::bindings
