// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/terminal.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "plexus/core/text.hpp"
#include "plexus/results/quantity.hpp"

namespace plexus::results {

namespace {

constexpr std::size_t gap = 2;  // spaces between columns

std::string padded(const std::string& text, std::size_t width, bool right) {
    std::string out = right ? "" : text;
    out.append(width - std::min(width, display_width(text)), ' ');
    if (right)
        out += text;
    return out;
}

std::string without_trailing_spaces(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string header_of(std::string_view column) {
    const Quantity q = quantity_of(column);
    return q.unit == "cycles" ? title_of(column) : q.name;
}

/// The shown points of one front, column by column.
class FrontTable {
  public:
    FrontTable(const core::RunInfo& info, const Front& front, std::size_t rows)
        : info_(info), front_(front), shown_(spread(front, rows)), names_(short_names(info.axes)) {
        add_column("", false, [](const FrontPoint& p) { return p.label; });
        for (std::size_t o = 0; o < info.objectives.size(); ++o)
            add_column(header_of(info.objectives[o]), true, [&, o](const FrontPoint& p) {
                return readable(info_.objectives[o], p.record.objectives[o]);
            });
        add_column("notable", false, [](const FrontPoint& p) { return core::join(p.notable); });
    }

    /// Adds the axes that differ, as far as they fit, and renders.
    std::string text(std::size_t width) {
        std::vector<std::string> common;
        std::vector<std::string> left_out;
        for (std::size_t a = 0; a < info_.axes.size(); ++a) {
            if (!differs(a)) {
                common.push_back(names_[a] + " = " + cell(front_.points.front(), a));
                continue;
            }
            if (!left_out.empty() || total_width() + gap + axis_width(a) > width)
                left_out.push_back(names_[a]);
            else
                add_column(names_[a], true, [&, a](const FrontPoint& p) { return cell(p, a); });
        }
        std::string out = aligned(header_, rows_, right_);
        if (shown_.size() < front_.points.size())
            out +=
                fmt::format("… and {} more in front.csv\n", front_.points.size() - shown_.size());
        if (!left_out.empty())
            out += "also differ, see front.csv: " + core::join(left_out) + '\n';
        if (!common.empty())
            out += "the same on the whole front: " + core::join(common) + '\n';
        return out;
    }

  private:
    template <class Value>
    void add_column(const std::string& title, bool right, Value&& value) {
        header_.push_back(title);
        right_.push_back(right);
        rows_.resize(shown_.size());
        std::size_t widest = display_width(title);
        for (std::size_t i = 0; i < shown_.size(); ++i) {
            rows_[i].push_back(value(front_.points[shown_[i]]));
            widest = std::max(widest, display_width(rows_[i].back()));
        }
        widths_.push_back(widest);
    }

    [[nodiscard]] std::string cell(const FrontPoint& point, std::size_t axis) const {
        return readable("", point.record.values[axis]);
    }

    [[nodiscard]] bool differs(std::size_t axis) const {
        return std::ranges::any_of(front_.points, [&](const FrontPoint& p) {
            return p.record.values[axis] != front_.points.front().record.values[axis];
        });
    }

    [[nodiscard]] std::size_t axis_width(std::size_t axis) const {
        std::size_t widest = display_width(names_[axis]);
        for (const std::size_t i : shown_)
            widest = std::max(widest, display_width(cell(front_.points[i], axis)));
        return widest;
    }

    [[nodiscard]] std::size_t total_width() const {
        std::size_t sum = 0;
        for (const std::size_t w : widths_)
            sum += w + gap;
        return sum - gap;
    }

    const core::RunInfo& info_;
    const Front& front_;
    std::vector<std::size_t> shown_;
    std::vector<std::string> names_;
    std::vector<std::string> header_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<bool> right_;
    std::vector<std::size_t> widths_;
};

/// The last `parts` steps of a dotted path.
std::string tail(const std::string& path, std::size_t parts) {
    std::size_t at = path.size();
    for (; parts > 0 && at != std::string::npos; --parts)
        at = at == 0 ? std::string::npos : path.rfind('.', at - 1);
    return at == std::string::npos ? path : path.substr(at + 1);
}

}  // namespace

std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines(1);
    std::size_t used = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string_view word = text.substr(begin, end - begin);
        begin = end + 1;
        const std::size_t columns = display_width(word);
        if (columns == 0) {
            continue;
        }
        if (used > 0 && used + 1 + columns > width) {
            lines.emplace_back();
            used = 0;
        }
        if (used > 0) {
            lines.back() += ' ';
            ++used;
        }
        lines.back() += word;
        used += columns;
    }
    return lines;
}

