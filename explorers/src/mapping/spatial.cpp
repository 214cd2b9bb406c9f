// SPDX-License-Identifier: Apache-2.0
#include "plexus/explorers/mapping/spatial.hpp"

#include <algorithm>
#include <functional>

namespace plexus::explorers {

namespace dataflow = cost_models::dataflow;

namespace {

using dataflow::Relevance;
using dataflow::SpatialMapping;
using dataflow::Unrolling;

/// One innermost memory of an operand that lanes must not overload.
struct InnerMemory {
    std::size_t operand = 0;
    std::vector<bool> served;         ///< By array dimension.
    std::int64_t elements_moved = 0;  ///< Per cycle; 0 = no port known.
    std::int64_t elements_held = 0;
};

class Generator {
  public:
    Generator(const dataflow::Layer& layer,
              const hardware::DataflowCore& core,
              const SpatialRequest& request);

    std::vector<SpatialMapping> run();

  private:
    /// [array dim][layer dim]
    using Factors = std::vector<std::vector<std::int64_t>>;
    struct Candidate {
        double score = 0;
        std::int64_t lanes = 1;
        Factors factors;
    };

    void keep_given();
    void fill(std::size_t array_dim);
    void fill_mixed(std::size_t array_dim, std::size_t from);
    void record();
    [[nodiscard]] std::int64_t left(std::size_t dim) const;
    [[nodiscard]] std::int64_t lanes(std::size_t array_dim) const;
    [[nodiscard]] bool fits() const;
    [[nodiscard]] std::int64_t largest(std::size_t array_dim, std::size_t dim);
    [[nodiscard]] SpatialMapping written(const Factors& factors) const;

