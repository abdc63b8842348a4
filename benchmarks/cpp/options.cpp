#include "options.hpp"

#include <charconv>
#include <system_error>

namespace rosenblatt::micro {
namespace {

std::optional<std::size_t> parse_threads(std::string_view text) {
    constexpr std::size_t most = 1024;
    std::size_t threads = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
    if (error != std::errc() || end != text.data() + text.size() || threads < 1 || threads > most) {
        return std::nullopt;
    }
    return threads;
}

}  // namespace

std::optional<Options> parse_options(std::span<const char* const> arguments) {
    Options options;
    bool has_filter = false;
    bool has_threads = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        const bool has_value = i + 1 < arguments.size();
        if (argument == "--help") {
            options.is_help = true;
        } else if (argument == "--peak") {
            options.is_peak = true;
        } else if (argument == "--json") {
            options.is_json = true;
        } else if (argument == "--quick") {
            options.is_quick = true;
        } else if (argument == "--filter" && has_value) {
            options.filter = arguments[++i];
            has_filter = true;
        } else if (argument == "--threads" && has_value) {
            const std::optional<std::size_t> threads = parse_threads(arguments[++i]);
            if (!threads) {
                return std::nullopt;
            }
            options.threads = *threads;
            has_threads = true;
        } else {
            return std::nullopt;
        }
    }
    // A kernel runs on one thread.
    if (options.is_peak ? has_filter : has_threads) {
        return std::nullopt;
    }
    return options;
}

}  // namespace rosenblatt::micro
