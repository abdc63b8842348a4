#include "rosenblatt/isa.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/dispatch.hpp"

namespace rosenblatt {
namespace {

TEST_CASE("the plain level runs everywhere and comes last") {
    const std::vector<std::string> levels = available_isas();
    REQUIRE_FALSE(levels.empty());
    CHECK(levels.back() == "plain");
    CHECK(levels == kernels::available_levels());
}

TEST_CASE("the level in use is one of those available, the same for both precisions") {
    const std::vector<std::string> levels = available_isas();
    const std::string active = active_isa();
    CHECK(std::find(levels.begin(), levels.end(), active) != levels.end());
    CHECK(active == kernels::active<float>().level);
    CHECK(active == kernels::active<double>().level);
}

TEST_CASE_TEMPLATE("every available level can be had by name", T, float, double) {
    for (const std::string& name : available_isas()) {
        CAPTURE(name);
        CHECK(kernels::level<T>(name).level == name);
    }
}

TEST_CASE("an unknown level is refused with the list of those that are known") {
    for (const char* name : {"", "avx2", "Plain"}) {
        std::string message;
        try {
            (void)kernels::level<float>(name);
        } catch (const std::invalid_argument& error) {
            message = error.what();
        }
        CAPTURE(message);
        CHECK(message.find("unknown instruction set '" + std::string(name) + "'; expected one of ") !=
              std::string::npos);
        for (const std::string& known : available_isas()) {
            CHECK(message.find(known) != std::string::npos);
        }
    }
}

}  // namespace
}  // namespace rosenblatt
