// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "plexus/explorers/fusion/mapped_cascade.hpp"

#include "pictures.hpp"

namespace plexus::apps {

/// `fusion`: the einsums of a cascade in the loops they share, and what stays on chip between them.
[[nodiscard]] Picture fusion_picture(const std::string& title,
                                     const explorers::MappedCascade& mapped);

}  // namespace plexus::apps
