#include "seed/generator.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "core/bson/value_bytes.h"

namespace haul {
namespace {

using Words = std::array<std::string_view, 48>;

constexpr Words kFirstNames = {
    "Ada",   "Alan",  "Amara", "Anna",  "Arjun", "Aya",    "Ben",   "Carla", "Chen",  "Clara",
    "David", "Diego", "Elif",  "Emma",  "Erik",  "Fatima", "Felix", "Freya", "Grace", "Hana",
    "Hugo",  "Ines",  "Ivan",  "Jamal", "Jana",  "Jonas",  "Julia", "Kai",   "Kofi",  "Lara",
    "Leila", "Leo",   "Lina",  "Lucas", "Maja",  "Maria",  "Mateo", "Mei",   "Nadia", "Nina",
    "Noah",  "Omar",  "Paul",  "Priya", "Rosa",  "Sofia",  "Tomas", "Yuki"};
constexpr Words kLastNames = {
    "Adams",    "Ahmed",   "Baker",  "Bauer",   "Berg",    "Brown",   "Castro", "Cohen",
    "Costa",    "Diaz",    "Dubois", "Evans",   "Fischer", "Garcia",  "Gupta",  "Hansen",
    "Haddad",   "Ito",     "Jensen", "Johnson", "Kaya",    "Keller",  "Khan",   "Kim",
    "Kowalski", "Larsen",  "Lee",    "Lopez",   "Martin",  "Meyer",   "Moreau", "Mwangi",
    "Nguyen",   "Novak",   "Okafor", "Patel",   "Petrov",  "Popescu", "Reyes",  "Rossi",
    "Sato",     "Schmidt", "Silva",  "Singh",   "Smith",   "Tanaka",  "Weber",  "Zhang"};
constexpr Words kWords = {"amber",  "anchor",  "apple",   "arrow",   "basin",  "beacon", "birch",
                          "breeze", "bridge",  "candle",  "canyon",  "cedar",  "cloud",  "copper",
                          "coral",  "delta",   "ember",   "falcon",  "fern",   "field",  "forest",
                          "garden", "glade",   "granite", "harbor",  "hazel",  "island", "ivory",
                          "lagoon", "lantern", "maple",   "meadow",  "mirror", "ocean",  "olive",
                          "orchid", "pebble",  "pine",    "prairie", "quartz", "river",  "saddle",
                          "silver", "spruce",  "stone",   "summit",  "violet", "willow"};

// SplitMix64, https://prng.di.unimi.it/splitmix64.c: any count can be asked for without the ones
// before it.
std::uint64_t Mix(std::uint64_t key, std::uint64_t count) {
  std::uint64_t z = key + (count + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

std::string_view Pick(const Words& words, std::uint64_t random) {
  return words[random % words.size()];
}

// "Ada Adams", with `between` the names.
std::string FullName(std::uint64_t random, char between) {
  std::string name(Pick(kFirstNames, random & 0xFFFFFFFFU));
  name += between;
  name += Pick(kLastNames, random >> 32);
  return name;
}

class Generated : public Expression {
 public:
  explicit Generated(GeneratorSite site) : site_(site) {}

 protected:
  [[nodiscard]] std::uint64_t Count(const Moment& moment) const {
    return site_.first + moment.copy;
  }
  [[nodiscard]] std::uint64_t Random(const Moment& moment) const {
    return Mix(site_.key, Count(moment));
  }

 private:
  const GeneratorSite site_;
};

class Name final : public Generated {
 public:
  using Generated::Generated;
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    AppendStringBytes(FullName(Random(moment), ' '), out);
    return BsonType::kString;
  }
};

class Email final : public Generated {
 public:
  using Generated::Generated;
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    std::string text = FullName(Random(moment), '.');
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    fmt::format_to(std::back_inserter(text), "{}@example.com", Count(moment) + 1);
    AppendStringBytes(text, out);
    return BsonType::kString;
  }
};

class Word final : public Generated {
 public:
  using Generated::Generated;
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    AppendStringBytes(Pick(kWords, Random(moment)), out);
    return BsonType::kString;
  }
};

class Range final : public Generated {
 public:
  Range(GeneratedRange range, GeneratorSite site) : Generated(site), range_(range) {}
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    const std::uint64_t values =
        static_cast<std::uint64_t>(range_.to) - static_cast<std::uint64_t>(range_.from) + 1;
    const std::uint64_t random = Random(moment);
    const auto value = static_cast<std::int64_t>(static_cast<std::uint64_t>(range_.from) +
                                                 (values == 0 ? random : random % values));
    if (range_.type != BsonType::kDate) return AppendInteger(value, out);
    out.Append({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
    return BsonType::kDate;
  }

 private:
  const GeneratedRange range_;
};

class Choice final : public Generated {
 public:
  Choice(std::vector<ExpressionPtr> choices, GeneratorSite site)
      : Generated(site), choices_(std::move(choices)) {}
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    return choices_[Random(moment) % choices_.size()]->Append(moment, out);
  }

 private:
  const std::vector<ExpressionPtr> choices_;
};

}  // namespace

std::uint64_t GeneratorKey(std::uint64_t seed, std::string_view place) {
  std::uint64_t key = Mix(seed, 0);
  for (const char c : place) key = Mix(key ^ static_cast<unsigned char>(c), 0);
  return key;
}

ExpressionPtr GeneratorOf(std::string_view kind, GeneratorSite site) {
  if (kind == "name") return std::make_unique<Name>(site);
  if (kind == "email") return std::make_unique<Email>(site);
  if (kind == "word") return std::make_unique<Word>(site);
  return nullptr;
}

ExpressionPtr RangeOf(GeneratedRange range, GeneratorSite site) {
  return std::make_unique<Range>(range, site);
}

ExpressionPtr ChoiceOf(std::vector<ExpressionPtr> choices, GeneratorSite site) {
  return std::make_unique<Choice>(std::move(choices), site);
}

BsonType AppendInteger(std::int64_t value, ByteBuffer& out) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const bool small = value >= Int32::min() && value <= Int32::max();
  // Little-endian: the first four bytes of a small one are the int32.
  const std::size_t size = small ? 4 : 8;
  out.Append({reinterpret_cast<const std::uint8_t*>(&value), size});
  return small ? BsonType::kInt32 : BsonType::kInt64;
}

}  // namespace haul
