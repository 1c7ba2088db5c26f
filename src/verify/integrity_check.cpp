// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/integrity_check.h"

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace lifereel {

void IntegrityCheck::start() {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(film_.path, ignored)) return;
  integrity_ = std::async(std::launch::async, [this] {
    return check_integrity(film_.path, film_.scan.container, &stop_);
  });
}

void IntegrityCheck::conclude() {
  if (!integrity_.valid()) {
    findings_.leave_out("integrity", film_.whole() ? "what is no file cannot be read twice"
                                                   : "only the whole film can be checked");
    return;
  }
  try {
    const Integrity integrity = integrity_.get();
    for (const std::string& fault : integrity.faults) findings_.error("integrity", fault);
    findings_.count_untold("integrity", integrity.untold);
    if (integrity.proof == Integrity::Proof::bytes)
      findings_.conclude("integrity", integrity.summary);
    else
      findings_.leave_out("integrity", integrity.summary);
  } catch (const std::runtime_error& error) {
    findings_.error("integrity", error.what());
    findings_.conclude("integrity", "cannot be read");
  }
}

}  // namespace lifereel
