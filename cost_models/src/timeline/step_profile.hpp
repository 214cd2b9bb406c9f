// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace plexus::cost_models::timeline {

/// Times are whole cycles.
using Time = std::int64_t;
inline constexpr Time never = std::numeric_limits<Time>::max();

/// What is in use of a resource over time: a step function that starts at 0 and is 0 until the
/// first addition. Steps stand in leaves of bounded size, each with what is to be added to all of
/// it and, once a search has passed it, its maximum and minimum, so that additions and searches
/// touch few of them.
class StepProfile {
  public:
    StepProfile();

    /// Back to 0 everywhere; keeps its memory.
    void clear();
    /// Adds `amount` in [from, to); `to` may be `never`. \pre 0 ≤ from ≤ to.
    void add(Time from, Time to, std::int64_t amount);
    /// First t ≥ `from` with value ≤ `limit` in [t, t + length); never if there is none.
    /// \param length `never` = for good.
    [[nodiscard]] Time first_fit(Time from, Time length, std::int64_t limit);
    /// Value at the end of time.
    [[nodiscard]] std::int64_t last() const;
    /// Highest value over all time.
    [[nodiscard]] std::int64_t peak() { return peak_from(0); }
    /// Highest value in [from, ∞).
    [[nodiscard]] std::int64_t peak_from(Time from);

  private:
    static constexpr std::size_t leaf_size = 32;
    struct Leaf {
        std::size_t count = 0;
        std::int64_t offset = 0;   ///< Added to every value.
        std::int64_t highest = 0;  ///< Without the offset.
        std::int64_t lowest = 0;
        bool measured = false;  ///< Highest and lowest are known.
        std::array<Time, leaf_size> begin{};
        std::array<std::int64_t, leaf_size> value{};
    };
    struct Position {
        std::size_t leaf = 0;  ///< Into order_.
        std::size_t step = 0;
    };

    [[nodiscard]] Leaf& leaf(std::size_t at) { return leaves_[order_[at]]; }
    [[nodiscard]] const Leaf& leaf(std::size_t at) const { return leaves_[order_[at]]; }
    /// The step that holds `time`.
    [[nodiscard]] Position find(Time time) const;
    /// The same for a time that is not before the step at `p`.
    [[nodiscard]] Position find_after(Position p, Time time) const;
    /// Makes a step begin at `time`. \param p The step that holds it. \return where it is.
    Position split(Position p, Time time);
    void split_leaf(std::size_t at);
    /// Adds to the steps [from, to) of a leaf.
    void add_within(std::size_t at, std::size_t from, std::size_t to, std::int64_t amount);
    /// Joins a step with the one before it if they are equal and in one leaf.
    void join(Position p);
    /// A leaf whose highest and lowest value are known.
    const Leaf& measured(std::size_t at);
    [[nodiscard]] Time fit_for_good(Time from, std::int64_t limit);

    std::vector<Leaf> leaves_;
    std::vector<std::uint32_t> order_;
    std::vector<Time> begins_;  ///< Of the leaves in order.
    std::size_t used_ = 0;      ///< Leaves of leaves_ that are taken.
};

}  // namespace plexus::cost_models::timeline
