// Measures the kernels beside what the machine could do at most. See options.hpp.
#include <cstdio>
#include <exception>
#include <iterator>

#include "bandwidth.hpp"
#include "cases.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "peak.hpp"
#include "report.hpp"
#include "rosenblatt/isa.hpp"

namespace rosenblatt::micro {
namespace {

constexpr std::size_t quick_bytes = std::size_t{1} << 20U;

Machine measure_machine(const Options& options) {
    const Effort effort = options.is_quick ? Effort{1, 1e-4} : Effort{100, 2e-3};
    return {.isa = active_isa(),
            .threads = options.threads,
            .float32 = fma_peak<float>(options.threads, effort),
            .float64 = fma_peak<double>(options.threads, effort),
            .bandwidth = bandwidth(options.threads, options.is_quick ? quick_bytes : beyond_caches(),
                                   options.is_quick ? 1 : 10)};
}

template <class T>
void measure_cases(const Options& options, Report& report) {
    const Effort effort = options.is_quick ? Effort{1, 1e-4} : Effort{30, 2e-3};
    for (const std::vector<Case>& some :
         {product_cases<T>(), element_cases<T>(), gather_cases<T>(options.is_quick ? quick_bytes : beyond_caches()),
          optimizer_cases<T>(), row_cases<T>()}) {
        for (const Case& one : some) {
            if (one.name.find(options.filter) != std::string::npos) {
                report.add(one, type_name<T>(), measure<T>(one, effort));
            }
        }
    }
}

void run(const Options& options) {
    Report report(options.is_json);
    report.begin(measure_machine(options));
    if (!options.is_peak) {
        report.begin_cases();
        measure_cases<float>(options, report);
        measure_cases<double>(options, report);
        report.end_cases();
    }
    report.end();
}

}  // namespace
}  // namespace rosenblatt::micro

int main(int argc, char** argv) {
    using namespace rosenblatt::micro;
    try {
        const auto options = parse_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
        if (!options || options->is_help) {
            std::fputs(usage, options ? stdout : stderr);
            return options ? 0 : 2;
        }
        run(*options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
