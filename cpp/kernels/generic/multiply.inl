// Products of matrices by tiles that stay in registers.
//
// A tile of Height rows x Width vectors of the output is summed over a block of the inner dimension before it is
// stored: per step it loads Width vectors of the right factor, spreads Height scalars of the left factor over their
// lanes, and does Height * Width multiply-adds. Two fused multiply-add ports with 4 cycles of latency want at least 8
// of them in flight; the accumulators, one row of the right factor and one scalar have to fit into the registers:
//   16 registers: 4 x 3 (12 + 3 + 1), 6 x 2 (12 + 2 + 1), 8 x 1
//   32 registers: 6 x 4 (24 + 4 + 1), 8 x 3 (24 + 3 + 1), 12 x 2, 12 x 1
// The columns are shared out evenly over tiles (13 vectors are 3 + 3 + 3 + 2 + 2, not 4 x 3 + 1), and so are the rows,
// because a tile of one vector, or of one row, runs at a fraction of the speed. Where the last vector of 64 bytes would
// be at most half full, it is one of 32 bytes: processors that take two cycles for a vector of 64 bytes take one for
// that, and the others lose nothing. For 100 columns that is 6.5 vectors instead of 7.
//
// The inner dimension is taken in even blocks of at most 128: three vectors x 128 rows of the right factor (12 KiB with
// AVX2) then stay in the first-level cache for all tiles of a panel, and a transposed left factor touches at most 128
// pages. For 200 x 784 x 100 that took the gradient from 70 to 86 GFLOP/s, for 256 x 784 x 1024 the forward product
// from 77 to 84, of 103 at most. The order of each sum does not depend on the blocks, nor on the tiles.
constexpr std::size_t longest_inner_block = 128;

constexpr std::size_t widest_tile = ROSENBLATT_REGISTERS >= 32 ? 4 : 3;

constexpr std::size_t tallest_tile(std::size_t width) {
    if (ROSENBLATT_REGISTERS >= 32) {
        return width == 4 ? 6 : width == 3 ? 8 : 12;
    }
    return width == 3 ? 4 : width == 2 ? 6 : 8;
}

// Asks for the cache lines of some rows, a few with each tile, as many as leave none to the end.
struct LinesAhead {
    Ahead ahead = {};
    std::size_t per_tile = 0;
    std::size_t row = 0;
    std::size_t byte = 0;

    void ask() {
        for (std::size_t i = 0; i < per_tile; ++i) {
            __builtin_prefetch(ahead.data + ahead.index[row] * ahead.stride + byte, 0, 2);
            byte += 64;
            if (byte >= ahead.bytes) {
                byte = 0;
                row += 1;
                if (row == ahead.rows) {
                    per_tile = 0;
                }
            }
        }
    }
};

// What a tile's sums begin with where nothing is added to: read with a stride of 0.
template <class T>
alignas(64) constexpr T zeros[widest_tile * lanes<T>] = {};

template <class T, bool LeftTransposed>
struct Product {
    T* out;
    std::size_t out_stride;
    const T* left;
    std::size_t left_stride;
    const T* right;
    std::size_t right_stride;
    std::size_t rows, inner, cols;
    bool add;  // to what is in `out`
    LinesAhead* lines_ahead;

    // Width vectors, the last of them a HalfVector where HasHalf.
    template <std::size_t Height, std::size_t Width, bool HasHalf>
    void tile(std::size_t row, std::size_t col) const {
        constexpr std::size_t whole = HasHalf ? Width - 1 : Width;
        Vector<T> sum[Height][Width];
        HalfVector<T> half[Height];
        // One way for both beginnings: with a branch here, GCC 12 makes two loops and moves registers between them.
        const T* begin = add ? out + row * out_stride + col : zeros<T>;
        const std::size_t begin_stride = add ? out_stride : 0;
#pragma GCC unroll 16
        for (std::size_t h = 0; h < Height; ++h) {
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                sum[h][w] = load(begin + h * begin_stride + w * lanes<T>);
            }
            if constexpr (HasHalf) {
                half[h] = load_half(begin + h * begin_stride + whole * lanes<T>);
            }
        }
        const T* l = LeftTransposed ? left + row : left + row * left_stride;
        const T* r = right + col;
        for (std::size_t k = 0; k < inner; ++k) {
            Vector<T> b[Width];
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                b[w] = load(r + w * lanes<T>);
            }
            const HalfVector<T> half_b = HasHalf ? load_half(r + whole * lanes<T>) : HalfVector<T>{};
#pragma GCC unroll 16
            for (std::size_t h = 0; h < Height; ++h) {
                const T x = LeftTransposed ? l[h] : l[h * left_stride];
#pragma GCC unroll 16
                for (std::size_t w = 0; w < whole; ++w) {
                    sum[h][w] += x * b[w];
                }
                if constexpr (HasHalf) {
                    half[h] += x * half_b;
                }
            }
            l += LeftTransposed ? left_stride : 1;
            r += right_stride;
        }
