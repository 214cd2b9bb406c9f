// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <rapidcheck/catch.h>

#include "catch.hpp"
#include "machines.hpp"

namespace test_rejections {

using namespace plexus::hardware;

namespace {

/// `# expects: LINE:COLUMN PATH: part of the message`, one line per problem, in order; a path of
/// `-` is the root.
struct Expectation {
    std::string place;
    std::string path;
    std::string message;
};

std::vector<Expectation> expectations(const std::filesystem::path& file) {
    const std::string mark = "# expects: ";
    std::vector<Expectation> out;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (line.rfind(mark, 0) != 0) {
            continue;
        }
        const auto space = line.find(' ', mark.size());
        const auto colon = line.find(": ", space);
        const std::string path = line.substr(space + 1, colon - space - 1);
        out.push_back({line.substr(mark.size(), space - mark.size()),
                       path == "-" ? "" : path,
                       line.substr(colon + 2)});
    }
    return out;
}

std::vector<plexus::core::Problem> problems_of(const std::filesystem::path& file) {
    try {
        (void)load_architecture(file);
    } catch (const plexus::core::ConfigErrors& errors) {
        return errors.problems();
    }
    return {};
}

/// Damages `node` somewhere: drops, repeats or replaces one of its parts.
void damage(plexus::core::Node& node) {
    plexus::core::Node* at = &node;
    while (!at->children.empty() && *rc::gen::inRange(0, 5) != 0) {
        at = &at->children[*rc::gen::inRange<std::size_t>(0, at->children.size())];
    }
    const auto replacement =
        *rc::gen::element<std::string>("0", "-1", "1e300", "off_chip", "", "O", "99999999999");
    if (at->children.empty() || *rc::gen::inRange(0, 2) == 0) {
        *at = plexus::core::scalar(replacement, at->where);
        return;
    }
    const auto i = *rc::gen::inRange<std::size_t>(0, at->children.size());
    const auto step = static_cast<std::ptrdiff_t>(i);
    at->children.erase(at->children.begin() + step);
    if (at->kind == plexus::core::Node::Kind::map) {
        at->keys.erase(at->keys.begin() + step);
        at->key_where.erase(at->key_where.begin() + step);
    }
}

}  // namespace

TEST_CASE("Every bad machine is refused with place, path and what was expected") {
    const auto folder = std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests" / "hardware" / "data";
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "bad")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() >= 70);
    for (const auto& file : files) {
        INFO(file.filename().string());
        const auto expected = expectations(file);
        const auto found = problems_of(file);
        for (const auto& problem : found) {
            UNSCOPED_INFO(to_string(problem));
        }
        REQUIRE_FALSE(expected.empty());
        REQUIRE(found.size() == expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            const auto& where = found[i].where;
            CHECK(std::to_string(where.line) + ":" + std::to_string(where.column) ==
                  expected[i].place);
            CHECK(found[i].path == expected[i].path);
            CHECK(found[i].message.find(expected[i].message) != std::string::npos);
            CHECK(std::filesystem::path(where.file).filename() == file.filename());
        }
    }
}

TEST_CASE("A machine that is refused as text is refused as a tree too, and only then") {
    const auto folder = std::filesystem::path(PLEXUS_SOURCE_DIR) / "tests" / "hardware" / "data";
    CHECK(problems_of(folder / "quad_core.yaml").empty());
    CHECK(machines::read("3").errors.size() == 1);
    CHECK(machines::read("{event_driven: 3}").errors.size() >= 1);
    CHECK(machines::read("{memories: 3, operational_array: 4}").errors.size() >= 1);
    CHECK(machines::read("{cores: 3}").errors.size() >= 1);
    CHECK(machines::read("{cores: {}}").errors.size() >= 1);
    CHECK(machines::read("{cores: [], technology: 4, sync: 5, off_chip: 6}").errors.size() >= 4);
    CHECK(machines::read("{cores: [[], {}], interconnect: 4, offchip_core: {}}").errors.size() >=
          3);
    CHECK(machines::read("{event_driven: {}, interconnect: {mesh: 2}, sources: 1}").errors.size() >=
          3);
}

TEST_CASE("Damaged machines") {
    const auto root_folder = std::filesystem::path(PLEXUS_SOURCE_DIR);
    std::vector<plexus::core::Node> machines;
    for (const char* const file : {"hardware/presets/loihi_like_64.yaml",
                                   "hardware/presets/eyeriss_like.yaml",
                                   "tests/hardware/data/quad_core.yaml",
                                   "tests/hardware/data/explicit_links.yaml"}) {
        plexus::core::Problems problems;
        machines.push_back(load_architecture_tree(root_folder / file, problems));
        REQUIRE(problems.empty());
    }
    rc::prop("are refused, or are machines whose cores exist and whose routes are found", [&] {
        auto root = *rc::gen::elementOf(machines);
        damage(root);
        const auto result = machines::read(root);
        if (!result.errors.empty()) {
            return;
        }
        RC_ASSERT(result.machine.core_count() > 0);
        for (const int type : result.machine.cores) {
            RC_ASSERT(type >= 0);
            RC_ASSERT(static_cast<std::size_t>(type) < result.machine.core_types.size());
        }
        RC_ASSERT(result.machine.technology.clock.value > 0);
        for (const Link& link : result.machine.interconnect.links) {
            RC_ASSERT(link.from < result.machine.core_count());
            RC_ASSERT(link.bandwidth.value > 0);
            RC_ASSERT(result.machine.interconnect.route(link.from, link.to)->size() == 1U);
        }
        (void)content_hash(result.machine);
    });
}

}  // namespace test_rejections
