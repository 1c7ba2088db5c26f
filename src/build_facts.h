// SPDX-License-Identifier: GPL-2.0-or-later
// How this library was built and what it runs with, for reports of faults.
#pragma once

#include <string>
#include <vector>

#include "sim/language.h"

namespace [[gnu::visibility("default")]] lifereel {

struct BuildFact {
  std::string name;   ///< "compiler"
  std::string value;  ///< "GCC 12.2.0, optimised"
};

/// Revision of the source, where it was known; compiler; CUDA or not; the versions of FFmpeg and
/// its libraries that this runs with, and those it was built with where they differ; x264's and
/// x265's, where they are known: of shared ones the number that their names end with.
std::vector<BuildFact> build_facts();

}  // namespace lifereel
