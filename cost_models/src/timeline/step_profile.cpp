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
    leaves_[0].count = 1;
    leaves_[0].offset = 0;
    leaves_[0].measured = false;
    leaves_[0].begin[0] = leaves_[0].value[0] = 0;
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

const StepProfile::Leaf& StepProfile::measured(std::size_t at) {
    Leaf& l = leaf(at);
    if (!l.measured) {
        l.lowest = l.highest = l.value[0];
        for (std::size_t i = 1; i < l.count; ++i) {
            l.lowest = std::min(l.lowest, l.value[i]);
            l.highest = std::max(l.highest, l.value[i]);
        }
        l.measured = true;
    }
    return l;
}

void StepProfile::split_leaf(std::size_t at) {
    if (used_ == leaves_.size()) {
        leaves_.emplace_back();
    }
    const auto id = static_cast<std::uint32_t>(used_++);
    Leaf& right = leaves_[id];
    Leaf& left = leaf(at);
    right.count = left.count / 2;
    right.offset = left.offset;
    left.count -= right.count;
    std::copy_n(left.begin.begin() + left.count, right.count, right.begin.begin());
    std::copy_n(left.value.begin() + left.count, right.count, right.value.begin());
    left.measured = right.measured = false;
    const auto next = static_cast<std::ptrdiff_t>(at) + 1;
    order_.insert(order_.begin() + next, id);
    begins_.insert(begins_.begin() + next, right.begin[0]);
}

StepProfile::Position StepProfile::split(Position p, Time time) {
    if (leaf(p.leaf).begin[p.step] == time) {
        return p;
    }
    if (leaf(p.leaf).count == leaf_size) {
        split_leaf(p.leaf);
        const std::size_t left = leaf(p.leaf).count;
        if (p.step >= left) {
            p = {p.leaf + 1, p.step - left};
        }
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

StepProfile::Position StepProfile::find_after(Position p, Time time) const {
    if (p.leaf + 1 < order_.size() && begins_[p.leaf + 1] <= time) {
        return find(time);
    }
    const Leaf& l = leaf(p.leaf);
    while (p.step + 1 < l.count && l.begin[p.step + 1] <= time) {
        ++p.step;
    }
    return p;
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
    l.measured = false;
}

void StepProfile::join(Position p) {
    Leaf& l = leaf(p.leaf);
    if (p.step == 0 || p.step == l.count || l.value[p.step] != l.value[p.step - 1]) {
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
    Position first = split(find(from), from);
    Position last{order_.size() - 1, leaf(order_.size() - 1).count};
    if (to != never) {
        const std::size_t leaves = order_.size();
        last = split(find_after(first, to), to);
        if (order_.size() > leaves) {
            first = find(from);
        }
    }
    if (first.leaf == last.leaf) {
        add_within(first.leaf, first.step, last.step, amount);
    } else {
        add_within(first.leaf, first.step, leaf(first.leaf).count, amount);
        for (std::size_t i = first.leaf + 1; i < last.leaf; ++i) {
            leaf(i).offset += amount;
        }
        add_within(last.leaf, 0, last.step, amount);
    }
    join(last);
    join(first);
}

Time StepProfile::fit_for_good(Time from, std::int64_t limit) {
    Time end = never;  // of the step or leaf at hand
    for (std::size_t at = order_.size(); at-- > 0 && end > from; end = begins_[at]) {
        const bool near = begins_[at] <= from || at + 1 == order_.size();
        const Leaf& l = near ? leaf(at) : measured(at);
        if (!near && l.highest + l.offset <= limit) {
            continue;
        }
        for (std::size_t i = l.count; i-- > 0 && end > from;) {
            if (l.value[i] + l.offset > limit) {
                return end;
            }
            end = l.begin[i];
        }
    }
    return from;
}

Time StepProfile::first_fit(Time from, Time length, std::int64_t limit) {
    if (length == never) {
        return fit_for_good(from, limit);
    }
    Position p = find(from);
    Time begin = from;
    const std::size_t first = p.leaf;
    for (std::size_t at = first; at < order_.size(); ++at, p.step = 0) {
        const Time end = at + 1 < order_.size() ? begins_[at + 1] : never;
        const Leaf& l = at == first ? leaf(at) : measured(at);
        if (at > first && l.highest + l.offset <= limit) {  // nothing in the way here
            if (end == never || end - begin >= length) {
                return begin;
            }
            continue;
        }
        if (at > first && l.lowest + l.offset > limit) {
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

std::int64_t StepProfile::peak_from(Time from) {
    const Position p = find(from);
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    const Leaf& first = leaf(p.leaf);
    for (std::size_t i = p.step; i < first.count; ++i) {
        highest = std::max(highest, first.value[i] + first.offset);
    }
    for (std::size_t at = p.leaf + 1; at < order_.size(); ++at) {
        const Leaf& l = measured(at);
        highest = std::max(highest, l.highest + l.offset);
    }
    return highest;
}

}  // namespace plexus::cost_models::timeline
