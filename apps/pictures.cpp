// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <cstdio>

#include "plexus/results/plot.hpp"

namespace plexus::apps {

std::vector<std::string> draw(const std::filesystem::path& folder,
                              const std::vector<Picture>& pictures,
                              const std::function<void(const std::string&)>& warn) {
    std::vector<std::string> drawn;
    for (const Picture& picture : pictures) {
        const std::string why_not = results::draw_picture(folder, picture.name, picture.script);
        if (why_not.empty())
            drawn.push_back(picture.name + ".svg");
        else if (warn)
            warn(why_not);
        else
            std::fprintf(stderr, "warning: %s\n", why_not.c_str());
    }
    return drawn;
}

}  // namespace plexus::apps
