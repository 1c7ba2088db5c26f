// SPDX-License-Identifier: GPL-2.0-or-later
// The job: the text that says what a film's bytes depend on. Working files are of use to the same
// job and to no other.
#pragma once

#include <string>

#include "encoders/film_settings.h"
#include "sim/engine.h"
#include "src/settings.h"

namespace lifereel {

/// Settings, what they come to with these libraries, and the universe that `engine` begins with,
/// one "key = value" a line.
std::string film_job(const RenderSettings& settings, const ResolvedFilm& film,
                     const Engine& engine);

/// Names the job in its working files: SHA-256 in lower-case hexadecimal.
std::string job_hash(const std::string& job);

/// The job with a last line "job-sha256 = " and its hash, as its file holds it.
std::string sealed_job(const std::string& job);

/// Why the job in a file is another one than `job`: the first line in which they differ, as "begun
/// with ..., now ...". Empty when it is the same, or was damaged: then it says nothing.
std::string other_job(const std::string& sealed, const std::string& job);

}  // namespace lifereel
