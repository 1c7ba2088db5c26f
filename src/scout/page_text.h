// SPDX-License-Identifier: GPL-2.0-or-later
// Private to src/scout/.
#pragma once

namespace lifereel {

/// page.html, compiled in; "@DATA@" stands where the data go.
extern const char* const scout_page_text;

}  // namespace lifereel
