// SPDX-License-Identifier: GPL-2.0-or-later
// Programs of a test's own in front of all others.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "tests/temporary_folder.h"

namespace lifereel::test {

/// The PATH is as it was when this goes.
class ProgramsOnPath {
 public:
  ProgramsOnPath() : before_(std::getenv("PATH")) {
    setenv("PATH", (folder_.path() + ":" + before_).c_str(), 1);
  }
  ~ProgramsOnPath() { setenv("PATH", before_.c_str(), 1); }
  ProgramsOnPath(const ProgramsOnPath&) = delete;
  ProgramsOnPath& operator=(const ProgramsOnPath&) = delete;

  /// A script for the shell under this name.
  void add(const std::string& name, const std::string& script) const {
    chmod(folder_.write(name, "#!/bin/sh\n" + script + "\n").c_str(), 0755);
  }
  std::string path(const std::string& name) const { return folder_.file(name); }
  /// No program but these, and what is in `others`.
  void hide_others(const std::string& others = {}) const {
    setenv("PATH", (folder_.path() + (others.empty() ? "" : ":" + others)).c_str(), 1);
  }
  const std::string& others() const { return before_; }

 private:
  TemporaryFolder folder_;
  const std::string before_;
};

}  // namespace lifereel::test
