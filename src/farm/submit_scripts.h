// SPDX-License-Identifier: GPL-2.0-or-later
// What hands a job to the engine that a site has.
#pragma once

#include <string>

#include "src/farm.h"

namespace lifereel {

struct SubmitScript {
  std::string name;  ///< of its file; empty: none
  std::string text;
  bool executable = false;
};

/// `processor`: the kind that the job's chunks are made for.
SubmitScript submit_script(const FarmPlan& plan, const FarmSettings& farm,
                           const std::string& processor);

}  // namespace lifereel
