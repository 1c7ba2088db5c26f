// SPDX-License-Identifier: GPL-2.0-or-later
// fuzz_TARGET FOLDER MUTATIONS: a fuzz target without libFuzzer, for any compiler. Every file of
// the folder goes through it, and as many spoilt copies of each: cut short, or with some bits
// flipped.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER MUTATIONS\n", argv[0]);
    return 2;
  }
  const int mutations = std::atoi(argv[2]);
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1]))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::mt19937 random(480);
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    for (int i = 0; i <= mutations; ++i) {
      // A copy of exactly its size, so that a step beyond its end is seen.
      std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
      if (i % 2 == 1) input.resize(input.empty() ? 0 : random() % input.size());
      if (i > 0 && i % 2 == 0 && !input.empty())
        for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
          input[random() % input.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      input.shrink_to_fit();
      LLVMFuzzerTestOneInput(input.data(), input.size());
    }
  }
  std::printf("%zu files and %d mutations of each went through\n", paths.size(), mutations);
  return paths.empty() ? 1 : 0;
}
