// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/kernel_selection/selector.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "kernel_selection/builtin.hpp"

namespace plexus::explorers {

namespace {

/// Σ over rows of blocks of the kernels in it beyond the first.
double revisits(const SelectionTask& task, const std::vector<std::int32_t>& member) {
    const auto columns = static_cast<std::size_t>(task.scores.profile().block_columns);
    std::vector<std::size_t> last(task.scores.kernels(), 0);  // row that used it last, plus one
    double sum = 0;
    std::size_t row = 0;
    for (std::size_t first = 0; first < member.size(); first += columns) {
        ++row;
        std::int64_t distinct = 0;
        for (std::size_t p = first; p < std::min(first + columns, member.size()); ++p) {
            std::size_t& seen = last[static_cast<std::size_t>(member[p])];
            if (seen != row) {
                seen = row;
                ++distinct;
            }
        }
        sum += static_cast<double>(distinct - 1);
    }
    return sum;
}

}  // namespace

double SelectionTask::beta() const {
    if (scores.blocks() == 0)
        return 0;
    double sum = 0;
    for (std::size_t p = 0; p < scores.blocks(); ++p)
        sum += 1 - alpha[scores.class_of(p)];
    return sum / static_cast<double>(scores.blocks());
}

namespace {

/// The best kernel of every block by itself; kernel by kernel, so that one table is at hand at a
/// time.
std::vector<std::int32_t> best_alone(const SelectionTask& task) {
    const std::size_t blocks = task.scores.blocks();
    std::vector<std::int32_t> member(blocks, 0);
    std::vector<double> least(blocks);
    for (std::size_t p = 0; p < blocks; ++p)
        least[p] = task.score(0, p);
    for (std::size_t k = 1; k < task.scores.kernels(); ++k)
        for (std::size_t p = 0; p < blocks; ++p)
            if (const double j = task.score(k, p); j < least[p]) {
                least[p] = j;
                member[p] = static_cast<std::int32_t>(k);
            }
    return member;
}

}  // namespace

std::vector<std::int32_t> cheapest_path(const SelectionTask& task) {
    const double change = task.switch_cost > 0 ? task.beta() * task.switch_cost : 0.0;
    if (change <= 0)
        return best_alone(task);
    const std::size_t n = task.scores.kernels();
    const std::size_t blocks = task.scores.blocks();
    std::vector<std::int32_t> member(blocks);
    // came[p·n + k]: the kernel before block p on the best way that ends there with k.
    std::vector<std::int32_t> came(blocks * n);
    std::vector<double> sum(n, 0);
    for (std::size_t p = 0; p < blocks; ++p) {
        const auto best = std::min_element(sum.begin(), sum.end());
        const double from_best = *best + change;
        const auto before = static_cast<std::int32_t>(best - sum.begin());
        for (std::size_t k = 0; k < n; ++k) {
            const bool stay = p == 0 || sum[k] <= from_best;
            came[p * n + k] = stay ? static_cast<std::int32_t>(k) : before;
            sum[k] = (stay ? sum[k] : from_best) + task.score(k, p);
        }
        member[p] =
            static_cast<std::int32_t>(std::min_element(sum.begin(), sum.end()) - sum.begin());
    }
    for (std::size_t p = blocks; p-- > 1;)
        member[p - 1] = came[p * n + static_cast<std::size_t>(member[p])];
    return member;
}

std::int64_t switches(const Assignment& assignment, std::size_t kernels) {
    std::int64_t count = 0;
    if (assignment.order == BlockOrder::by_kernel) {
        std::vector<char> used(kernels, 0);
        for (const std::int32_t k : assignment.member)
            used[static_cast<std::size_t>(k)] = 1;
        count = std::count(used.begin(), used.end(), 1);
        return std::max<std::int64_t>(0, count - 1);
    }
    for (std::size_t p = 1; p < assignment.member.size(); ++p)
        count += assignment.member[p] != assignment.member[p - 1] ? 1 : 0;
    return count;
}

Assignment ordered(const SelectionTask& task, std::vector<std::int32_t> member) {
    double blocks = 0;
    for (std::size_t p = 0; p < member.size(); ++p)
        blocks += task.score(static_cast<std::size_t>(member[p]), p);
    Assignment out{.member = std::move(member), .order = BlockOrder::stored, .score = blocks};
    if (task.switch_cost <= 0)
        return out;
    const double beta = task.beta();
    const auto n = task.scores.kernels();
    out.score += beta * task.switch_cost * static_cast<double>(switches(out, n));
    Assignment grouped{.member = out.member, .order = BlockOrder::by_kernel, .score = blocks};
    grouped.score += beta * (task.switch_cost * static_cast<double>(switches(grouped, n)) +
                             task.revisit_cost * revisits(task, grouped.member));
    return grouped.score < out.score ? grouped : out;
}

void register_builtin(core::Registry<KernelSelector>& registry) {
    register_oracle_selector(registry);
    register_dynamic_selector(registry);
    register_static_selector(registry);
    register_random_selector(registry);
    register_density_selector(registry);
}

core::Registry<KernelSelector> builtin_selectors() {
    core::Registry<KernelSelector> registry("kernel selector");
    register_builtin(registry);
    return registry;
}

}  // namespace plexus::explorers
