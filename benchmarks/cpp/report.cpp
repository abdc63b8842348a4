#include "report.hpp"

#include <cstdio>

namespace rosenblatt::micro {
namespace {

// A column of the table; a dash where the case has no such figure.
void print_cell(double value) {
    if (value > 0) {
        std::printf(" %10.2f", value);
    } else {
        std::printf(" %10s", "-");
    }
}

void print_member(const char* key, double value) {
    if (value > 0) {
        std::printf(", \"%s\": %.6g", key, value);
    }
}

}  // namespace

void Report::begin(const Machine& machine) {
    if (is_json_) {
        std::printf(R"({"isa": "%s", "threads": %zu, "float32": %.2f, "float64": %.2f, "bandwidth_GBps": %.2f)",
                    machine.isa.c_str(), machine.threads, machine.float32, machine.float64, machine.bandwidth);
    } else {
        std::printf("%s, %zu thread%s: FMA peak %.1f GFLOP/s in float32, %.1f in float64; memory %.1f GB/s\n",
                    machine.isa.c_str(), machine.threads, machine.threads == 1 ? "" : "s", machine.float32,
                    machine.float64, machine.bandwidth);
    }
}

void Report::begin_cases() {
    if (is_json_) {
        std::printf(R"(, "cases": [)");
    } else {
        std::printf("\n%-36s %-8s %10s %10s %10s %10s %10s\n", "kernel, shape", "type", "us a call", "GFLOP/s",
                    "% of peak", "G elem/s", "GB/s");
    }
}

void Report::add(const Case& one, const char* type, const Figures& figures) {
    const double gflops = one.work.flops / figures.seconds / 1e9;
    const double percent = 100 * gflops / figures.peak_gflops;
    const double elements = one.work.elements / figures.seconds;
    const double bytes = one.work.bytes / figures.seconds / 1e9;
    if (is_json_) {
        std::printf(R"(%s{"name": "%s", "type": "%s", "seconds": %.6g)", has_cases_ ? ",\n" : "\n", one.name.c_str(),
                    type, figures.seconds);
        print_member("peak_GFLOPs", figures.peak_gflops);
        print_member("GFLOPs", gflops);
        print_member("percent_of_peak", percent);
        print_member("elements_per_second", elements);
        print_member("GBps", bytes);
        std::printf("}");
    } else {
        std::printf("%-36s %-8s", one.name.c_str(), type);
        print_cell(figures.seconds * 1e6);
        print_cell(gflops);
        print_cell(percent);
        print_cell(elements / 1e9);
        print_cell(bytes);
        std::printf("\n");
        std::fflush(stdout);
    }
    has_cases_ = true;
}

void Report::end_cases() {
    if (is_json_) {
        std::printf("]");
    }
}

void Report::end() {
    if (is_json_) {
        std::printf("}\n");
    }
}

}  // namespace rosenblatt::micro
