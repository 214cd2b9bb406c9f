// SPDX-License-Identifier: Apache-2.0
#include "timeline/mesh_traffic.hpp"

#include <algorithm>

namespace plexus::cost_models::timeline {

namespace {

using hardware::Mesh;

/// Cores 0 … n − 1 that stand in rows 0 … y.
int cores_up_to_row(const Mesh& mesh, int n, int y) {
    const int column = mesh.height * mesh.cores_per_tile;
    const int rows = (y + 1) * mesh.cores_per_tile;
    return n / column * rows + std::min(n % column, rows);
}

/// Share of the cores of a placement in columns 0 … x.
double share_up_to_column(const Mesh& mesh, const Placement& p, int x) {
    const int end = (x + 1) * mesh.height * mesh.cores_per_tile;
    return static_cast<double>(std::clamp(end - p.first_core, 0, p.cores)) / p.cores;
}

/// Share of the cores of a placement in rows 0 … y.
double share_up_to_row(const Mesh& mesh, const Placement& p, int y) {
    return static_cast<double>(cores_up_to_row(mesh, p.first_core + p.cores, y) -
                               cores_up_to_row(mesh, p.first_core, y)) /
           p.cores;
}

/// E|A − B| = Σ over the gaps between neighbours of the probability that A and B lie on its two
/// sides.
double apart(double a, double b) {
    return a * (1 - b) + b * (1 - a);
}

/// Directed links between neighbouring tiles in the smallest box around both placements. Two or
/// more columns of tiles are taken as whole columns.
double links_between(const Mesh& mesh, const Placement& a, const Placement& b) {
    const int a_last = a.first_core + a.cores - 1;
    const int b_last = b.first_core + b.cores - 1;
    const int left = mesh.x_of_core(std::min(a.first_core, b.first_core));
    const int right = mesh.x_of_core(std::max(a_last, b_last));
    int top = 0;
    int bottom = mesh.height - 1;
    const auto in_one_column = [&](const Placement& p, int last) {
        return mesh.x_of_core(p.first_core) == mesh.x_of_core(last);
    };
    if (in_one_column(a, a_last) && in_one_column(b, b_last)) {
        top = std::min(mesh.y_of_core(a.first_core), mesh.y_of_core(b.first_core));
        bottom = std::max(mesh.y_of_core(a_last), mesh.y_of_core(b_last));
    }
    const double width = right - left + 1;
    const double height = bottom - top + 1;
    return 2 * ((width - 1) * height + (height - 1) * width);
}

/// Directed links between neighbouring chips in the smallest box around both placements.
double chip_links(const Mesh& mesh, const Placement& a, const Placement& b) {
    const int left = mesh.x_of_core(std::min(a.first_core, b.first_core)) / mesh.chip_width();
    const int right = mesh.x_of_core(std::max(a.first_core + a.cores, b.first_core + b.cores) - 1) /
                      mesh.chip_width();
    return 2.0 * std::max(1, right - left);
}

}  // namespace

MeanHops mean_hops(const Mesh& mesh, const Placement& from, const Placement& to) {
    MeanHops hops;
    for (int x = 0; x + 1 < mesh.width; ++x) {
        const double across =
            apart(share_up_to_column(mesh, from, x), share_up_to_column(mesh, to, x));
        hops.x += across;
        hops.chips += (x + 1) % mesh.chip_width() == 0 ? across : 0;
    }
    for (int y = 0; y + 1 < mesh.height; ++y) {
        hops.y += apart(share_up_to_row(mesh, from, y), share_up_to_row(mesh, to, y));
    }
    return hops;
}

MeshCost mesh_cost(const Mesh& mesh,
                   core::Frequency clock,
                   const CoreCost& cost,
                   const MeanHops& hops,
                   const Placement& from,
                   const Placement& to) {
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
    const double links = links_between(mesh, from, to);
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
        const double bits = crossings * cost.packet_bits / chip_links(mesh, from, to);
        if (mesh.chip_bandwidth.value > 0) {
            out.load = std::max(out.load, core::transfer_time(bits, mesh.chip_bandwidth));
        }
    }
    return out;
}

}  // namespace plexus::cost_models::timeline
