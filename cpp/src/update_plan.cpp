#include "rosenblatt/update_plan.hpp"

#include <algorithm>
#include <utility>

#include "rosenblatt/aligned_buffer.hpp"
#include "rosenblatt/team.hpp"

namespace rosenblatt {

UpdatePlan::UpdatePlan(const Layout& layout, std::size_t element_size, std::size_t threads, bool owns_columns) {
    // About 32 slabs can be shared out evenly among up to 8 threads; their gradients stay in the cache. 12 rows are
    // whole tiles of every height, and fewer than 2048 elements are not worth handing out.
    constexpr std::size_t height = 12;
    const std::size_t elements = std::max<std::size_t>(layout.size() / 32, 2048);
    const std::size_t line = cache_line / element_size;
    const Layer& input_layer = layout.layers().front();
    const std::size_t owned_by_each =
        owns_columns && threads > 1 ? input_layer.outputs / line / threads * line : std::size_t{0};
    owned_cols_ = threads * owned_by_each;

    std::vector<Unit> shared;
    for (std::size_t k = 1; k <= layout.layers().size(); ++k) {
        const Layer& layer = layout.layers()[k - 1];
        const std::size_t rows = layer.inputs + 1;
        const std::size_t first_col = k == 1 ? owned_cols_ : 0;
        const std::size_t slab_rows = std::max(elements / layer.stride / height * height, height);
        slab_rows_.push_back(slab_rows);
        for (std::size_t first = 0; first < rows; first += slab_rows) {
            if (first_col < layer.outputs) {
                const std::size_t count = std::min(slab_rows, rows - first);
                shared.push_back({{k, first, count, first_col, layer.outputs - first_col}, squares_of_.size(), false});
            }
            squares_of_.push_back(squares_);
            squares_ += lines(layer.outputs, element_size);
        }
    }
    if (owned_by_each == 0) {
        units_ = std::move(shared);
        return;
    }
    const std::size_t count = threads + shared.size();
    std::size_t thread = 0;
    for (auto next = shared.begin(); units_.size() < count;) {
        if (thread < threads && Team::first_block(thread, count, threads) == units_.size()) {
            units_.push_back({{1, 0, input_layer.inputs + 1, thread * owned_by_each, owned_by_each}, 0, true});
            ++thread;
        } else {
            units_.push_back(*next++);
        }
    }
}

}  // namespace rosenblatt
