// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <tuple>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>

#include "plexus/hardware/architecture.hpp"

namespace plexus::hardware {

namespace {

using Graph = boost::adjacency_list<boost::vecS,
                                    boost::vecS,
                                    boost::directedS,
                                    boost::no_property,
                                    boost::property<boost::edge_index_t, std::size_t>>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

constexpr std::size_t no_link = std::numeric_limits<std::size_t>::max();

/// Vertex 0 is off-chip memory, vertex i + 1 is core i.
Vertex vertex_of(int id) {
    return static_cast<Vertex>(id + 1);
}

/// Remembers the link by which a breadth-first search first reached each vertex.
class ArrivalRecorder : public boost::default_bfs_visitor {
  public:
    explicit ArrivalRecorder(std::vector<std::size_t>& arrival) : arrival_(&arrival) {}
    void tree_edge(const Graph::edge_descriptor& edge, const Graph& graph) const {
        (*arrival_)[boost::target(edge, graph)] = boost::get(boost::edge_index, graph, edge);
    }

  private:
    std::vector<std::size_t>* arrival_;
};

}  // namespace

std::optional<std::vector<Link>> Interconnect::route(int from, int to) const {
    if (from == to) {
        return std::vector<Link>{};
    }
    std::vector<std::size_t> order;
    int highest = std::max(from, to);
    for (std::size_t i = 0; i < links.size(); ++i) {
        highest = std::max({highest, links[i].from, links[i].to});
        // Off-chip memory may only be an end of the route.
        if (links[i].from != off_chip || from == off_chip) {
            order.push_back(i);
        }
    }
    // Edges leave a vertex by ascending target, then by ascending channel and position, so that the
    // search finds the path with the lowest ids first.
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
        return std::tie(links[a].from, links[a].to, links[a].channel) <
               std::tie(links[b].from, links[b].to, links[b].channel);
    });
    Graph graph(static_cast<std::size_t>(highest) + 2);
    for (const std::size_t i : order) {
        boost::add_edge(vertex_of(links[i].from), vertex_of(links[i].to), i, graph);
    }
    std::vector<std::size_t> arrival(boost::num_vertices(graph), no_link);
    boost::breadth_first_search(graph, vertex_of(from), boost::visitor(ArrivalRecorder(arrival)));
    std::vector<Link> path;
    for (int at = to; at != from; at = path.back().from) {
        const std::size_t link = arrival[vertex_of(at)];
        if (link == no_link) {
            return std::nullopt;
        }
        path.push_back(links[link]);
    }
    std::reverse(path.begin(), path.end());
    return path;
}

}  // namespace plexus::hardware
