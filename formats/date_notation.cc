#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "formats/date_layout.h"

namespace haul {
namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

// At each place the first that fits, as Go's strings.Replacer.
std::string Translate(std::string_view layout, std::span<const Replacement> replacements) {
  std::string translated;
  while (!layout.empty()) {
    const auto found = std::find_if(replacements.begin(), replacements.end(),
                                    [&](const auto& row) { return layout.starts_with(row.first); });
    const bool known = found != replacements.end();
    translated += known ? found->second : layout.substr(0, 1);
    layout.remove_prefix(known ? found->first.size() : 1);
  }
  return translated;
}

constexpr std::array<Replacement, 30> kSqlServer = {{{"dddd", "Monday"},
                                                     {"ddd", "Mon"},
                                                     {"dd", "02"},
                                                     {"d", "2"},
                                                     {"MMMM", "January"},
                                                     {"MMM", "Jan"},
                                                     {"MM", "01"},
                                                     {"M", "1"},
                                                     {"hh", "03"},
                                                     {"h", "3"},
                                                     {"HH", "15"},
                                                     {"H", "15"},
                                                     {"mm", "04"},
                                                     {"m", "4"},
                                                     {"ss", "05"},
                                                     {"s", "5"},
                                                     {"tt", "PM"},
                                                     {"yyyy", "2006"},
                                                     {"yyy", "2006"},
                                                     {"yy", "06"},
                                                     {"zzz", "-07:00"},
                                                     {"zz", "-07"},
                                                     {".fffffff", ".0000000"},
                                                     {".ffffff", ".000000"},
                                                     {".fffff", ".00000"},
                                                     {".ffff", ".0000"},
                                                     {".fff", ".000"},
                                                     {".ff", ".00"},
                                                     {".f", ".0"},
                                                     {"K", "Z07:00"}}};

constexpr std::array<Replacement, 28> kOracle = {
    {{"AM", "PM"},          {"DAY", "Monday"},      {"DY", "Mon"},       {"DD", "02"},
     {"HH12", "03"},        {"HH24", "15"},         {"HH", "03"},        {"MI", "04"},
     {"MONTH", "January"},  {"MON", "Jan"},         {"MM", "01"},        {"SS", "05"},
     {"TZD", "MST"},        {"TZH:TZM", "-07:00"},  {"TZH", "-07"},      {"YYYY", "2006"},
     {"YY", "06"},          {".FF1", ".0"},         {".FF2", ".00"},     {".FF3", ".000"},
     {".FF4", ".0000"},     {".FF5", ".00000"},     {".FF6", ".000000"}, {".FF7", ".0000000"},
     {".FF8", ".00000000"}, {".FF9", ".000000000"}, {".FF", ".999"},     {".XFF", ".999"}}};

}  // namespace

DateLayout DateLayout::FromSqlServer(std::string_view layout) {
  return FromGo(Translate(layout, kSqlServer));
}

DateLayout DateLayout::FromOracle(std::string_view layout) {
  std::string upper(layout);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return FromGo(Translate(upper, kOracle));
}

}  // namespace haul
