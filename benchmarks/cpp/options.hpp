// The command line.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rosenblatt::micro {

inline constexpr const char* usage =
    "usage: rosenblatt_micro [--filter TEXT] [--json] [--quick]\n"
    "       rosenblatt_micro --peak [--threads N] [--json] [--quick]\n"
    "\n"
    "Measures each kernel beside the FMA peak of this machine, or that peak and the memory's bandwidth alone.\n"
    "The environment variable ROSENBLATT_ISA chooses the instruction set.\n"
    "\n"
    "  --filter TEXT  only cases whose name contains TEXT\n"
    "  --json         print one JSON object\n"
    "  --quick        very short runs, to see that everything works\n"
    "  --peak         only the peak and the bandwidth\n"
    "  --threads N    of N threads at the same time, 1 to 1024 (default: 1)\n";

struct Options {
    bool is_help = false;
    bool is_peak = false;
    bool is_json = false;
    bool is_quick = false;
    std::size_t threads = 1;
    std::string_view filter;
};

// Nothing where the arguments are wrong.
[[nodiscard]] std::optional<Options> parse_options(std::span<const char* const> arguments);

}  // namespace rosenblatt::micro
