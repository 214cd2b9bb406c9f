// SPDX-License-Identifier: Apache-2.0
#include "outlier_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "bits.hpp"
#include "scaled_integers.hpp"

namespace plexus::workloads::detail {

namespace {

double root_mean_square(std::span<const float> values) {
    double sum = 0;
    for (const float value : values) {
        sum += static_cast<double>(value) * static_cast<double>(value);
    }
    return values.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(values.size()));
}

/// Values beyond the integers in an outlier–victim pair: sign, two exponent bits, mantissa.
class Outliers {
  public:
    explicit Outliers(std::int64_t bits)
        : bits_(bits),
          mantissa_(bits - 3),
          first_(value(1)),
          victim_(std::uint64_t{1} << static_cast<unsigned>(bits - 1)) {}

    /// Nearer to the least outlier than to the largest integer.
    [[nodiscard]] bool is(double scaled) const {
        return std::abs(scaled) > (static_cast<double>(largest_integer(bits_)) + first_) / 2;
    }
    [[nodiscard]] std::uint64_t victim() const { return victim_; }

    [[nodiscard]] std::uint64_t code(double scaled) const {
        const double size = std::abs(scaled);
        const std::uint64_t last = victim_ - 1;
        const std::int64_t binade = std::min<std::int64_t>(std::ilogb(size) - (bits_ - 1), 3);
        const double unit = unit_of(binade + bits_ - 1, mantissa_);
        const double above = size / unit - std::ldexp(1.0, static_cast<int>(mantissa_));
        const auto steps_above = static_cast<std::uint64_t>(
            std::nearbyint(std::min(above, static_cast<double>(victim_))));
        const std::uint64_t magnitude =
            (static_cast<std::uint64_t>(std::max<std::int64_t>(0, binade))
             << static_cast<unsigned>(mantissa_)) +
            steps_above;
        return (scaled < 0 ? victim_ : 0) | std::clamp<std::uint64_t>(magnitude, 1, last);
    }
    [[nodiscard]] double decoded(std::uint64_t code) const {
        const double size = value(code & (victim_ - 1));
        return (code & victim_) != 0 ? -size : size;
    }

  private:
    /// 2^(bits − 1 + exponent) · (1 + mantissa / 2^width).
    [[nodiscard]] double value(std::uint64_t magnitude) const {
        const auto exponent =
            static_cast<std::int64_t>(magnitude >> static_cast<unsigned>(mantissa_));
        const std::uint64_t fraction = magnitude & low_bits(mantissa_);
        return std::ldexp(1.0, static_cast<int>(bits_ - 1 + exponent)) +
               static_cast<double>(fraction) * unit_of(bits_ - 1 + exponent, mantissa_);
    }

    std::int64_t bits_;
    std::int64_t mantissa_;
    double first_;
    std::uint64_t victim_;
};

double squared_loss(std::span<const float> values,
                    double scale,
                    const PrecisionFormat& format,
                    std::span<float> scratch) {
    EncodedMatrix::Stream codes;
    put_pairs(values, scale, format, codes);
    BitReader reader(codes);
    take_pairs(reader, scale, format, scratch);
    double lost = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double difference = static_cast<double>(values[i]) - static_cast<double>(scratch[i]);
        lost += difference * difference;
    }
    return lost;
}

}  // namespace

std::uint64_t pair_scale(std::span<const float> values, const PrecisionFormat& format) {
    const double three =
        3 * root_mean_square(values) / static_cast<double>(largest_integer(format.bits));
    std::uint64_t best = 0;
    double least = HUGE_VAL;
    std::vector<float> scratch(values.size());
    for (int quarters = 3; quarters <= 10; ++quarters) {
        const std::uint64_t code = scale_code(three * quarters / 4, format.scale_bits);
        const double lost =
            squared_loss(values, scale_of(code, format.scale_bits), format, scratch);
        if (lost < least) {
            least = lost;
            best = code;
        }
    }
    return best;
}

void put_pairs(std::span<const float> values,
               double scale,
               const PrecisionFormat& format,
               EncodedMatrix::Stream& codes) {
    const Outliers outliers(format.bits);
    const std::int64_t most = largest_integer(format.bits);
    const auto normal = [&](double value) {
        return wrapped(steps(value, scale, most), format.bits);
    };
    std::size_t i = 0;
    for (; i + 1 < values.size(); i += 2) {
        const double first = values[i];
        const double second = values[i + 1];
        const bool swap = std::abs(second) > std::abs(first);
        const double larger = swap ? second : first;
        const bool outlier = scale > 0 && outliers.is(larger / scale);
        const std::uint64_t kept = outlier ? outliers.code(larger / scale) : normal(larger);
        const std::uint64_t other = outlier ? outliers.victim() : normal(swap ? first : second);
        append(codes, swap ? other : kept, format.bits);
        append(codes, swap ? kept : other, format.bits);
    }
    if (i < values.size()) {
        append(codes, normal(values[i]), format.bits);
    }
}

void take_pairs(BitReader& codes,
                double scale,
                const PrecisionFormat& format,
                std::span<float> values) {
    const Outliers outliers(format.bits);
    const auto set = [&](float& value, std::uint64_t code, std::uint64_t neighbour) {
        const double scaled = code == outliers.victim() ? 0.0
                              : neighbour == outliers.victim()
                                  ? outliers.decoded(code)
                                  : static_cast<double>(unwrapped(code, format.bits));
        value = narrowed(scaled * scale);
    };
    std::size_t i = 0;
    for (; i + 1 < values.size(); i += 2) {
        const std::uint64_t first = codes.read(format.bits);
        const std::uint64_t second = codes.read(format.bits);
        set(values[i], first, second);
        set(values[i + 1], second, first);
    }
    if (i < values.size()) {
        set(values[i], codes.read(format.bits), 0);
    }
}

}  // namespace plexus::workloads::detail
