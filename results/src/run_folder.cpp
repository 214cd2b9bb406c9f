// SPDX-License-Identifier: Apache-2.0
#include "plexus/results/run_folder.hpp"

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "plexus/core/error.hpp"
#include "plexus/results/csv.hpp"

namespace plexus::results {

namespace fs = std::filesystem;

namespace {

constexpr const char* config_name = "config.yaml";
constexpr const char* log_name = "run.log";

/// The name of an experiment as the name of a folder.
std::string folder_name(const std::string& name) {
    std::string out;
    for (const char c : name) {
        const auto u = static_cast<unsigned char>(c);
        out += std::isalnum(u) || u >= 0x80 || std::strchr("._-+", c) ? c : '-';
    }
    if (out.empty() || out.front() == '.' || out.front() == '-')
        out.insert(0, "run");
    return out;
}

fs::path numbered(const fs::path& parent, const std::string& name, int number) {
    return parent / (number == 1 ? name : name + "-" + std::to_string(number));
}

bool is_empty_folder(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder, error) && fs::is_empty(folder, error) && !error;
}

/// Creates `folder` and its parents. \return whether it was not there before.
bool create(const fs::path& folder) {
    if (!folder.parent_path().empty()) {
        std::error_code error;
        fs::create_directories(folder.parent_path(), error);
        if (error)
            throw IoError(folder.string() + ": cannot create the folder: " + error.message());
    }
    std::error_code error;
    const bool created = fs::create_directory(folder, error);
    if (error && !fs::is_directory(folder))
        throw IoError(folder.string() + ": cannot create the folder: " + error.message());
    return created;
}

/// "" if the run in `folder` has this configuration, else why not.
std::string mismatch(const fs::path& folder, const core::Node& configuration) {
    if (!fs::exists(folder / config_name))
        return fmt::format("{}: not a run folder (it has no {})", folder.string(), config_name);
    core::Problems problems;
    const core::Node there = core::load_yaml(folder / config_name, problems);
    if (!problems.empty())
        return core::to_string(problems.errors().front());
    // Both sides as written text, so that styles of quoting do not count.
    const core::Node here = core::parse_yaml(core::to_yaml(configuration), config_name, problems);
    if (core::content_hash(there) == core::content_hash(here))
        return "";
    return fmt::format("{}: the run there has another configuration: {}",
                       folder.string(),
                       first_difference(there, here));
}

/// The first free name runs/<name>, runs/<name>-2, …, created.
fs::path new_folder(const fs::path& parent, const std::string& name) {
    for (int number = 1;; ++number) {
        fs::path folder = numbered(parent, name, number);
        if (!fs::exists(fs::symlink_status(folder)) && create(folder))
            return folder;
        if (is_empty_folder(folder))
            return folder;
    }
}

/// The run to continue among runs/<name>, runs/<name>-2, …; nothing if there is no run at all.
std::optional<fs::path> latest_folder(const fs::path& parent,
                                      const std::string& name,
                                      const core::Node& configuration) {
    int last = 0;
    while (fs::exists(numbered(parent, name, last + 1)))
        ++last;
    std::string why;
    for (int number = last; number >= 1; --number) {
        const fs::path folder = numbered(parent, name, number);
        if (is_empty_folder(folder))
            continue;
        const std::string difference = mismatch(folder, configuration);
        if (difference.empty())
            return folder;
        if (why.empty())
            why = difference;
    }
    if (!why.empty())
        throw InputError(why);
    return std::nullopt;
}

fs::path given_folder(const fs::path& out,
                      bool resume,
                      const core::Node& configuration,
                      bool& resuming) {
    std::error_code error;
    const fs::file_status status = fs::status(out, error);
    if (fs::exists(status) && !fs::is_directory(status))
        throw InputError(out.string() + ": is not a folder");
    if (!fs::exists(status)) {
        create(out);
        return out;
    }
    const bool empty = fs::is_empty(out, error);
    if (error)
        throw IoError(out.string() + ": cannot read the folder: " + error.message());
    if (empty)
        return out;
    if (!resume)
        throw InputError(out.string() +
                         ": the folder is not empty (give --resume to continue the run in it, or "
                         "another --out)");
    if (const std::string why = mismatch(out, configuration); !why.empty())
        throw InputError(why);
    resuming = true;
    return out;
}

std::string shown(const core::Node& node) {
    switch (node.kind) {
        case core::Node::Kind::null:
            return "null";
        case core::Node::Kind::scalar:
            return node.text;
        case core::Node::Kind::sequence:
            return fmt::format("{} items", node.children.size());
        case core::Node::Kind::map:
            return fmt::format("{} keys", node.children.size());
    }
    return "";
}

std::string difference(const core::Node& there, const core::Node& here, const std::string& path) {
    const std::string at = path.empty() ? "the whole" : path;
    if (there.kind != here.kind || there.text != here.text)
        return fmt::format("{}: {} there, {} here", at, shown(there), shown(here));
    const auto step = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
    for (std::size_t i = 0; i < there.children.size() && i < here.children.size(); ++i) {
        const bool map = there.kind == core::Node::Kind::map;
        if (map && there.keys[i] != here.keys[i])
            return fmt::format("{}: key {} there, {} here", at, there.keys[i], here.keys[i]);
        std::string below = difference(
            there.children[i], here.children[i], step(map ? there.keys[i] : std::to_string(i)));
        if (!below.empty())
            return below;
    }
    if (there.children.size() != here.children.size())
        return fmt::format("{}: {} there, {} here", at, shown(there), shown(here));
    return "";
}

}  // namespace

std::string first_difference(const core::Node& there, const core::Node& here) {
    return difference(there, here, "");
}

RunFolder::RunFolder(const RunFolderOptions& options, const core::Node& configuration) {
    if (options.out) {
        path_ = given_folder(*options.out, options.resume, configuration, resuming_);
    } else {
        const std::string name = folder_name(options.name);
        if (options.resume) {
            if (const auto found = latest_folder(options.parent, name, configuration)) {
                path_ = *found;
                resuming_ = true;
            }
        }
        if (!resuming_)
            path_ = new_folder(options.parent, name);
    }
    if (::access(path_.c_str(), W_OK | X_OK) != 0)
        throw IoError(path_.string() +
                      ": cannot write into the folder: " + std::generic_category().message(errno));
    log_.emplace(path_ / log_name);
    if (!log_->lock())
        throw InputError(path_.string() + ": another run is writing into this folder");
    if (!resuming_)
        write(config_name, core::to_yaml(configuration));
}

void RunFolder::write(const std::string& name, std::string_view text) const {
    write_atomically(path_ / name, text);
}

void RunFolder::write(const std::string& name, const core::Table& table) const {
    write(name, to_csv(table));
}

void RunFolder::log(std::string_view line) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%SZ ", &parts);
    log_->append(std::string(stamp.data()) + std::string(line) + '\n');
}

}  // namespace plexus::results
