// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <exception>
#include <string>

#include "src/errors.h"
#include "src/render/disk_file.h"

namespace lifereel {

/// Runs `work`. What fails in it beside a finished film says so; where nothing is encoded, nothing
/// is finished.
template <class Work>
void after_the_film(bool is_there, Work&& work) {
  if (!is_there) {
    as_plain_error(work);
    return;
  }
  const std::string finished = "the film is finished, but ";
  try {
    work();
  } catch (const Cancelled& error) {
    throw CancelledWhenFinished(finished + error.what());
  } catch (const std::exception& error) {
    throw FinishedWithError(finished + error.what());
  }
}

}  // namespace lifereel
