#include "rosenblatt/workspace.hpp"

#include <algorithm>
#include <limits>

namespace rosenblatt {

template <class T>
Workspace<T>::Workspace(const Layout& layout, std::size_t batch, Keep keep, const Rows& x, std::size_t parts,
                        const Noise& noise)
    : batch_(batch),
      keep_(keep),
      reads_in_place_(x.data != nullptr && !x.are_sparse() && x.element == element_of<T>() && !noise.changes_input()),
      noise_(noise) {
    const std::vector<std::size_t>& sizes = layout.sizes();
    const std::size_t depth = layout.layers().size();
    std::size_t total = 0;
    const auto place = [&total](std::size_t rows, std::size_t cols) {
        const std::size_t stride = padded(cols, sizeof(T));
        if (stride != 0 && rows > (std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T) - total) / stride) {
            throw OutOfMemory(rows, stride * sizeof(T));
        }
        const Place result{total, rows, cols, stride};
        total += rows * stride;
        return result;
    };

    n_.resize(depth + 1);
    a_.resize(depth + 1);
    passed_on_.resize(depth + 1);
    s_.resize(depth + 1);
    transposed_.resize(depth + 1);
    derivative_input_.resize(depth + 1);
    for (std::size_t side = 0; side < (parts > 0 ? 2 : 1); ++side) {
        a0_[side] = place(batch, reads_in_place_ || x.are_sparse() ? 0 : sizes[0]);
    }
    for (std::size_t i = 0; i < parts; ++i) {
        parts_.push_back(place(batch, sizes[1]));
    }
    for (std::size_t k = 1; k <= depth; ++k) {
        a_[k] = place(batch, sizes[k]);
        const bool needs_n = needs_net_input(layout.layers()[k - 1].activation);
        const bool keeps_n = keep == Keep::everything || (needs_n && keep != Keep::outputs);
        n_[k] = keeps_n ? place(batch, sizes[k]) : a_[k];
        derivative_input_[k] = needs_n ? n_[k] : a_[k];
        passed_on_[k] = noise.changes(k) ? place(batch, sizes[k]) : a_[k];
    }
    const std::vector<std::size_t>& groups = layout.groups();
    const std::size_t widest = groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end());
    group_a_ = place(batch, widest);
    std::size_t gradient = 0;
    if (keep != Keep::outputs) {
        for (std::size_t k = 1; k <= depth; ++k) {
            s_[k] = place(batch, sizes[k]);
        }
        for (std::size_t k = 2; k <= depth; ++k) {
            transposed_[k] = place(sizes[k], sizes[k - 1]);
        }
        y_ = place(batch, sizes[depth]);
        group_s_ = place(batch, widest);
    }
    const bool has_gradient = keep == Keep::training || keep == Keep::everything;
    if (has_gradient) {
        gradient = total;
        total += layout.size();
    }

    if (x.are_sparse()) {
        sparse_.emplace(x, batch, keep != Keep::outputs);
    }
    memory_ = AlignedBuffer<T>(total);
    begin_ = memory_.data();
    gradient_begin_ = has_gradient ? begin_ + gradient : nullptr;
    for (std::size_t side = 0; side < 2; ++side) {
        const MatrixView<T> x_here = view(a0_[side]);
        inputs_[side] = {x_here.data, static_cast<std::ptrdiff_t>(x_here.stride), nullptr};
    }
}

template <class T>
MatrixView<T> Workspace<T>::n(std::size_t k) const {
    return view(n_[k]);
}

template <class T>
MatrixView<T> Workspace<T>::a(std::size_t k) const {
    return view(k == 0 ? a0_[side_] : a_[k]);
}

template <class T>
MatrixView<T> Workspace<T>::s(std::size_t k) const {
    return view(s_[k]);
}

template <class T>
MatrixView<T> Workspace<T>::y() const {
    return view(y_);
}

template <class T>
MatrixView<T> Workspace<T>::transposed_weights(std::size_t k) const {
    return view(transposed_[k]);
}

template <class T>
void gather(Workspace<T>& workspace, const Rows& rows, std::span<const std::int64_t> index) {
    if (SparseBatch<T>* sparse = workspace.sparse()) {
        sparse->place(rows, index);
        sparse->gather(rows, index, 0, index.size());
    } else if (workspace.reads_in_place()) {
        workspace.read_in_place(rows, index);
    } else {
        gather(workspace.a(0), rows, index);
    }
}

template class Workspace<float>;
template class Workspace<double>;
template void gather(Workspace<float>&, const Rows&, std::span<const std::int64_t>);
template void gather(Workspace<double>&, const Rows&, std::span<const std::int64_t>);

}  // namespace rosenblatt
