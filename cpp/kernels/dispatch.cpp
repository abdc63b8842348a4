#include "kernels/dispatch.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "kernels/levels.hpp"
#include "rosenblatt/isa.hpp"

namespace rosenblatt::kernels {
namespace {

struct Level {
    const char* name;
    bool supported;
    const Table<float>* float32;
    const Table<double>* float64;

    template <class T>
    [[nodiscard]] const Table<T>& table() const {
        if constexpr (sizeof(T) == sizeof(float)) {
            return *float32;
        } else {
            return *float64;
        }
    }
};

// Best first. The compiler's own check covers the operating system's support of the wider registers too.
#if defined(ROSENBLATT_X86)
const std::array<Level, 4>& levels() {
    static const std::array<Level, 4> all = [] {
        __builtin_cpu_init();
        return std::array<Level, 4>{{
            {"x86-64-v4",
             __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl"),
             &v4::table_float32, &v4::table_float64},
            {"x86-64-v3",
             __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                 __builtin_cpu_supports("bmi2"),
             &v3::table_float32, &v3::table_float64},
            {"x86-64-v2", __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt"), &v2::table_float32,
             &v2::table_float64},
            {"plain", true, &plain::table_float32, &plain::table_float64},
        }};
    }();
    return all;
}
#elif defined(ROSENBLATT_AARCH64)
const std::array<Level, 2>& levels() {
    static const std::array<Level, 2> all{{
        {"neon", true, &neon::table_float32, &neon::table_float64},
        {"plain", true, &plain::table_float32, &plain::table_float64},
    }};
    return all;
}
#else
const std::array<Level, 1>& levels() {
    static const std::array<Level, 1> all{{{"plain", true, &plain::table_float32, &plain::table_float64}}};
    return all;
}
#endif

const Level& find(const std::string& name, const char* origin) {
    std::string known;
    for (const Level& level : levels()) {
        if (name == level.name) {
            if (!level.supported) {
                throw std::invalid_argument(std::string(origin) + " asks for the instruction set '" + name +
                                            "', which this processor does not have");
            }
            return level;
        }
        known += known.empty() ? "" : ", ";
        known += level.name;
    }
    throw std::invalid_argument(std::string(origin) + " asks for the unknown instruction set '" + name +
                                "'; expected one of " + known);
}

const Level& choose() {
    // Read once per process: a level that changed in the middle of a training would change its rounding.
    static const Level& chosen = []() -> const Level& {
        const char* forced = std::getenv("ROSENBLATT_ISA");
        if (forced != nullptr && *forced != '\0') {
            return find(forced, "the environment variable ROSENBLATT_ISA");
        }
        for (const Level& level : levels()) {
            if (level.supported) {
                return level;
            }
        }
        return levels().back();
    }();
    return chosen;
}

}  // namespace

template <class T>
const Table<T>& active() {
    return choose().table<T>();
}

template <class T>
const Table<T>& level(const std::string& name) {
    return find(name, "the caller").table<T>();
}

std::vector<std::string> available_levels() {
    std::vector<std::string> names;
    for (const Level& level : levels()) {
        if (level.supported) {
            names.emplace_back(level.name);
        }
    }
    return names;
}

template const Table<float>& active<float>();
template const Table<double>& active<double>();
template const Table<float>& level<float>(const std::string&);
template const Table<double>& level<double>(const std::string&);

}  // namespace rosenblatt::kernels

namespace rosenblatt {

std::string active_isa() { return kernels::active<float>().level; }

std::vector<std::string> available_isas() { return kernels::available_levels(); }

}  // namespace rosenblatt
