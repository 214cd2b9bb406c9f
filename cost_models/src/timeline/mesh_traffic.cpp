// SPDX-License-Identifier: Apache-2.0
#include "timeline/mesh_traffic.hpp"

#include <algorithm>

#include "event_driven/mesh_routes.hpp"

namespace plexus::cost_models::timeline {

namespace {

using event_driven::Direction;
using hardware::Mesh;

/// Share of the cores of a placement in columns 0 … x.
double share_up_to_column(const MeshSites& sites, const Placement& p, int x) {
    return static_cast<double>(sites.up_to_column(p, x)) / p.cores;
}

/// Share of the cores of a placement in rows 0 … y.
double share_up_to_row(const MeshSites& sites, const Placement& p, int y) {
    return static_cast<double>(sites.up_to_row(p, y)) / p.cores;
}

/// E|A − B| = Σ over the gaps between neighbours of the probability that A and B lie on its two
/// sides.
double apart(double a, double b) {
    return a * (1 - b) + b * (1 - a);
}

/// The smallest box around both placements.
MeshSites::Box box_around(const MeshSites& sites, const Placement& a, const Placement& b) {
    const MeshSites::Box one = sites.around(a);
    const MeshSites::Box other = sites.around(b);
    return {std::min(one.left, other.left),
            std::max(one.right, other.right),
            std::min(one.top, other.top),
            std::max(one.bottom, other.bottom)};
}

/// Directed links between neighbouring tiles in a box.
double links_in(const MeshSites::Box& box) {
    const double width = box.right - box.left + 1;
    const double height = box.bottom - box.top + 1;
    return 2 * ((width - 1) * height + (height - 1) * width);
}

/// Directed links between neighbouring chips in a box, at least those of one boundary.
double chip_links_in(const Mesh& mesh, const MeshSites::Box& box) {
    return 2.0 * std::max(1, box.right / mesh.chip_width() - box.left / mesh.chip_width());
}

}  // namespace

MeanHops mean_hops(const MeshSites& sites, const Placement& from, const Placement& to) {
    const Mesh& mesh = sites.mesh();
    MeanHops hops;
    for (int x = 0; x + 1 < mesh.width; ++x) {
        const double across =
            apart(share_up_to_column(sites, from, x), share_up_to_column(sites, to, x));
        hops.x += across;
        hops.chips += (x + 1) % mesh.chip_width() == 0 ? across : 0;
    }
    for (int y = 0; y + 1 < mesh.height; ++y) {
        hops.y += apart(share_up_to_row(sites, from, y), share_up_to_row(sites, to, y));
    }
    return hops;
}

void add_to_links(const MeshSites& sites,
                  const Placement& from,
                  const Placement& to,
                  double packets,
                  std::vector<double>& links) {
    const Mesh& mesh = sites.mesh();
    const auto link = [&](int x, int y, Direction direction) -> double& {
        return links.at(event_driven::link_id(x * mesh.height + y, direction));
    };
    const auto share = [&](const Placement& p, int x, int y) {
        return static_cast<double>(sites.on_tile(p, x * mesh.height + y)) / p.cores;
    };
    // Along x in the row of the source: who starts before the link and ends behind it.
    for (int y = 0; y < mesh.height; ++y) {
        double row = 0;
        for (int x = 0; x < mesh.width; ++x) {
            row += share(from, x, y);
        }
        double before = 0;
        for (int x = 0; x + 1 < mesh.width; ++x) {
            before += share(from, x, y);
            const double ends_before = share_up_to_column(sites, to, x);
            link(x, y, Direction::east) += packets * before * (1 - ends_before);
            link(x + 1, y, Direction::west) += packets * (row - before) * ends_before;
        }
    }
    // Then along y in the column of the destination.
    for (int x = 0; x < mesh.width; ++x) {
        double column = 0;
        for (int y = 0; y < mesh.height; ++y) {
            column += share(to, x, y);
        }
        double ends_before = 0;
        for (int y = 0; y + 1 < mesh.height; ++y) {
            ends_before += share(to, x, y);
            const double before = share_up_to_row(sites, from, y);
            link(x, y, Direction::north) += packets * before * (column - ends_before);
            link(x, y + 1, Direction::south) += packets * (1 - before) * ends_before;
        }
    }
}

MeshCost mesh_cost(const MeshSites& sites,
                   core::Frequency clock,
                   const CoreCost& cost,
                   const MeanHops& hops,
                   const Placement& from,
                   const Placement& to) {
    const Mesh& mesh = sites.mesh();
    MeshCost out;
    const double way = hops.total();
    if (way <= 0 || cost.packets_sent <= 0) {
        return out;
    }
    // A packet that forks goes to the first destination and adds at least one link per further one.
    const double copies = cost.packets_received / cost.packets_sent;
    const double per_sent = std::min(copies * way, way + std::max(0.0, copies - 1));
    out.hops = cost.packets_sent * per_sent;
    const double size = cost.packet_bits / static_cast<double>(mesh.packet_bits);
    const double x_share = hops.x / way;
    out.energy = (mesh.energy_x * x_share + mesh.energy_y * (1 - x_share)) * (out.hops * size);
    const MeshSites::Box box = box_around(sites, from, to);
    const double links = links_in(box);
    if (mesh.link_bandwidth.value > 0 && links > 0) {
        out.load = core::transfer_time(out.hops * cost.packet_bits / links, mesh.link_bandwidth);
    }
    out.way =
        core::cycles_in(mesh.time_x * hops.x + mesh.time_y * hops.y + mesh.chip_time * hops.chips,
                        clock) *
        cost.steps;
    if (hops.chips > 0) {
        const double crossings = out.hops * hops.chips / way;
        out.energy += mesh.chip_energy * (crossings * size);
        const double bits = crossings * cost.packet_bits / chip_links_in(mesh, box);
        if (mesh.chip_bandwidth.value > 0) {
            out.load = std::max(out.load, core::transfer_time(bits, mesh.chip_bandwidth));
        }
    }
    return out;
}

}  // namespace plexus::cost_models::timeline
