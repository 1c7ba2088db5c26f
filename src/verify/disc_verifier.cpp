// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/verify/disc_verifier.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <future>
#include <span>
#include <stdexcept>
#include <utility>

#include "encoders/dvd/program_stream_check.h"
#include "src/media/medium.h"
#include "src/pipeline/cancellation.h"
#include "src/text/format.h"
#include "src/verify/disc_tables_check.h"
#include "src/verify/dvd_files.h"
#include "src/verify/object_units.h"
#include "src/verify/title_set_check.h"

namespace lifereel {
namespace {

constexpr int ac3_format = 0;
constexpr double ntsc_rate = 30000.0 / 1001, pal_rate = 25;

/// Bytes of a part of the VOBs, one after another, some of them at a time.
class StreamReader {
 public:
  explicit StreamReader(SpannedFile bytes) : bytes_(std::move(bytes)) {}

  std::size_t read(std::span<std::uint8_t> to) {
    std::size_t got = 0;
    while (got < to.size()) {
      if (at_ == piece_.size() && !refill()) break;
      const std::size_t count = std::min(to.size() - got, piece_.size() - at_);
      std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(at_), count,
                  to.begin() + static_cast<std::ptrdiff_t>(got));
      at_ += count;
      got += count;
    }
    return got;
  }

 private:
  bool refill() {
    constexpr std::int64_t most = 1 << 18;
    piece_.resize(static_cast<std::size_t>(std::min(most, bytes_.size() - place_)));
    bytes_.read(place_, piece_);
    place_ += static_cast<std::int64_t>(piece_.size());
    at_ = 0;
    return !piece_.empty();
  }

  const SpannedFile bytes_;
  std::vector<std::uint8_t> piece_;
  std::size_t at_ = 0;
  std::int64_t place_ = 0;
};

/// The buffers of a decoder, object by object, for each has a clock of its own; on a thread of its
/// own, which ends with this object.
class BufferCheck {
 public:
  BufferCheck(const SpannedFile& vobs, const VideoTitleSet& set, const std::string& name)
      : reports_(std::async(std::launch::async, [this, vobs, set, name] {
          std::vector<ProgramStreamReport> reports;
          for (const SpannedFile& object : objects(vobs, set)) {
            StreamReader reader(object);
            reports.push_back(check_program_stream(
                [&reader](std::span<std::uint8_t> to) { return reader.read(to); }, name, &stop_));
          }
          return reports;
        })) {}
  ~BufferCheck() { stop_ = true; }
  BufferCheck(const BufferCheck&) = delete;
  BufferCheck& operator=(const BufferCheck&) = delete;

  /// Waits.
  std::vector<ProgramStreamReport> reports() { return reports_.get(); }

 private:
  static std::vector<SpannedFile> objects(const SpannedFile& vobs, const VideoTitleSet& set) {
    std::vector<SpannedFile> all;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < set.cell_addresses.size(); ++i) {
      const bool last = i + 1 == set.cell_addresses.size() ||
                        set.cell_addresses[i + 1].vob != set.cell_addresses[i].vob;
      if (!last) continue;
      const std::int64_t end = (set.cell_addresses[i].last_sector + 1) * disc_sector_bytes;
      all.push_back(vobs.part(begin, end - begin));
      begin = end;
    }
    return all;
  }

  std::atomic<bool> stop_{false};
  std::future<std::vector<ProgramStreamReport>> reports_;  // waits when it goes
};

class DiscVerifier {
 public:
  DiscVerifier(const std::string& path, const JobControl& control)
      : control_(control), files_(path) {
    report_.path = path;
    report_.disc = true;
    report_.container = files_.image() ? "DVD-Video image" : "DVD-Video folder";
    report_.file_bytes = files_.total_bytes();
  }

  VerifyReport run() {
    DiscTablesCheck tables(files_, findings_);
    tables.run();
    for (const DiscTablesCheck::Set& set : tables.sets())
      all_sectors_ += files_.title_vobs(set.number).size() / disc_sector_bytes;
    for (const DiscTablesCheck::Set& set : tables.sets()) check_set(set);
    if (tables.manager()) describe_titles(*tables.manager(), tables.sets());
    conclude(tables);
    return std::move(report_);
  }

 private:
  void check_set(const DiscTablesCheck::Set& set) {
    const std::string name = format("title set %d", set.number);
    check_attributes(set.tables, name);
    const SpannedFile vobs = files_.title_vobs(set.number);
    if (set.tables.standard == DiscTarget::none || vobs.size() == 0) return;
    BufferCheck buffers(vobs, set.tables, name);
    ObjectUnits objects(name, set.tables.standard);
    const auto ask = [&](std::int64_t sector) {
      throw_if_cancelled(control_.cancel, "the check was cancelled");
      if (!control_.progress) return;
      JobProgress progress = meter_.measure(0, 0);
      progress.step = "checking the disc";
      progress.share = static_cast<double>(sectors_ + sector) /
                       static_cast<double>(std::max<std::int64_t>(all_sectors_, 1));
      control_.progress(progress);
    };
    try {
      objects.read(vobs, findings_, ask);
    } catch (const Cancelled&) {
      throw;
    } catch (const std::runtime_error& error) {  // of what there is, all has been seen
      findings_.error("packs", name + ": " + error.what());
    }
    TitleSetCheck(name, set.tables, objects, findings_).run();
    tell(buffers, name);
    sectors_ += objects.sectors();
    units_ += static_cast<std::int64_t>(objects.units().size());
    cells_ += static_cast<std::int64_t>(set.tables.cell_addresses.size());
    report_.frames += objects.pictures().pictures();
    groups_ += objects.pictures().check().groups();
    longest_group_ = std::max(longest_group_, objects.pictures().check().longest_group());
    report_.duration_seconds +=
        static_cast<double>(objects.pictures().pictures()) /
        (set.tables.standard == DiscTarget::ntsc_dvd ? ntsc_rate : pal_rate);
  }