    const dataflow::Layer& layer_;
    const hardware::DataflowCore& core_;
    const SpatialRequest& request_;
    std::vector<InnerMemory> inner_;
    std::vector<bool> open_;
    std::vector<std::vector<bool>> hinted_;
    Factors now_;
    std::vector<Candidate> found_;
};

/// Elements of an operand in so many bits.
std::int64_t whole_elements(core::Bits bits, const dataflow::LayerOperand& operand) {
    return static_cast<std::int64_t>(static_cast<double>(bits.value) / operand.bits);
}

Generator::Generator(const dataflow::Layer& layer,
                     const hardware::DataflowCore& core,
                     const SpatialRequest& request)
    : layer_(layer), core_(core), request_(request) {
    const auto& names = core.array.dimensions;
    for (std::size_t o = 0; o < layer.operands.size(); ++o) {
        const dataflow::LayerOperand& operand = layer.operands[o];
        const auto memories = dataflow::memories_of(core, operand.memory_operand);
        if (memories.empty() || operand.bits <= 0) {
            continue;
        }
        const hardware::Memory& memory = core.memories[memories[0]];
        InnerMemory inner{o, {}, 0, whole_elements(memory.size, operand)};
        for (const std::string& name : names) {
            const auto& served = memory.served_dimensions;
            inner.served.push_back(std::find(served.begin(), served.end(), name) != served.end());
        }
        const auto wanted = o == 0 ? hardware::Transfer::from_low : hardware::Transfer::to_low;
        for (const hardware::Port& port : memory.ports) {
            for (const hardware::PortUse& use : port.uses) {
                if (use.operand == operand.memory_operand && use.transfer == wanted) {
                    inner.elements_moved = whole_elements(port.bandwidth_max, operand);
                }
            }
        }
        inner_.push_back(std::move(inner));
    }
    now_.assign(names.size(), std::vector<std::int64_t>(layer.dims.size(), 1));
    open_.assign(names.size(), request.search);
    hinted_.assign(names.size(), std::vector<bool>(layer.dims.size(), true));
    for (const SpatialHint& hint : request.hints) {
        const auto a = static_cast<std::size_t>(
            std::find(names.begin(), names.end(), hint.array_dim) - names.begin());
        for (std::size_t d = 0; a < names.size() && d < layer.dims.size(); ++d) {
            hinted_[a][d] = std::find(hint.dims.begin(), hint.dims.end(), layer.dims[d].name) !=
                            hint.dims.end();
        }
    }
}

std::int64_t Generator::left(std::size_t dim) const {
    std::int64_t size = layer_.dims[dim].size;
    for (const auto& factors : now_) {
        size = (size + factors[dim] - 1) / factors[dim];
    }
    return size;
}

std::int64_t Generator::lanes(std::size_t array_dim) const {
    std::int64_t product = 1;
    for (const std::int64_t factor : now_[array_dim]) {
        product *= factor;
    }
    return product;
}

bool Generator::fits() const {
    return std::all_of(inner_.begin(), inner_.end(), [&](const InnerMemory& inner) {
        std::int64_t distinct = 1;
        for (std::size_t a = 0; a < now_.size(); ++a) {
            for (std::size_t d = 0; inner.served[a] && d < layer_.dims.size(); ++d) {
                const bool relevant =
                    layer_.operands[inner.operand].relevance[d] == Relevance::relevant;
                distinct *= relevant ? now_[a][d] : 1;
            }
        }
        return distinct == 1 || ((inner.elements_moved == 0 || distinct <= inner.elements_moved) &&
                                 distinct <= inner.elements_held);
    });
}

std::int64_t Generator::largest(std::size_t array_dim, std::size_t dim) {
    std::int64_t& factor = now_[array_dim][dim];
    const std::int64_t before = factor;
    const std::int64_t room = core_.array.sizes[array_dim] / lanes(array_dim);
    const std::int64_t most = std::min(left(dim), room);
    for (factor = most; factor > 1 && !fits(); --factor) {
    }
    const std::int64_t result = std::max<std::int64_t>(1, factor);
    factor = before;
    return result;
}

void Generator::keep_given() {
    const auto& names = core_.array.dimensions;
    for (const dataflow::ArrayDimension& given : request_.given.dimensions) {
        const auto a = static_cast<std::size_t>(std::find(names.begin(), names.end(), given.name) -
                                                names.begin());
        if (a == names.size()) {
            continue;
        }
        open_[a] = false;
        for (const Unrolling& u : given.unrolled) {
            const std::size_t d = layer_.dim(u.dim);
            if (d < layer_.dims.size() && u.factor > 1) {
                now_[a][d] = std::min(u.factor, largest(a, d));
            }
        }
    }
}

void Generator::fill(std::size_t a) {
    while (a < open_.size() && !open_[a]) {
        ++a;
    }
    if (a == open_.size()) {
        record();
        return;
    }
    if (request_.mixed) {
        fill_mixed(a, 0);
        return;
    }
    bool any = false;
    for (std::size_t d = 0; d < layer_.dims.size(); ++d) {
        const std::int64_t most = hinted_[a][d] ? largest(a, d) : 1;
        for (std::int64_t factor = most; factor > 1; --factor) {
            if (most % factor == 0) {
                now_[a][d] = factor;
                fill(a + 1);
                any = true;
            }
        }
        now_[a][d] = 1;
    }
    if (!any) {
        fill(a + 1);
    }
}

void Generator::fill_mixed(std::size_t a, std::size_t from) {
    if (from == layer_.dims.size()) {
        fill(a + 1);
        return;
    }
    const std::int64_t most = hinted_[a][from] ? largest(a, from) : 1;
    for (std::int64_t factor = most; factor > 0; --factor) {
        if (most % factor == 0) {
            now_[a][from] = factor;
            fill_mixed(a, from + 1);
        }
    }
    now_[a][from] = 1;
}

void Generator::record() {
    Candidate candidate{0, 1, now_};
    std::int64_t longest = 1;
    for (std::size_t d = 0; d < layer_.dims.size(); ++d) {
        std::int64_t unrolled = 1;
        for (const auto& factors : now_) {
            unrolled *= factors[d];
        }
        candidate.lanes *= unrolled;
        longest = std::max(longest, unrolled);
    }
    const double use =
        static_cast<double>(candidate.lanes) / static_cast<double>(core_.array.units());
    candidate.score = use + use / static_cast<double>(longest) - 1;
    found_.push_back(std::move(candidate));
    constexpr std::size_t many = 4096;
    if (request_.candidates > 0 && found_.size() > many + request_.candidates) {
        const auto better = [](const Candidate& x, const Candidate& y) {
            return x.score != y.score   ? x.score > y.score
                   : x.lanes != y.lanes ? x.lanes > y.lanes
                                        : x.factors > y.factors;
        };
        const auto end = found_.begin() + static_cast<std::ptrdiff_t>(request_.candidates);
        std::nth_element(found_.begin(), end, found_.end(), better);
        found_.erase(end, found_.end());
    }
}

SpatialMapping Generator::written(const Factors& factors) const {
    SpatialMapping mapping;
    for (std::size_t a = 0; a < factors.size(); ++a) {
        dataflow::ArrayDimension dimension{core_.array.dimensions[a], {}};
        for (std::size_t d = 0; d < layer_.dims.size(); ++d) {
            if (factors[a][d] > 1) {
                dimension.unrolled.push_back({layer_.dims[d].name, factors[a][d]});
            }
        }
        if (!dimension.unrolled.empty()) {
            mapping.dimensions.push_back(std::move(dimension));
        }
    }
    return mapping;
}

std::vector<SpatialMapping> Generator::run() {
    keep_given();
    fill(0);
    std::sort(found_.begin(), found_.end(), [](const Candidate& x, const Candidate& y) {
        return x.score != y.score   ? x.score > y.score
               : x.lanes != y.lanes ? x.lanes > y.lanes
                                    : x.factors > y.factors;
    });
    if (request_.candidates > 0 && found_.size() > request_.candidates) {
        found_.resize(request_.candidates);
    }
    std::vector<SpatialMapping> mappings;
    for (const Candidate& candidate : found_) {
        mappings.push_back(written(candidate.factors));
    }
    return mappings;
}

}  // namespace

std::vector<SpatialMapping> spatial_candidates(const dataflow::Layer& layer,
                                               const hardware::DataflowCore& core,
                                               const SpatialRequest& request) {
    return Generator(layer, core, request).run();
}

dataflow::SpatialMapping dataflow_of(const hardware::DataflowCore& core,
                                     const dataflow::Layer& layer) {
    dataflow::SpatialMapping mapping;
    for (const auto& [dimension, loops] : core.dataflows) {
        dataflow::ArrayDimension array{dimension, {}};
        for (const std::string& loop : loops) {  // "K, 32", as the loader has checked
            const std::size_t comma = loop.find(',');
            const std::string dim = loop.substr(0, comma);
            if (comma != std::string::npos && layer.dim(dim) < layer.dims.size()) {
                array.unrolled.push_back({dim, std::stoll(loop.substr(comma + 1))});
            }
        }
        if (!array.unrolled.empty()) {
            mapping.dimensions.push_back(std::move(array));
        }
    }
    return mapping;
}

}  // namespace plexus::explorers
