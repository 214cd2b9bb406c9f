// SPDX-License-Identifier: Apache-2.0
#include "plexus/workloads/sparsity.hpp"

#include <filesystem>
#include <system_error>

#include "plexus/core/error.hpp"

namespace plexus::workloads {

const char* to_string(Pattern pattern) {
    switch (pattern) {
        case Pattern::dense:
            return "dense";
        case Pattern::unstructured:
            return "unstructured";
        case Pattern::row_balanced:
            return "row_balanced";
        case Pattern::n_m:
            return "n_m";
        case Pattern::block:
            return "block";
        case Pattern::banded:
            return "banded";
        case Pattern::power_law:
            return "power_law";
        case Pattern::file:
            return "file";
    }
    core::ensure(false, "no such pattern");
    return "";
}

const char* to_string(Values values) {
    switch (values) {
        case Values::ones:
            return "ones";
        case Values::normal:
            return "normal";
        case Values::pruned_normal:
            return "pruned_normal";
    }
    core::ensure(false, "no such values");
    return "";
}

namespace {

/// Path, size and time of change; a missing file has a hash too, so that hashing never fails.
void add_file(core::Hasher& hasher, const std::string& name) {
    const std::filesystem::path path(name);
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    hasher.add(name).add(failed ? std::int64_t{-1} : static_cast<std::int64_t>(size));
    const auto changed = std::filesystem::last_write_time(path, failed);
    const auto ticks = changed.time_since_epoch().count();
    hasher.add(failed ? std::int64_t{-1} : static_cast<std::int64_t>(ticks));
}

}  // namespace

core::Hash content_hash(const Sparsity& sparsity) {
    core::Hasher hasher;
    hasher.add(to_string(sparsity.pattern)).add(to_string(sparsity.values)).add(sparsity.seed);
    switch (sparsity.pattern) {
        case Pattern::dense:
            break;
        case Pattern::unstructured:
        case Pattern::row_balanced:
        case Pattern::banded:
            hasher.add(sparsity.density);
            break;
        case Pattern::n_m:
            hasher.add(sparsity.n).add(sparsity.m);
            break;
        case Pattern::block:
            hasher.add(sparsity.density).add(sparsity.block);
            break;
        case Pattern::power_law:
            hasher.add(sparsity.density).add(sparsity.exponent);
            break;
        case Pattern::file:
            add_file(hasher, sparsity.file);
            hasher.add(sparsity.tensor);
            break;
    }
    return hasher.finish();
}

}  // namespace plexus::workloads
