// SPDX-License-Identifier: Apache-2.0
#include "timeline/step_profile.hpp"

#include <algorithm>

namespace plexus::cost_models::timeline {

StepProfile::StepProfile() {
    clear();
}

void StepProfile::clear() {
    order_.assign(1, 0);
    begins_.assign(1, 0);
    used_ = 1;
    if (leaves_.empty()) {
        leaves_.resize(1);
    }
    leaves_[0] = Leaf{.count = 1};
}

StepProfile::Position StepProfile::find(Time time) const {
    // Most questions are about the end.
    std::size_t at = order_.size() - 1;
    if (time < begins_[at]) {
        at = static_cast<std::size_t>(std::upper_bound(begins_.begin(), begins_.end(), time) -
                                      begins_.begin()) -
             1;
    }
    const Leaf& l = leaf(at);
    std::size_t step = l.count - 1;
    while (step > 0 && time < l.begin[step]) {
        --step;
    }
    return {at, step};
}

void StepProfile::measure(Leaf& leaf) {
    const auto values = leaf.value.begin();
    const auto end = values + static_cast<std::ptrdiff_t>(leaf.count);
    const auto [low, high] = std::minmax_element(values, end);
    leaf.lowest = *low;
    leaf.highest = *high;
}

void StepProfile::split_leaf(std::size_t at) {
    if (used_ == leaves_.size()) {
        leaves_.emplace_back();
    }
    const auto id = static_cast<std::uint32_t>(used_++);
    Leaf& right = leaves_[id];
    Leaf& left = leaf(at);
    right = Leaf{.count = left.count / 2, .offset = left.offset};
    left.count -= right.count;
    std::copy_n(left.begin.begin() + left.count, right.count, right.begin.begin());
    std::copy_n(left.value.begin() + left.count, right.count, right.value.begin());
    measure(left);
    measure(right);
    const auto next = static_cast<std::ptrdiff_t>(at) + 1;
    order_.insert(order_.begin() + next, id);
    begins_.insert(begins_.begin() + next, right.begin[0]);
}

StepProfile::Position StepProfile::split(Time time) {
    Position p = find(time);
    if (leaf(p.leaf).begin[p.step] == time) {
        return p;
    }
    if (leaf(p.leaf).count == leaf_size) {
        split_leaf(p.leaf);
        p = find(time);
    }
    Leaf& l = leaf(p.leaf);
    const std::size_t at = p.step + 1;
    for (std::size_t i = l.count; i > at; --i) {
        l.begin[i] = l.begin[i - 1];
        l.value[i] = l.value[i - 1];
    }
    l.begin[at] = time;
    l.value[at] = l.value[p.step];
    ++l.count;
    return {p.leaf, at};
}

void StepProfile::add_within(std::size_t at,
                             std::size_t from,
                             std::size_t to,
                             std::int64_t amount) {
    Leaf& l = leaf(at);
    if (from == 0 && to == l.count) {
        l.offset += amount;
        return;
    }
    for (std::size_t i = from; i < to; ++i) {
        l.value[i] += amount;
    }
    measure(l);
}

void StepProfile::join(Time time) {
    const Position p = find(time);
    Leaf& l = leaf(p.leaf);
    if (p.step == 0 || l.begin[p.step] != time || l.value[p.step] != l.value[p.step - 1]) {
        return;
    }
    for (std::size_t i = p.step; i + 1 < l.count; ++i) {
        l.begin[i] = l.begin[i + 1];
        l.value[i] = l.value[i + 1];
    }
    --l.count;
}

void StepProfile::add(Time from, Time to, std::int64_t amount) {
    if (from >= to || amount == 0) {
        return;
    }
    split(from);
    if (to != never) {
        split(to);
    }
    const Position first = find(from);
    const Position last =
        to == never ? Position{order_.size() - 1, leaf(order_.size() - 1).count} : find(to);
    if (first.leaf == last.leaf) {
        add_within(first.leaf, first.step, last.step, amount);
    } else {
        add_within(first.leaf, first.step, leaf(first.leaf).count, amount);
        for (std::size_t i = first.leaf + 1; i < last.leaf; ++i) {
            leaf(i).offset += amount;
        }
        add_within(last.leaf, 0, last.step, amount);
    }
    if (to != never) {
        join(to);
    }
    join(from);
}

Time StepProfile::fit_for_good(Time from, std::int64_t limit) const {
    for (std::size_t at = order_.size(); at-- > 0;) {
        const Leaf& l = leaf(at);
        if (l.highest + l.offset > limit) {
            for (std::size_t i = l.count; i-- > 0;) {
                if (l.value[i] + l.offset <= limit) {
                    continue;
                }
                if (i + 1 < l.count) {
                    return std::max(from, l.begin[i + 1]);
                }
                return at + 1 < order_.size() ? std::max(from, begins_[at + 1]) : never;
            }
        }
        if (begins_[at] <= from) {
            return from;
        }
    }
    return from;
}

Time StepProfile::first_fit(Time from, Time length, std::int64_t limit) const {
    if (length == never) {
        return fit_for_good(from, limit);
    }
    Position p = find(from);
    Time begin = from;
    for (std::size_t at = p.leaf; at < order_.size(); ++at, p.step = 0) {
        const Leaf& l = leaf(at);
        const Time end = at + 1 < order_.size() ? begins_[at + 1] : never;
        if (l.highest + l.offset <= limit) {  // nothing in the way here
            if (end == never || end - begin >= length) {
                return begin;
            }
            continue;
        }
        if (l.lowest + l.offset > limit) {
            begin = end;
            continue;
        }
        for (std::size_t i = p.step; i < l.count; ++i) {
            const Time step_end = i + 1 < l.count ? l.begin[i + 1] : end;
            if (l.value[i] + l.offset > limit) {
                begin = step_end;
            } else if (step_end == never || step_end - begin >= length) {
                return begin;
            }
        }
    }
    return never;
}

std::int64_t StepProfile::last() const {
    const Leaf& l = leaf(order_.size() - 1);
    return l.value[l.count - 1] + l.offset;
}

std::int64_t StepProfile::at(Time time) const {
    const Position p = find(time);
    return leaf(p.leaf).value[p.step] + leaf(p.leaf).offset;
}

std::int64_t StepProfile::peak() const {
    return peak_from(0);
}

std::int64_t StepProfile::peak_from(Time from) const {
    const Position p = find(from);
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    for (std::size_t at = p.leaf; at < order_.size(); ++at) {
        const Leaf& l = leaf(at);
        if (at > p.leaf || p.step == 0) {
            highest = std::max(highest, l.highest + l.offset);
            continue;
        }
        for (std::size_t i = p.step; i < l.count; ++i) {
            highest = std::max(highest, l.value[i] + l.offset);
        }
    }
    return highest;
}

std::size_t StepProfile::steps() const {
    std::size_t count = 0;
    for (std::size_t at = 0; at < order_.size(); ++at) {
        count += leaf(at).count;
    }
    return count;
}

}  // namespace plexus::cost_models::timeline
