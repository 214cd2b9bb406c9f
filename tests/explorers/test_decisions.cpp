// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "plexus/core/node.hpp"
#include "plexus/explorers/decisions.hpp"

#include "catch.hpp"

using namespace plexus;

namespace {

struct Read {
    core::Problems problems;
    explorers::Decisions decisions;

    explicit Read(const std::string& yaml) {
        const core::Node root = core::parse_yaml(yaml, "d.yaml", problems);
        decisions = explorers::read_decisions(core::Reader(root, "decisions", problems),
                                              explorers::builtin_cooling_schedules(),
                                              explorers::builtin_mappers());
    }

    [[nodiscard]] std::string errors() const {
        std::string text;
        for (const core::Problem& p : problems.errors())
            text += core::to_string(p) + "\n";
        return text;
    }
};

}  // namespace

TEST_CASE("decisions are read from every key of the section") {
    const Read r(R"yaml(
kernels: {bank: [csr, "n_m(1:8)"], block: 64}
weighting: {alpha: 0.25, error_reference: 0.05, work_share: 0.75}
fusion: {stacks: all}
placement: {mode: uniform, latency_share: 0.125}
annealing: {cooling: lundy_mees, steps: 77, probes: 5, initial_acceptance: 0.6}
)yaml");
    CHECK(r.errors().empty());
    CHECK(r.decisions.bank == std::vector<std::string>{"csr", "n_m(1:8)"});
    CHECK(r.decisions.block == 64);
    CHECK(r.decisions.weighting.alpha == 0.25);
    CHECK(r.decisions.weighting.error_reference == 0.05);
    CHECK(r.decisions.weighting.work_share == 0.75);
    CHECK(r.decisions.plan.fusion == explorers::FusionMode::all);
    CHECK(r.decisions.plan.placement == explorers::PlacementMode::uniform);
    CHECK(r.decisions.plan.latency_share == 0.125);
    CHECK(r.decisions.plan.annealing.steps == 77);
    CHECK(r.decisions.plan.annealing.probes == 5);
    CHECK(r.decisions.plan.annealing.initial_acceptance == 0.6);
    CHECK(r.decisions.cooling == "lundy_mees");
}

TEST_CASE("parameters of a cooling schedule stand under its name") {
    const Read r("annealing: {cooling: geometric, geometric: {gamma: 0.9}}");
    CHECK(r.errors().empty());
    CHECK(r.decisions.cooling_params.number("gamma") == 0.9);
}

TEST_CASE("every wrong decision is reported at its place") {
    const Read r(
        "kernels: {bank: [csv], block: 0}\n"
        "weighting: {alpha: 1.5, error_reference: 0}\n"
        "fusion: {stacks: some}\n"
        "placement: {mode: serched}\n"
        "annealing: {cooling: geometrical, steps: -1, geometric: {gamma: 2}}\n"
        "kernel: {}\n");
    const std::string errors = r.errors();
    CAPTURE(errors);
    CHECK(errors.find("d.yaml:1:17: decisions.kernels.bank[0]") != std::string::npos);
    CHECK(errors.find("did you mean \"csr\"") != std::string::npos);
    CHECK(errors.find("d.yaml:1:31: decisions.kernels.block") != std::string::npos);
    CHECK(errors.find("d.yaml:2:20: decisions.weighting.alpha") != std::string::npos);
    CHECK(errors.find("decisions.weighting.error_reference") != std::string::npos);
    CHECK(errors.find("d.yaml:3:18: decisions.fusion.stacks") != std::string::npos);
    CHECK(errors.find("did you mean \"searched\"") != std::string::npos);
    CHECK(errors.find("did you mean \"geometric\"") != std::string::npos);
    CHECK(errors.find("decisions.annealing.steps") != std::string::npos);
    CHECK(errors.find("decisions.annealing.geometric.gamma") != std::string::npos);
    CHECK(errors.find("did you mean \"kernels\"") != std::string::npos);
}
