#include "rosenblatt/workspace.hpp"

#include <limits>

namespace rosenblatt {

template <class T>
Workspace<T>::Workspace(const Layout& layout, std::size_t batch, Keep keep, const Rows& x)
    : batch_(batch), keep_(keep) {
    // Before each row of a there is a cache line whose last element is the constant 1 of [1 a].
    constexpr std::size_t lead = cache_line / sizeof(T);
    const std::vector<std::size_t>& sizes = layout.sizes();
    const std::size_t depth = layout.layers().size();
    std::size_t total = 0;
    const auto place = [&total](std::size_t rows, std::size_t cols, std::size_t stride, std::size_t before) {
        if (stride != 0 && rows > (std::numeric_limits<std::ptrdiff_t>::max() / sizeof(T) - total) / stride) {
            throw OutOfMemory(rows, stride * sizeof(T));
        }
        const Place result{total + before, rows, cols, stride};
        total += rows * stride;
        return result;
    };

    n_.resize(depth + 1);
    a_.resize(depth + 1);
    s_.resize(depth + 1);
    transposed_.resize(depth + 1);
    for (std::size_t k = 0; k <= depth; ++k) {
        const std::size_t cols = k == 0 && x.are_sparse() ? 0 : sizes[k];
        a_[k] = place(batch, cols, padded(cols + lead, sizeof(T)), lead);
    }
    for (std::size_t k = 1; k <= depth; ++k) {
        n_[k] = keep == Keep::everything ? place(batch, sizes[k], padded(sizes[k], sizeof(T)), 0) : a_[k];
    }
    std::size_t gradient = 0;
    if (keep != Keep::outputs) {
        for (std::size_t k = 1; k <= depth; ++k) {
            s_[k] = place(batch, sizes[k], padded(sizes[k], sizeof(T)), 0);
        }
        for (std::size_t k = 2; k <= depth; ++k) {
            transposed_[k] = place(sizes[k], sizes[k - 1], padded(sizes[k - 1], sizeof(T)), 0);
        }
        y_ = place(batch, sizes[depth], padded(sizes[depth], sizeof(T)), 0);
    }
    const bool has_gradient = keep == Keep::training || keep == Keep::everything;
    if (has_gradient) {
        gradient = place(1, layout.size(), layout.size(), 0).offset;
    }

    if (x.are_sparse()) {
        sparse_.emplace(x, batch, keep != Keep::outputs);
    }
    memory_ = AlignedBuffer<T>(total);
    begin_ = memory_.data();
    gradient_begin_ = has_gradient ? begin_ + gradient : nullptr;
    for (std::size_t k = 0; k <= depth; ++k) {
        for (std::size_t i = 0; i < batch; ++i) {
            view(a_[k]).row(i)[-1] = T(1);
        }
    }
}

template <class T>
MatrixView<T> Workspace<T>::n(std::size_t k) const {
    return view(n_[k]);
}

template <class T>
MatrixView<T> Workspace<T>::a(std::size_t k) const {
    return view(a_[k]);
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
    } else {
        gather(workspace.a(0), rows, index);
    }
}

template class Workspace<float>;
template class Workspace<double>;
template void gather(Workspace<float>&, const Rows&, std::span<const std::int64_t>);
template void gather(Workspace<double>&, const Rows&, std::span<const std::int64_t>);

}  // namespace rosenblatt
