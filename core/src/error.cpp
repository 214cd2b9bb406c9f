// SPDX-License-Identifier: Apache-2.0
#include "plexus/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace plexus::core {
namespace {

std::string all_lines(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& p : problems) {
        if (!out.empty()) {
            out += '\n';
        }
        out += to_string(p);
    }
    return out;
}

}  // namespace

std::string to_string(const Problem& problem) {
    std::string out;
    if (!problem.where.file.empty()) {
        out += problem.where.file + ":";
    }
    if (problem.where.line > 0) {
        out += std::to_string(problem.where.line) + ":";
        if (problem.where.column > 0) {
            out += std::to_string(problem.where.column) + ":";
        }
    }
    if (!out.empty()) {
        out += ' ';
    }
    if (!problem.path.empty()) {
        out += problem.path + ": ";
    }
    return out + problem.message;
}

ConfigErrors::ConfigErrors(std::vector<Problem> problems)
    : std::runtime_error(all_lines(problems)), problems_(std::move(problems)) {}

void Problems::add(SourceLocation where, std::string path, std::string message) {
    errors_.push_back({std::move(where), std::move(path), std::move(message)});
}

void Problems::warn(SourceLocation where, std::string path, std::string message) {
    warnings_.push_back({std::move(where), std::move(path), std::move(message)});
}

void Problems::throw_if_any() const {
    if (errors_.empty()) {
        return;
    }
    std::vector<Problem> sorted = errors_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return a.where < b.where;
    });
    // Two readers of one value may find the same fault; the user wants to hear of it once.
    std::vector<Problem> once;
    std::ptrdiff_t place = 0;  // index of the first problem at the place of the last one
    for (Problem& p : sorted) {
        if (!once.empty() && once.back().where != p.where) {
            place = std::ssize(once);
        }
        if (std::find(once.begin() + place, once.end(), p) == once.end()) {
            once.push_back(std::move(p));
        }
    }
    throw ConfigErrors(std::move(once));
}

std::string to_string(const Violation& violation) {
    return violation.rule + ": needed " + violation.needed + ", available " + violation.available;
}

void ensure(bool condition, std::string_view message, std::source_location where) {
    if (!condition) {
        throw std::logic_error(std::string(message) + " (" + where.file_name() + ":" +
                               std::to_string(where.line()) + ")");
    }
}

}  // namespace plexus::core
