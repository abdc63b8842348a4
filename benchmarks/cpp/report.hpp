// What is printed: a table for people, or one JSON object.
#pragma once

#include <cstddef>
#include <string>

#include "cases.hpp"
#include "measure.hpp"

namespace rosenblatt::micro {

struct Machine {
    std::string isa;
    std::size_t threads;
    double float32;  // GFLOP/s, all threads together
    double float64;
    double bandwidth;  // GB/s
};

class Report {
public:
    explicit Report(bool is_json) : is_json_(is_json) {}

    void begin(const Machine& machine);
    void begin_cases();
    void add(const Case& one, const char* type, const Figures& figures);
    void end_cases();
    void end();

private:
    bool is_json_;
    bool has_cases_ = false;
};

}  // namespace rosenblatt::micro
