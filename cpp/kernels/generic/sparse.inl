// The product of a sparse matrix with a dense one: each row of the output is a sum of rows of the right factor.
//
// A panel of Width vectors of an output row stays in registers while the row's entries go by; the right factor is read
// from wherever its rows lie. 100 columns of float32 are 13 vectors with AVX2: one panel, so that a row of the right
// factor is read in one go. 14 sums, a spread scalar and a load fit into 16 registers.
constexpr std::size_t widest_sparse_panel = 14;

template <class T>
struct SparseProduct {
    T* out;
    std::size_t out_stride;
    const std::size_t* begin;
    const std::uint32_t* position;
    const T* value;
    const T* right;
    std::size_t right_stride;
    std::size_t rows, cols;
    bool add;  // to what is in `out`

    template <std::size_t Width>
    void panel(std::size_t col) const {
        for (std::size_t i = 0; i < rows; ++i) {
            T* row = out + i * out_stride + col;
            Vector<T> sum[Width];
#pragma GCC unroll 16
            for (std::size_t w = 0; w < Width; ++w) {
                sum[w] = add ? load(row + w * lanes<T>) : Vector<T>{};
            }
            for (std::size_t e = begin[i]; e < begin[i + 1]; ++e) {
                const T x = value[e];
                const T* r = right + position[e] * right_stride + col;
#pragma GCC unroll 16
                for (std::size_t w = 0; w < Width; ++w) {
                    sum[w] += x * load(r + w * lanes<T>);
                }
            }
#pragma GCC unroll 16
            for (std::size_t w = 0; w < Width; ++w) {
                store(row + w * lanes<T>, sum[w]);
            }
        }
    }

    // A panel whose width is only known at run time, at most Width.
    template <std::size_t Width>
    void panel_of_width(std::size_t width, std::size_t col) const {
        if (width == Width) {
            panel<Width>(col);
        } else if constexpr (Width > 1) {
            panel_of_width<Width - 1>(width, col);
        }
    }

    // Columns are shared out evenly over panels.
    void run() const {
        const std::size_t vectors = (cols + lanes<T> - 1) / lanes<T>;
        const std::size_t count = (vectors + widest_sparse_panel - 1) / widest_sparse_panel;
        for (std::size_t i = 0, done = 0; i < count; ++i) {
            const std::size_t width = (vectors - done + count - i - 1) / (count - i);
            panel_of_width<widest_sparse_panel>(width, done * lanes<T>);
            done += width;
        }
    }
};

template <class T>
void multiply_sparse(T* out, std::size_t out_stride, const std::size_t* begin, const std::uint32_t* position,
                     const T* value, const T* right, std::size_t right_stride, std::size_t rows, std::size_t cols,
                     bool add) {
    SparseProduct<T>{out, out_stride, begin, position, value, right, right_stride, rows, cols, add}.run();
}