#pragma GCC unroll 16
        for (std::size_t h = 0; h < Height; ++h) {
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                store(out + (row + h) * out_stride + col + w * lanes<T>, sum[h][w]);
            }
            if constexpr (HasHalf) {
                store_half<T>(out + (row + h) * out_stride + col + whole * lanes<T>, half[h]);
            }
        }
    }

    // A tile whose height is only known at run time, at most Height.
    template <std::size_t Height, std::size_t Width, bool HasHalf>
    void tile_of_height(std::size_t height, std::size_t row, std::size_t col) const {
        if (height == Height) {
            tile<Height, Width, HasHalf>(row, col);
        } else if constexpr (Height > 1) {
            tile_of_height<Height - 1, Width, HasHalf>(height, row, col);
        }
    }

    template <std::size_t Width, bool HasHalf>
    void panel(std::size_t col) const {
        constexpr std::size_t tallest = tallest_tile(Width);
        const std::size_t count = (rows + tallest - 1) / tallest;
        for (std::size_t i = 0, row = 0; i < count; ++i) {
            const std::size_t height = (rows - row + count - i - 1) / (count - i);
            lines_ahead->ask();
            tile_of_height<tallest, Width, HasHalf>(height, row, col);
            row += height;
        }
    }

    template <std::size_t Width>
    void panel_of_width(std::size_t width, std::size_t col) const {
        if (width == Width) {
            const std::size_t end = col + Width * lanes<T>;
            if (has_half_vectors && end >= cols + lanes<T> / 2) {
                panel<Width, has_half_vectors>(col);
            } else {
                panel<Width, false>(col);
            }
        } else if constexpr (Width > 1) {
            panel_of_width<Width - 1>(width, col);
        }
    }

    // The product over one block of the inner dimension.
    void run_block() const {
        const std::size_t vectors = (cols + lanes<T> - 1) / lanes<T>;
        const std::size_t count = (vectors + widest_tile - 1) / widest_tile;
        for (std::size_t i = 0, done = 0; i < count; ++i) {
            const std::size_t width = (vectors - done + count - i - 1) / (count - i);
            panel_of_width<widest_tile>(width, done * lanes<T>);
            done += width;
        }
    }

    void run() const {
        const std::size_t count = (inner + longest_inner_block - 1) / longest_inner_block;
        for (std::size_t i = 0, done = 0; i < count; ++i) {
            const std::size_t length = (inner - done + count - i - 1) / (count - i);
            Product block = *this;
            block.left += LeftTransposed ? done * left_stride : done;
            block.right += done * right_stride;
            block.inner = length;
            block.add = add || i > 0;
            block.run_block();
            done += length;
        }
    }
};

template <class T>
void multiply(T* out, std::size_t out_stride, const T* left, std::size_t left_stride, const T* right,
              std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols, const Ahead* ahead) {
    // At least so many tiles: those of the tallest and widest kind.
    const std::size_t tiles =
        (rows / tallest_tile(widest_tile)) * (cols / (widest_tile * lanes<T>)) * (inner / longest_inner_block);
    LinesAhead lines_ahead;
    if (ahead != nullptr && ahead->rows > 0) {
        lines_ahead.ahead = *ahead;
        // Not more than a core has misses under way.
        lines_ahead.per_tile = smaller(ahead->rows * ((ahead->bytes + 63) / 64) / (tiles + 1) + 1, 16);
    }
    Product<T, false>{out, out_stride, left, left_stride, right, right_stride, rows, inner, cols, false, &lines_ahead}
        .run();
}

template <class T>
void multiply_transposed(T* out, std::size_t out_stride, const T* left, std::size_t left_stride, const T* right,
                         std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols, bool add) {
    LinesAhead none;
    Product<T, true>{out, out_stride, left, left_stride, right, right_stride, rows, inner, cols, add, &none}.run();
}

template <class T>
void transpose(T* out, std::size_t out_stride, const T* in, std::size_t in_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            out[j * out_stride + i] = in[i * in_stride + j];
        }
    }
}
