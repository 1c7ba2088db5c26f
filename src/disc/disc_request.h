// SPDX-License-Identifier: GPL-2.0-or-later
// What can be known to be wrong with a disc before anything is made. Private to src/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/disc.h"
#include "src/disc/disc_contents.h"
#include "src/disc/disc_films.h"
#include "src/media/image_size.h"

namespace lifereel {

/// The folder of a file; "." where its name has none.
std::string parent_of(const std::string& path);

/// The same without slashes at the end of `keep`.
DiscSettings normal(DiscSettings settings);

/// Throws std::invalid_argument for a label, an image or a folder to keep that cannot be, and for a
/// medium that is not known. Takes normal() settings, whose films need not be there.
void check_disc_request(const DiscSettings& settings);

/// The extras. Throws std::invalid_argument for those that such a disc does not take, for a folder
/// to keep where there will be none, and where something would be made among them;
/// std::runtime_error where a program that such a disc needs is missing.
DiscContents check_disc_kind(const DiscSettings& settings, DiscKind kind);

/// Throws std::invalid_argument for what is larger than the medium, or than any.
void check_size(const DiscSettings& settings, std::int64_t image_bytes);

std::vector<ImageItem> image_items(const DiscContents& contents);

}  // namespace lifereel