  void check_attributes(const VideoTitleSet& set, const std::string& name) {
    if (set.standard == DiscTarget::none)
      findings_.error("tables", name + " is neither NTSC nor PAL");
    if (!set.mpeg2) findings_.error("tables", name + " says that its video is no MPEG-2");
    if (set.audio_formats.empty()) findings_.error("tables", name + " has no sound");
  }

  void tell(BufferCheck& buffers, const std::string& name) {
    try {
      for (const ProgramStreamReport& stream : buffers.reports()) {
        for (const auto& fault : stream.faults)
          findings_.error("program stream",
                          name + format(", %.3f s: ", fault.seconds) + fault.text);
        findings_.count_untold(
            "program stream", stream.fault_count - static_cast<std::int64_t>(stream.faults.size()));
        for (const auto& fault : stream.layout_faults)
          findings_.error("dvd", name + format(", %.3f s: ", fault.seconds) + fault.text);
        findings_.count_untold("dvd", stream.layout_fault_count -
                                          static_cast<std::int64_t>(stream.layout_faults.size()));
        const std::string rate = DvdCheck::mux_rate_fault(stream.mux_rate);
        if (!rate.empty()) findings_.error("dvd", name + ": " + rate);
        longest_unit_ = std::max(longest_unit_, stream.longest_unit_seconds);
        for (const DecoderBufferReport& buffer : stream.streams)
          if (buffer.stream == "video")
            fullest_video_ = std::max(fullest_video_, buffer.fullest_bytes);
      }
    } catch (const std::runtime_error& error) {
      findings_.error("program stream", error.what());
    }
  }

  void describe_titles(const VideoManager& manager, const std::vector<DiscTablesCheck::Set>& sets) {
    int number = 0;
    for (const VideoManager::Title& title : manager.titles) {
      ++number;
      for (const DiscTablesCheck::Set& set : sets) {
        if (set.number != title.title_set || set.tables.program_chains.empty()) continue;
        const VideoTitleSet& tables = set.tables;
        const DvdTime time = tables.program_chains.front().time;
        std::string text = format("title %d: %s, %s, %02d:%02d:%02d:%02d, ", number,
                                  tables.standard == DiscTarget::pal_dvd ? "PAL" : "NTSC",
                                  tables.wide ? "16:9" : "4:3", time.hours, time.minutes,
                                  time.seconds, time.frames) +
                           count_text(title.chapters, "chapter", "chapters");
        for (std::size_t i = 0; i < tables.audio_formats.size(); ++i)
          text += format(", %s with %d channels",
                         tables.audio_formats[i] == ac3_format ? "AC-3" : "sound",
                         tables.audio_channels[i]);
        report_.streams.push_back(text);
      }
    }
  }

  void conclude(const DiscTablesCheck& tables) {
    const auto count = [](std::int64_t number) { return static_cast<long long>(number); };
    const std::size_t titles = tables.manager() ? tables.manager()->titles.size() : 0;
    findings_.conclude("tables", count_text(static_cast<std::int64_t>(titles), "title", "titles") +
                                     format(" in %zu sets, each table with an equal backup%s",
                                            tables.sets().size(),
                                            files_.image() ? ", both file systems alike" : ""));
    findings_.conclude("cells", count_text(cells_, "cell", "cells") + " where the tables say");
    findings_.conclude("object units", format("%lld with their navigation packs, of at most %.2f s",
                                              count(units_), longest_unit_));
    findings_.conclude("packs", format("%lld sectors, each of one pack", count(sectors_)));
    findings_.conclude("program stream", format("video at most %lld KiB in its buffer",
                                                count(fullest_video_ / 1024)));
    findings_.conclude("dvd", count_text(groups_, "GOP", "GOPs") +
                                  format(" of at most %d pictures, ", longest_group_) +
                                  count_text(report_.frames, "picture", "pictures"));
  }

  const JobControl& control_;
  const FrameMeter meter_;
  VerifyReport report_;
  const DvdFiles files_;
  Findings findings_{report_, {25, 1}};
  std::int64_t all_sectors_ = 0, sectors_ = 0, units_ = 0, cells_ = 0, groups_ = 0;
  std::int64_t fullest_video_ = 0;
  int longest_group_ = 0;
  double longest_unit_ = 0;
};

}  // namespace

VerifyReport verify_disc(const std::string& path, const JobControl& control) {
  return DiscVerifier(path, control).run();
}

}  // namespace lifereel
