#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes spleen.inc and unifont_katakana.inc, which are checked in, from the fonts' own files:
#   make_fonts.py FOLDER_OF_SPLEENS_BDF_FILES UNIFONT_HEX_FILE
# A glyph is a word whose bit y says that row y differs from the row above it (above the first is
# an empty one), and then those rows from the top; bit c of a row is the pixel in column c.
import sys

SPLEEN_SIZES = [(8, 16), (12, 24), (16, 32), (32, 64)]
LATIN = list(range(0x21, 0x7F)) + list(range(0xA1, 0x100))
HALF_WIDTH = range(0xFF61, 0xFFA0)

SPLEEN_NOTICE = """\
// SPDX-License-Identifier: GPL-2.0-or-later AND BSD-2-Clause
// Written by make_fonts.py: U+0021 to U+007E and U+00A1 to U+00FF of the font Spleen, version
// 2.2.0 (https://github.com/fcambus/spleen), which is under this licence:
//
// Copyright (c) 2018-2026, Frederic Cambus
// All rights reserved.
//
// Redistribution and use in source and binary forms, with or without modification, are permitted
// provided that the following conditions are met:
//
//   * Redistributions of source code must retain the above copyright notice, this list of
//     conditions and the following disclaimer.
//
//   * Redistributions in binary form must reproduce the above copyright notice, this list of
//     conditions and the following disclaimer in the documentation and/or other materials
//     provided with the distribution.
//
// THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
// IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
// FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
// CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
// DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
// DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
// WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY
// WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""

UNIFONT_NOTICE = """\
// SPDX-License-Identifier: GPL-2.0-or-later
// Written by make_fonts.py: U+FF61 to U+FF9F of the font GNU Unifont, version 15.0.01
// (https://unifoundry.com/unifont/).
//
// Copyright (C) 1998-2022 Roman Czyborra, Paul Hardy, Qianqian Fang, Andrew Miller, Johnnie Weaver,
// David Corbett, Nils Moskopp, Rebecca Bettencourt, et al.
//
// All glyphs are released under the GNU General Public License (GPL) version 2 or (at your option)
// a later version, with the GNU font embedding exception:
//
// As a special exception, if you create a document which uses this font, and embed this font or
// unaltered portions of this font into the document, this font does not by itself cause the
// resulting document to be covered by the GNU General Public License. This exception does not
// however invalidate any other reasons why the document might be covered by the GNU General Public
// License. If you modify this font, you may extend this exception to your version of the font, but
// you are not obligated to do so. If you do not wish to do so, delete this exception statement from
// your version.
"""


def left_first(row, width):
    """The most significant of `width` bits becomes bit 0."""
    return int(f"{row:0{width}b}"[::-1], 2)


def read_bdf(path, width, height):
    glyphs, lines = {}, iter(open(path, encoding="ascii"))
    for line in lines:
        word, *rest = line.split() or [""]
        if word == "ENCODING":
            code = int(rest[0])
        elif word == "BBX":  # every glyph is a whole cell
            assert rest[:2] == [str(width), str(height)]
        elif word == "BITMAP":
            padding = -width % 8
            glyphs[code] = [left_first(int(next(lines), 16) >> padding, width)
                            for _ in range(height)]
    return glyphs


def read_hex(path):
    glyphs = {}
    for line in open(path, encoding="ascii"):
        code, digits = line.strip().split(":")
        if len(digits) == 32:
            glyphs[int(code, 16)] = [left_first(int(digits[at:at + 2], 16), 8)
                                     for at in range(0, 32, 2)]
    return glyphs


def words(rows):
    above, mask, kept = 0, 0, []
    for y, row in enumerate(rows):
        if row != above:
            mask |= 1 << y
            kept.append(row)
        above = row
    return [mask] + kept


def write_font(file, name, glyphs, codes):
    file.write(f"constexpr std::uint64_t {name}[] = {{\n")
    line = ""
    for word in (word for code in codes for word in words(glyphs[code])):
        text = f"{word}," if word < 10 else f"0x{word:x},"
        if len(line) + len(text) > 100:
            file.write(line + "\n")
            line = ""
        line += text
    file.write(line + "\n};\n")


bdf_folder, hex_file = sys.argv[1:]
with open("spleen.inc", "w", encoding="ascii") as out:
    out.write(SPLEEN_NOTICE)
    for w, h in SPLEEN_SIZES:
        write_font(out, f"spleen_{w}x{h}",
                   read_bdf(f"{bdf_folder}/spleen-{w}x{h}.bdf", w, h), LATIN)
with open("unifont_katakana.inc", "w", encoding="ascii") as out:
    out.write(UNIFONT_NOTICE)
    write_font(out, "unifont_8x16", read_hex(hex_file), HALF_WIDTH)
