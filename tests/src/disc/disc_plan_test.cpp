// SPDX-License-Identifier: GPL-2.0-or-later
// What goes where on a disc, before any program is asked.
#include "src/disc/disc_plan.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/disc/chapters.h"
#include "src/disc/disc_label.h"
#include "src/disc/dvd_author.h"
#include "src/disc/image_check.h"
#include "src/disc/image_packer.h"
#include "tests/messages.h"

using namespace lifereel;
using test::contains;
using test::refusal_of;

namespace {

PlannedTitle title_of(const std::string& film, DiscTarget standard, bool wide) {
  PlannedTitle title;
  title.film = film;
  title.standard = standard;
  title.wide = wide;
  title.seconds = 700;
  title.bytes = 10 << 20;
  title.chapter_begins_seconds = {0, 300, 600.5};
  return title;
}

DiscChapters every(double seconds) {
  DiscChapters chapters;
  chapters.every_seconds = seconds;
  return chapters;
}

}  // namespace

TEST_SUITE("src.disc_plan") {
  TEST_CASE("one film is a title without a menu") {
    const DiscPlan plan = plan_disc({title_of("a|b & c.mpg", DiscTarget::ntsc_dvd, true)});
    CHECK(dvdauthor_xml(plan) ==
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<dvdauthor format=\"ntsc\">\n"
          "  <vmgm/>\n"
          "  <titleset>\n"
          "    <titles>\n"
          "      <video format=\"ntsc\" aspect=\"16:9\" widescreen=\"nopanscan\"/>\n"
          "      <audio format=\"ac3\" channels=\"2\"/>\n"
          "      <pgc>\n"
          "        <vob file=\"title-01.mpg\" "
          "chapters=\"0:00:00.000,0:05:00.000,0:10:00.500\"/>\n"
          "      </pgc>\n"
          "    </titles>\n"
          "  </titleset>\n"
          "</dvdauthor>\n");
  }

  TEST_CASE("titles lead to one another through empty menus") {
    const DiscPlan plan = plan_disc({title_of("a.mpg", DiscTarget::pal_dvd, false),
                                     title_of("b.mpg", DiscTarget::pal_dvd, true),
                                     title_of("c.mpg", DiscTarget::pal_dvd, false)});
    const std::string xml = dvdauthor_xml(plan);
    CHECK(contains(xml, "<dvdauthor format=\"pal\">"));
    CHECK(contains(xml, "<fpc>jump title 1;</fpc>"));
    CHECK(contains(xml,
                   "<pgc><pre>jump title 2;</pre></pgc>\n"
                   "      <pgc><pre>jump title 3;</pre></pgc>\n    </menus>"));
    CHECK(contains(xml,
                   "title-01.mpg\" chapters=\"0:00:00.000,0:05:00.000,0:10:00.500\"/>\n"
                   "        <post>call vmgm menu 1;</post>"));
    CHECK(contains(xml, "<video format=\"pal\" aspect=\"4:3\"/>"));
    CHECK(xml.rfind("<post>") < xml.find("title-03.mpg"));  // the last one ends the disc
  }

  TEST_CASE("films that do not go together are refused") {
    const std::string error = refusal_of([] {
      plan_disc({title_of("a.mpg", DiscTarget::ntsc_dvd, true),
                 title_of("b.mpg", DiscTarget::pal_dvd, true)});
    });
    CHECK(contains(error, "'a.mpg' is for NTSC and 'b.mpg' for PAL"));
    CHECK(contains(refusal_of([] { plan_disc({}); }), "no film"));
    std::vector<PlannedTitle> many(100, title_of("a.mpg", DiscTarget::ntsc_dvd, true));
    CHECK(contains(refusal_of([&] { plan_disc(many); }), "at most 99 titles"));
  }

  TEST_CASE("chapters begin at regular times, or where they are told to") {
    CHECK(chapter_begins(every(5), "a", 16) == std::vector<double>{0, 5, 10});
    CHECK(chapter_begins(every(5), "a", 15.9) == std::vector<double>{0, 5, 10});
    CHECK(chapter_begins(every(5), "a", 11) ==
          std::vector<double>{0, 5});  // not in the last second
    CHECK(chapter_begins(every(0), "a", 100) == std::vector<double>{0});
    CHECK(chapter_begins(every(300), "a", 20) == std::vector<double>{0});
    CHECK(chapter_begins(every(300), "a", 0.5) == std::vector<double>{0});
    CHECK(contains(refusal_of([] { chapter_begins(every(30), "a.mpg", 20); }),
                   "is beyond the end: 'a.mpg' lasts 0:00:20.000"));
    CHECK(chapter_begins(every(1), "a", 100).size() == 99);
    CHECK(contains(refusal_of([] { chapter_begins(every(1), "a", 120); }),
                   "makes 119 chapters, and a title has at most 99"));
    // Nine hours, of which nobody has said how: every six minutes.
    CHECK(chapter_begins(DiscChapters(), "a", 32400).size() == 90);

    const DiscChapters listed = DiscChapters::parse("0,5, 1:10");
    CHECK(listed.at_seconds == std::vector<double>{0, 5, 70});
    CHECK(chapter_begins(listed, "a", 80) == std::vector<double>{0, 5, 70});
    CHECK(contains(refusal_of([&] { chapter_begins(listed, "a.mpg", 60); }),
                   "a chapter at 0:01:10.000 would begin beyond the end"));
    CHECK(DiscChapters::parse("none").every_seconds == 0);
    CHECK(DiscChapters::parse("2:30").every_seconds == 150);
    for (const char* wrong : {"0", "0.5", "soon", "5,5", "5,3", ",", "-5"}) {
      CAPTURE(wrong);
      CHECK(refusal_of([&] { DiscChapters::parse(wrong); }) != "");
    }
  }

  TEST_CASE("labels are what ISO 9660 takes") {
    check_disc_label("PARTICLE_LIFE_480");
    check_disc_label(std::string(32, 'A'));
    CHECK(contains(refusal_of([] { check_disc_label("Particle Life"); }),
                   "set label = PARTICLE_LIFE"));
    CHECK(contains(refusal_of([] { check_disc_label(std::string(33, 'A')); }), "at most 32"));
    CHECK(contains(refusal_of([] { check_disc_label(""); }), "is empty"));
    CHECK(contains(refusal_of([] { check_disc_label("\xc3\xa4"); }), "other characters"));
  }

  TEST_CASE("dvdauthor's lines are understood") {
    const DiscPlan plan = plan_disc({title_of("a.mpg", DiscTarget::ntsc_dvd, true),
                                     title_of("b.mpg", DiscTarget::ntsc_dvd, true)});
    DvdAuthorReader reader(plan);
    CHECK(reader.read("STAT: VOBU 16 at 5MB, 1 PGCs").share < 0);  // of no film yet
    CHECK(reader.read("STAT: Processing title-01.mpg...").share == 0);
    CHECK(reader.read("STAT: VOBU 16 at 5MB, 1 PGCs").share == doctest::Approx(0.225));
    CHECK(reader.read("STAT: fixing VOBU at 5MB (17/33, 50%)").share == doctest::Approx(0.475));
    CHECK(reader.read("STAT: Processing title-02.mpg...").share == doctest::Approx(0.5));
    CHECK(reader.read("STAT: VOBU 16 at 99MB, 1 PGCs").share == doctest::Approx(0.95));
    CHECK_FALSE(reader.read("INFO: Video pts = 0.533 .. 3.536").fault);
    CHECK(reader.read("WARN: GOP may not be closed on cell 2 of source a of pgc 1").fault);
    CHECK(reader.read("ERR:  SCR moves backwards, remultiplex input.").fault);
    CHECK(reader.read("INFO: found video GOP at inoffset 0x0 without a preceding VOBU - ignored")
              .fault);
  }

  TEST_CASE("what genisoimage, xorriso and lsdvd say is understood") {
    CHECK_FALSE(is_packer_fault("The pad was 26 for file VIDEO_TS.IFO"));
    CHECK_FALSE(is_packer_fault("xorriso : NOTE : Local character set is now assumed as: 'utf-8'"));
    CHECK(is_packer_fault("genisoimage: Directories too deep for 'E/d7' (7) max is 6; ignored"));
    CHECK(is_packer_fault("xorriso : FAILURE : Cannot determine attributes of source file"));
    LsdvdTitle title;
    REQUIRE(
        read_lsdvd_title("Title: 01, Length: 01:02:03.500 Chapters: 07, Cells: 07, Audio "
                         "streams: 01, Subpictures: 00",
                         title));
    CHECK(title.seconds == doctest::Approx(3723.5));
    CHECK(title.chapters == 7);
    CHECK_FALSE(read_lsdvd_title("Longest track: 01", title));
  }
}
