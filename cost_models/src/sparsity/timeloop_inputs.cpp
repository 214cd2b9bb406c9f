// SPDX-License-Identifier: Apache-2.0
#include "plexus/cost_models/sparsity/timeloop_inputs.hpp"

#include <algorithm>
#include <list>

#include "sparsity/timeloop_reader.hpp"

namespace plexus::cost_models::sparsity {

namespace {

/// The documents of a case; looks for a section in all of them.
class Documents {
  public:
    Documents(std::span<const std::filesystem::path> files, core::Problems& problems)
        : problems_(problems) {
        for (const std::filesystem::path& file : files) {
            if (file.extension() == ".txt") {
                printed_ = file;
                continue;
            }
            nodes_.push_back(core::load_yaml(file, problems));
            readers_.emplace_back(nodes_.back(), "", problems);
        }
    }

    [[nodiscard]] core::Reader find(std::string_view key) const {
        for (const core::Reader& reader : readers_) {
            if (reader.is_map()) {
                if (const core::Reader found = either(reader, key)) {
                    return found;
                }
            }
        }
        return readers_.empty() ? core::Reader(nothing_, "", problems_).find(key)
                                : readers_.front().find(key);
    }

    [[nodiscard]] core::Reader at(std::string_view key) const {
        core::Reader found = find(key);
        if (!found && !readers_.empty()) {
            readers_.front().problem("expected " + std::string(key) +
                                     " here or in one of the other files");
        }
        return found;
    }

    [[nodiscard]] const std::optional<std::filesystem::path>& printed() const { return printed_; }

  private:
    core::Problems& problems_;
    core::Node nothing_{};
    std::list<core::Node> nodes_;  // Readers point to them.
    std::vector<core::Reader> readers_;
    std::optional<std::filesystem::path> printed_;
};

}  // namespace

core::Reader either(const core::Reader& reader, std::string_view key) {
    if (const core::Reader found = reader.find(key)) {
        return found;
    }
    std::string other(key);
    std::ranges::replace(other, '-', '_');
    return reader.find(other);
}

SparseCase read_timeloop(std::span<const std::filesystem::path> files) {
    core::Problems problems;
    if (files.empty()) {
        problems.add({}, "", "expected at least one file");
    }
    const Documents documents(files, problems);
    problems.throw_if_any();
    SparseCase out;
    const core::Reader problem = documents.at("problem");
    const core::Reader architecture = documents.at("architecture");
    problems.throw_if_any();
    out.problem = read_problem(problem);
    out.name = out.problem.einsum.name;
    std::string units;
    const core::Reader table = documents.find("ERT");
    out.core = read_architecture(architecture,
                                 table ? read_energies(table) : EnergyTable{},
                                 out.problem.einsum.tensors.size(),
                                 units);
    problems.throw_if_any();
    if (const core::Reader savings = documents.find("sparse_optimizations")) {
        read_savings(savings, out.problem.einsum, units, out.core);
    }
    if (documents.printed()) {
        out.tiling =
            read_printed_mapping(*documents.printed(), out.problem.einsum, out.core, problems);
    } else if (const core::Reader mapping = documents.at("mapping")) {
        out.tiling = read_directives(mapping, out.problem.einsum, out.core);
    }
    problems.throw_if_any();
    return out;
}

}  // namespace plexus::cost_models::sparsity
