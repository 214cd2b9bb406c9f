// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "plexus/workloads/storage_format.hpp"

namespace plexus::workloads {

using enum RankFormat;

StorageFormat dense_storage(std::int64_t value_bits) {
    return {.name = "dense",
            .ranks = {{.axis = RankAxis::rows}, {.axis = RankAxis::columns}},
            .value_bits = value_bits};
}

StorageFormat bitmap_storage(std::int64_t value_bits) {
    return {.name = "bitmap",
            .ranks = {{.axis = RankAxis::rows}, {.axis = RankAxis::columns, .format = bitmap}},
            .value_bits = value_bits};
}

StorageFormat csr_storage(std::int64_t value_bits) {
    return {.name = "csr",
            .ranks = {{.axis = RankAxis::rows, .format = offsets},
                      {.axis = RankAxis::columns, .format = coordinate}},
            .value_bits = value_bits};
}

StorageFormat csc_storage(std::int64_t value_bits) {
    return {.name = "csc",
            .ranks = {{.axis = RankAxis::columns, .format = offsets},
                      {.axis = RankAxis::rows, .format = coordinate}},
            .value_bits = value_bits};
}

StorageFormat coo_storage(std::int64_t value_bits) {
    return {.name = "coo",
            .ranks = {{.axis = RankAxis::both, .format = coordinate}},
            .value_bits = value_bits};
}

StorageFormat csf_storage(std::int64_t value_bits) {
    return {.name = "csf",
            .ranks = {{.axis = RankAxis::rows, .format = coordinate},
                      {.axis = RankAxis::columns, .format = coordinate}},
            .value_bits = value_bits};
}

StorageFormat run_length_storage(std::int64_t value_bits, std::int64_t run_bits) {
    return {.name = fmt::format("run_length({})", run_bits),
            .ranks = {{.axis = RankAxis::both, .format = run_length, .bits = run_bits}},
            .value_bits = value_bits};
}

StorageFormat n_m_storage(std::int64_t value_bits, std::int64_t n, std::int64_t m) {
    return {.name = fmt::format("n_m({}:{})", n, m),
            .ranks = {{.axis = RankAxis::rows},
                      {.axis = RankAxis::columns, .step = m},
                      {.axis = RankAxis::columns, .format = slots, .slots = n}},
            .value_bits = value_bits};
}

StorageFormat block_storage(std::int64_t value_bits, std::int64_t edge) {
    return {.name = fmt::format("block({})", edge),
            .ranks = {{.axis = RankAxis::rows, .step = edge, .format = offsets},
                      {.axis = RankAxis::columns, .step = edge, .format = coordinate},
                      {.axis = RankAxis::rows},
                      {.axis = RankAxis::columns}},
            .value_bits = value_bits};
}

}  // namespace plexus::workloads
