#include "restore/option_difference.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "core/bson/element.h"

namespace haul {
namespace {

constexpr std::array<std::string_view, 6> kOfTheServer = {
    "autoIndexId", "recordIdsReplicated", "flags", "temp", "idIndex", "usePowerOf2Sizes"};

std::map<std::string, Element> OptionsOf(const CollectionSpec& spec) {
  std::map<std::string, Element> options;
  ElementWalk walk(spec.options.bytes());
  while (const auto option = walk.Next()) {
    bool passed_over = false;
    for (const std::string_view name : kOfTheServer) passed_over |= option->key == name;
    if (!passed_over) options.emplace(option->key, *option);
  }
  return options;
}

bool Same(const Element& a, const Element& b) {
  const auto number = a.AsDouble();
  if (number && b.AsDouble()) return *number == *b.AsDouble();
  return a.type == b.type && AsText(a.value) == AsText(b.value);
}

}  // namespace

std::vector<std::string> DifferingOptions(const CollectionSpec& a, const CollectionSpec& b) {
  std::map<std::string, Element> left = OptionsOf(a);
  std::vector<std::string> differing;
  for (const auto& [name, option] : OptionsOf(b)) {
    const auto other = left.extract(name);
    if (other.empty() || !Same(other.mapped(), option)) differing.push_back(name);
  }
  for (const auto& [name, option] : left) differing.push_back(name);
  std::sort(differing.begin(), differing.end());
  return differing;
}

}  // namespace haul
