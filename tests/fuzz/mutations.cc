// Stands in for libFuzzer where there is none: the texts of a corpus and so many mutations of them,
// the same ones in each run.
//
// usage: TARGET CORPUS RUNS
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace haul {
namespace {

std::vector<std::string> ReadCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Mutations {
 public:
  explicit Mutations(std::vector<std::string> corpus) : corpus_(std::move(corpus)) {}

  std::string Next() {
    std::string text = Any();
    for (std::size_t n = Below(6); n > 0; --n) Mutate(text);
    return text;
  }

 private:
  std::size_t Below(std::size_t bound) { return random_() % std::max<std::size_t>(bound, 1); }
  const std::string& Any() { return corpus_[Below(corpus_.size())]; }
  std::string Piece() {
    const std::string& from = Any();
    return from.substr(Below(from.size()), Below(24));
  }

  void Mutate(std::string& text) {
    const std::size_t at = Below(text.size() + 1);
    switch (Below(6)) {
      case 0:
        text.insert(at, 1, static_cast<char>(random_()));
        break;
      case 1:
        text.erase(at, Below(8));
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
        break;
      case 3:
        text.insert(at, Piece());
        break;
      case 4:
        text.replace(at, Below(8), Piece());
        break;
      default:
        text.insert(at, text.substr(Below(text.size()), Below(40)));
        break;
    }
  }

  std::mt19937_64 random_{5};
  std::vector<std::string> corpus_;
};

void Try(const std::string& text) {
  (void)LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace
}  // namespace haul

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: TARGET CORPUS RUNS\n", stderr);
    return 2;
  }
  const std::vector<std::string> corpus = haul::ReadCorpus(argv[1]);
  haul::Hold(!corpus.empty(), "the corpus holds a text");
  for (const std::string& text : corpus) haul::Try(text);
  haul::Mutations mutations(corpus);
  for (long run = std::atol(argv[2]); run > 0; --run) haul::Try(mutations.Next());
  return 0;
}
