// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plexus/hardware/event_chip.hpp"

namespace plexus::cost_models::event_driven {

/// How far the model may be from a recorded run, relative.
struct RecordBounds {
    double energy = 1e-6;     ///< Total and each component; the precision that is printed.
    double simple = 1e-9;     ///< `simple` against the recorded `simple` time.
    double replay = 0.02;     ///< `queued` and `simulated` against the recorded `cycle` time.
    double floorline = 0.04;  ///< Against the recorded `cycle` time.
};

/// One number of a recorded run and ours.
struct RecordCheck {
    std::string name;  ///< `packets`, `energy_soma`, `time_queued` …
    double recorded = 0;
    double computed = 0;
    double error = 0;  ///< computed / recorded − 1; the difference if 0 was recorded.
    double bound = 0;  ///< 0 = must be equal.

    [[nodiscard]] bool good() const { return error <= bound && error >= -bound; }
};

/// How a recorded network came out.
struct NetworkComparison {
    std::string name;
    std::vector<RecordCheck> checks;
    std::string problem;  ///< Not empty: it could not be compared.

    [[nodiscard]] bool good() const;
    /// The check of this name; nullptr if the recording has nothing to hold it against.
    [[nodiscard]] const RecordCheck* find(const std::string& check) const;
};

/// Loads the chip that runs.csv names (`loihi.yaml`). \throws core::ConfigErrors if there is none.
using ChipLoader = std::function<hardware::EventChip(const std::string& name)>;

/// Runs every network that a folder's `runs.csv` names from its own file
/// `nets/<network>.yaml` (or `.yaml.gz`) and compares counts, energies and times with the rows of
/// the timing models `simple` and `cycle`; with `expected/<network>.perf_detailed.csv`, if there,
/// also the counts of every step. `floorline` gets the mean activity of each group.
/// \throws core::ConfigErrors if `runs.csv` is missing or is not such a table.
[[nodiscard]] std::vector<NetworkComparison> compare_networks(const std::filesystem::path& folder,
                                                              const ChipLoader& load_chip,
                                                              const RecordBounds& bounds = {});

}  // namespace plexus::cost_models::event_driven
