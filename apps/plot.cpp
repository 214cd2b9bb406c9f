// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "plexus/results/csv.hpp"
#include "plexus/results/evaluations.hpp"
#include "plexus/results/files.hpp"
#include "plexus/results/front.hpp"
#include "plexus/results/provenance.hpp"

#include "commands.hpp"
#include "record_outcome.hpp"

namespace plexus::apps {

int plot_run(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder / "provenance.json"))
        throw UsageError(folder.string() + ": is not the folder of a run (no provenance.json)");
    const results::RunProvenance provenance = results::read_provenance(folder / "provenance.json");
    const results::StoredEvaluations stored =
        results::read_evaluations(folder / "evaluations.csv", provenance.run);
    if (stored.truncated)
        std::fprintf(stderr,
                     "%s:%d: the last line was cut off and is not used\n",
                     (folder / "evaluations.csv").c_str(),
                     stored.last_line);
    const auto fronts = results::select_fronts(provenance.run, stored.records);
    // A run that was killed has no front files yet.
    results::write_atomically(folder / "front.csv",
                              results::to_csv(results::front_table(provenance.run, fronts)));
    results::write_atomically(folder / "front.json",
                              results::front_json(provenance.run, fronts, provenance.version));
    const RecordOutcome outcome = record_outcome(provenance, stored.records, fronts, 0);
    for (const auto& [name, content] : outcome.files)
        results::write_atomically(folder / name, content);
    const std::vector<Picture>& pictures = outcome.pictures;
    const std::vector<std::string> drawn = draw(folder, pictures);
    if (drawn.size() < pictures.size())
        return exit_failed;
    for (const Picture& picture : pictures)
        std::printf("%s\n%s\n",
                    (folder / (picture.name + ".svg")).c_str(),
                    (folder / (picture.name + ".png")).c_str());
    return exit_ok;
}

}  // namespace plexus::apps