std::string aligned(const std::vector<std::string>& header,
                    const std::vector<std::vector<std::string>>& rows,
                    const std::vector<bool>& right) {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < header.size(); ++c) {
        widths.push_back(display_width(header[c]));
        for (const auto& row : rows)
            widths[c] = std::max(widths[c], display_width(row[c]));
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string out;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            out.append(c > 0 ? gap : 0, ' ');
            out += padded(cells[c], widths[c], right[c]);
        }
        return without_trailing_spaces(std::move(out)) + '\n';
    };
    std::string out = line(header);
    for (std::size_t c = 0; c < widths.size(); ++c) {
        out.append(c > 0 ? gap : 0, ' ');
        for (std::size_t i = 0; i < widths[c]; ++i)
            out += "─";
    }
    out += '\n';
    for (const auto& row : rows)
        out += line(row);
    return out;
}

std::string front_text(const core::RunInfo& info,
                       const std::vector<Front>& fronts,
                       std::size_t rows,
                       std::size_t width) {
    if (fronts.empty())
        return "no feasible design found\n";
    std::string out;
    for (const Front& front : fronts) {
        if (!out.empty())
            out += '\n';
        const std::string of = front.scenario.empty() ? "" : " of " + front.scenario;
        out += fmt::format("Pareto front{}: {} design{}\n",
                           of,
                           front.points.size(),
                           front.points.size() == 1 ? "" : "s");
        out += FrontTable(info, front, rows).text(width);
    }
    return out;
}

std::string violations_summary(const std::vector<core::EvaluationRecord>& records) {
    std::map<std::string, std::pair<std::int64_t, const core::Violation*>> rules;
    std::int64_t infeasible = 0;
    for (const core::EvaluationRecord& record : records) {
        infeasible += record.feasible() ? 0 : 1;
        std::map<std::string, bool> here;
        for (const core::Violation& v : record.violations) {
            if (!here.try_emplace(v.rule, true).second)
                continue;  // a design counts once per rule
            auto& [count, example] = rules[v.rule];
            ++count;
            if (example == nullptr)
                example = &v;
        }
    }
    if (rules.empty())
        return "";
    std::vector<std::pair<std::string, std::pair<std::int64_t, const core::Violation*>>> sorted(
        rules.begin(), rules.end());
    std::ranges::stable_sort(
        sorted, [](const auto& a, const auto& b) { return a.second.first > b.second.first; });
    std::vector<std::vector<std::string>> lines;
    for (const auto& [rule, entry] : sorted)
        lines.push_back(
            {std::to_string(entry.first),
             rule,
             fmt::format(
                 "needed {}, available {}", entry.second->needed, entry.second->available)});
    return fmt::format("{} of {} designs are infeasible:\n", infeasible, records.size()) +
           aligned({"designs", "rule", "first case"}, lines, {true, false, false});
}

std::vector<std::string> short_names(const std::vector<std::string>& paths) {
    std::vector<std::string> out;
    for (const std::string& path : paths) {
        std::size_t parts = 1;
        const auto taken = [&] {
            return std::ranges::any_of(paths, [&](const std::string& other) {
                return other != path && tail(other, parts) == tail(path, parts);
            });
        };
        while (tail(path, parts) != path && taken())
            ++parts;
        out.push_back(tail(path, parts));
    }
    return out;
}

}  // namespace plexus::results
