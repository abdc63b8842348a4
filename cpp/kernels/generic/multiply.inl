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
// The inner dimension is taken in even blocks, so that what a panel reads of the right factor stays in the second-level
// cache for all tiles. Long ones, because each block loads and stores the sums again: with 200 instead of 128 the
// product of 100 x 784 x 256 rises from 94 to 97 % of the peak, with 400 to 98; 200 leaves blocks for four threads to
// share out. A transposed left factor is read down its columns, which touches a page for each step of the inner
// dimension, and a tile of 16 registers does less in a step: there 200 instead of 128 took 784 x 200 x 256 from 90 down
// to 83 % of the peak. The order of each sum depends on the blocks, but not on the tiles.
template <bool LeftTransposed>
constexpr std::size_t longest_block = !LeftTransposed             ? longest_inner_block
                                      : ROSENBLATT_REGISTERS < 32 ? 128
                                                                  : 400;

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

    // At least so many tiles are to come.
    void begin(const Ahead& some, std::size_t tiles) {
        ahead = some;
        row = 0;
        byte = 0;
        // Not many more than a core has misses under way.
        per_tile = some.rows == 0 ? 0 : smaller(some.rows * ((some.bytes + 63) / 64) / (tiles + 1) + 1, 32);
    }

    void ask() {
        for (std::size_t i = 0; i < per_tile; ++i) {
            __builtin_prefetch(
                ahead.data +
                    (ahead.index != nullptr ? ahead.index[row] : static_cast<std::int64_t>(row)) * ahead.stride + byte,
                0, 2);
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

// What is added to a tile's sums where nothing else is: read with a stride of 0.
template <class T>
alignas(64) constexpr T zeros[widest_tile * lanes<T>] = {};

template <class T>
inline const T* picked_row(const PickedRows<T>& rows, std::size_t i) {
    return rows.data + (rows.index != nullptr ? rows.index[i] : static_cast<std::int64_t>(i)) * rows.stride;
}

template <class T, bool LeftTransposed>
struct Product {
    T* out;
    std::size_t out_stride;
    const T* start;  // null: 0
    PickedRows<T> left;
    const T* right;
    std::size_t right_stride;
    std::size_t rows, inner, cols;
    bool add;  // to what is in `out`, instead of to `start`
    const Finish<T>* finish;
    const Ahead* ahead;
    LinesAhead* lines_ahead;

    // The ReLU of a tile's sums, or their product with its slope where that was `in`.
    template <bool IsSlope, std::size_t Height, std::size_t Width, bool HasHalf>
    void finish_sums(Vector<T> (&sum)[Height][Width], HalfVector<T> (&half)[Height], std::size_t row,
                     std::size_t col) const {
        constexpr std::size_t whole = HasHalf ? Width - 1 : Width;
#pragma GCC unroll 16
        for (std::size_t h = 0; h < Height; ++h) {
            [[maybe_unused]] const T* in = finish->in + (row + h) * finish->in_stride + col;
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                if constexpr (IsSlope) {
                    sum[h][w] = times_relu_slope<Vector<T>>(sum[h][w], load(in + w * lanes<T>));
                } else {
                    sum[h][w] = relu<Vector<T>>(sum[h][w]);
                }
            }
            if constexpr (HasHalf && IsSlope) {
                half[h] = times_relu_slope<HalfVector<T>>(half[h], load_half(in + whole * lanes<T>));
            } else if constexpr (HasHalf) {
                half[h] = relu<HalfVector<T>>(half[h]);
            }
        }
    }

    // Width vectors, the last of them a HalfVector where HasHalf.
    template <std::size_t Height, std::size_t Width, bool HasHalf>
    void tile(std::size_t row, std::size_t col) const {
        constexpr std::size_t whole = HasHalf ? Width - 1 : Width;
        Vector<T> sum[Height][Width] = {};
        HalfVector<T> half[Height] = {};  // NOLINT(misc-const-correctness): written where HasHalf
        const T* l[Height];
        if constexpr (!LeftTransposed) {
#pragma GCC unroll 16
            for (std::size_t h = 0; h < Height; ++h) {
                l[h] = picked_row(left, row + h);
            }
        }
        const T* r = right + col;
        for (std::size_t k = 0; k < inner; ++k) {
            Vector<T> b[Width];
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                b[w] = load(r + w * lanes<T>);
            }
            const HalfVector<T> half_b = HasHalf ? load_half(r + whole * lanes<T>) : HalfVector<T>{};
            const T* column = LeftTransposed ? picked_row(left, k) + row : nullptr;
#pragma GCC unroll 16
            for (std::size_t h = 0; h < Height; ++h) {
                const T x = LeftTransposed ? column[h] : l[h][k];
#pragma GCC unroll 16
                for (std::size_t w = 0; w < whole; ++w) {
                    sum[h][w] += x * b[w];
                }
                if constexpr (HasHalf) {
                    half[h] += x * half_b;
                }
            }
            r += right_stride;
        }
        const T* before = add ? out + row * out_stride + col : start != nullptr ? start + col : zeros<T>;
        const std::size_t before_stride = add ? out_stride : 0;
#pragma GCC unroll 16
        for (std::size_t h = 0; h < Height; ++h) {
#pragma GCC unroll 16
            for (std::size_t w = 0; w < whole; ++w) {
                sum[h][w] += load(before + h * before_stride + w * lanes<T>);
            }
            if constexpr (HasHalf) {
                half[h] += load_half(before + h * before_stride + whole * lanes<T>);
            }
        }
        if constexpr (!LeftTransposed) {
            if (finish != nullptr && finish->kind == Finish<T>::Kind::relu) {
                finish_sums<false, Height, Width, HasHalf>(sum, half, row, col);
            } else if (finish != nullptr && finish->kind == Finish<T>::Kind::relu_slope) {
                finish_sums<true, Height, Width, HasHalf>(sum, half, row, col);
            }
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
            if (finish != nullptr && finish->kind == Finish<T>::Kind::call) {
                finish->call(out + row * out_stride + col, out_stride, finish->in + row * finish->in_stride + col,
                             finish->in_stride, height, smaller(Width * lanes<T>, cols - col));
            }
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
        // Rows that lie in the caller's memory: while a block is computed, the part that the next one reads is fetched.
        const bool fetches_itself = !LeftTransposed && left.index != nullptr;
        constexpr std::size_t longest = longest_block<LeftTransposed>;
        const std::size_t count = inner == 0 ? 1 : (inner + longest - 1) / longest;
        for (std::size_t i = 0, done = 0; i < count; ++i) {
            const std::size_t length = (inner - done + count - i - 1) / (count - i);
            Product block = *this;
            block.move_left(done);
            block.right += done * right_stride;
            block.inner = length;
            block.add = add || i > 0;
            block.finish = i + 1 == count ? finish : nullptr;
            done += length;
            if (fetches_itself && i + 1 < count) {
                constexpr std::ptrdiff_t size = sizeof(T);
                lines_ahead->begin({reinterpret_cast<const unsigned char*>(left.data + done), left.stride * size,
                                    length * sizeof(T), left.index, rows},
                                   tiles());
            } else if (ahead != nullptr && (i == 0 || fetches_itself)) {
                lines_ahead->begin(*ahead, tiles() * (count - i));
            }
            block.run_block();
        }
    }

    // Of a block of the inner dimension, at least: as many as if all had the height of the narrowest.
    [[nodiscard]] std::size_t tiles() const {
        const std::size_t vectors = (cols + lanes<T> - 1) / lanes<T>;
        const std::size_t panels = (vectors + widest_tile - 1) / widest_tile;
        const std::size_t tallest = tallest_tile(vectors / panels);
        return panels * ((rows + tallest - 1) / tallest);
    }

    // To column `done` of the left factor, or to its row where it is transposed.
    void move_left(std::size_t done) {
        if constexpr (!LeftTransposed) {
            left.data += done;
        } else if (left.index != nullptr) {
            left.index += done;
        } else {
            left.data += static_cast<std::ptrdiff_t>(done) * left.stride;
        }
    }
};

template <class T>
void multiply(T* out, std::size_t out_stride, const T* start, const PickedRows<T>* left, const T* right,
              std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols, const Finish<T>* finish,
              const Ahead* ahead) {
    LinesAhead lines_ahead;
    Product<T, false>{out,   out_stride, start, *left,  right, right_stride, rows,
                      inner, cols,       false, finish, ahead, &lines_ahead}
        .run();
}

template <class T>
void multiply_transposed(T* out, std::size_t out_stride, const PickedRows<T>* left, const T* right,
                         std::size_t right_stride, std::size_t rows, std::size_t inner, std::size_t cols, bool add,
                         const Ahead* ahead) {
    LinesAhead lines_ahead;
    Product<T, true>{out,   out_stride, nullptr, *left,   right, right_stride, rows,
                     inner, cols,       add,     nullptr, ahead, &lines_ahead}
        .run();
}

template <class T>
void sum_parts(T* out, std::size_t out_stride, const T* start, const T* parts, std::size_t part_size, std::size_t count,
               std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; j += lanes<T>) {
            Vector<T> sum = load(start + j);
            for (std::size_t part = 0; part < count; ++part) {
                sum += load(parts + part * part_size + i * out_stride + j);
            }
            store(out + i * out_stride + j, sum);
        }
    }
}

template <class T>
void sum_rows(T* out, const T* in, std::size_t in_stride, std::size_t rows, std::size_t cols, bool add) {
    for (std::size_t j = 0; j < cols; j += lanes<T>) {
        Vector<T> sum = add ? load(out + j) : Vector<T>{};
        for (std::size_t i = 0; i < rows; ++i) {
            sum += load(in + i * in_stride + j);
        }
        store(out + j, sum);
    }
}

template <class T>
void transpose(T* out, std::size_t out_stride, const T* in, std::size_t in_stride, std::size_t rows, std::size_t cols) {
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < cols; ++j) {
            out[j * out_stride + i] = in[i * in_stride + j];
        }
    }
}
