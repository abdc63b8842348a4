#include "rosenblatt/rows.hpp"

#include "kernels/dispatch.hpp"

namespace rosenblatt {

template <class T>
void gather(MatrixView<T> out, const Rows& rows, std::span<const std::int64_t> index) {
    const kernels::Table<T>& kernel = kernels::active<T>();
    switch (rows.element) {
        case Element::uint8:
            kernel.gather_uint8(out.data, out.stride, static_cast<const std::uint8_t*>(rows.data), rows.stride,
                                index.data(), index.size(), rows.features);
            return;
        case Element::float32:
            kernel.gather_float32(out.data, out.stride, static_cast<const float*>(rows.data), rows.stride, index.data(),
                                  index.size(), rows.features);
            return;
        case Element::float64:
            kernel.gather_float64(out.data, out.stride, static_cast<const double*>(rows.data), rows.stride,
                                  index.data(), index.size(), rows.features);
            return;
    }
}

template void gather(MatrixView<float>, const Rows&, std::span<const std::int64_t>);
template void gather(MatrixView<double>, const Rows&, std::span<const std::int64_t>);

}  // namespace rosenblatt
