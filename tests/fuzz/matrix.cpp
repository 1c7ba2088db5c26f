// SPDX-License-Identifier: GPL-2.0-or-later
// Matrix files.
#include "fuzz.h"
#include "src/text/setting_text.h"

using namespace lifereel;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file(data, size);
  try {
    const std::vector<float> matrix = read_matrix_file(file.path());
    fuzz::require(parse_matrix(print_matrix(matrix)) == matrix, "what is printed reads back");
  } catch (const std::invalid_argument&) {
  }
  return 0;
}
