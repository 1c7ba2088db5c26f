// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/scout.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "encoders/finished_file.h"
#include "encoders/text/errno_text.h"
#include "src/errors.h"
#include "src/pipeline/cancellation.h"
#include "src/render/disk_file.h"
#include "src/scout/finalist_pictures.h"
#include "src/scout/observer.h"
#include "src/scout/page.h"
#include "src/scout/ranking.h"
#include "src/scout/records.h"
#include "src/scout/seed_run.h"
#include "src/text/format.h"
#include "src/text/setting_text.h"
#include "src/text/text_file.h"

namespace lifereel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_seeds = 10'000'000;
constexpr const char* film_file = "/film.cfg";

void require(bool condition, const std::string& sentence) {
  if (!condition) throw std::invalid_argument(sentence);
}

/// What a scout's film.cfg holds: which seed makes no difference to it.
std::string film_text(RenderSettings film) {
  film.universe.seed = UniverseSettings().seed;
  return print_config(film);
}

std::string first_difference(std::string_view before, std::string_view now) {
  while (!before.empty() || !now.empty()) {
    const std::string_view a = take_line(before), b = take_line(now);
    if (a != b) return in_quotes(a) + " there and " + in_quotes(b) + " here";
  }
  return "nothing";
}

bool is_of_a_scout(const std::string& name) {
  return name == "stills" || name == "films" || name.starts_with("records-") ||
         name.starts_with("running-");
}

/// A folder of this scout's, or a new one. Several processes may do that at once.
void prepare_folder(const std::string& folder, const RenderSettings& film) {
  require(!folder.empty(), "a scout needs a folder for what it finds: set its output");
  std::error_code error;
  fs::create_directories(folder, error);
  require(!error && fs::is_directory(folder, error),
          "cannot make the folder '" + folder +
              "': " + (error ? error.message() : "there is a file of that name"));
  const std::string path = folder + film_file, text = film_text(film);
  const auto is_there = [&] {
    const std::optional<std::string> before = lifereel::read_file(path);
    require(!before || *before == text, "'" + folder + "' holds a scout of another film, " +
                                            first_difference(before.value_or(""), text) +
                                            ": choose another folder, or remove that one");
    return before.has_value();
  };
  if (is_there()) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("film.cfg")) continue;
    if (is_there()) return;  // another process has begun meanwhile
    if (is_of_a_scout(name))
      throw TryAgain("the folder '" + folder + "' holds " + in_quotes(name) +
                     " of a scout, but not its film.cfg: wait until it is there, or choose a new "
                     "folder");
    require(false, "the folder '" + folder + "' holds something else, " + in_quotes(name) +
                       ": choose a new one, or an empty one");
  }
  as_plain_error([&] { write_text_file(path, true, text); });
}

std::vector<std::int64_t> rungs_of(const ScoutSettings& settings, const ObservationTimes& times) {
  const auto whole = [&](std::int64_t frames) {
    return std::max<std::int64_t>(1, frames / times.period) * times.period;
  };
  const std::int64_t last = whole(settings.film.warmup + frame_count(settings.film));
  std::vector<std::int64_t> rungs;
  for (const std::int64_t frames : settings.rungs) {
    require(frames >= 1, "rungs are numbers of frames, 1 or more");
    const std::int64_t rung = whole(frames);
    require(settings.rungs.front() == frames || rungs.empty() || rung >= rungs.back(),
            "rungs go up: 1000, then 10000");
    if (rung < last && (rungs.empty() || rung > rungs.back())) rungs.push_back(rung);
  }
  rungs.push_back(last);
  return rungs;
}

void validate_scout(const ScoutSettings& settings) {
  const UniverseSettings& universe = settings.film.universe;
  require(universe.scene == Scene::particle_life,
          "rain and fire look alike from seed to seed: a scout looks for scene = particle-life");
  validate(universe);
  require(!settings.seeds.empty(), "a scout needs seeds: 1-5000");
  require(
      std::is_sorted(settings.seeds.begin(), settings.seeds.end()) &&
          std::adjacent_find(settings.seeds.begin(), settings.seeds.end()) == settings.seeds.end(),
      "a scout's seeds are ascending, each once");
  require(settings.keep_percent > 0 && settings.keep_percent <= 100,
          "of a rung's seeds more than 0 and at most 100 percent go on");
  require(settings.finalists >= 1 && settings.finalists <= 1000, "finalists are 1 to 1000");
  require(settings.shares >= 1 && settings.share >= 0 && settings.share <= settings.shares,
          "a share is 1 to the number of shares");
  require(settings.threads >= 0 && settings.threads <= 4096, "threads are 1 to 4096");
}

/// Of the file of a run on its way.
std::string running_name(const RunKey& run) {
  return format("running-%llu-%lld", static_cast<unsigned long long>(run.seed),
                static_cast<long long>(run.frames));
}

std::optional<RunKey> running_run(const std::string& name) {
  unsigned long long seed = 0;
  long long frames = 0;
  if (std::sscanf(name.c_str(), "running-%llu-%lld", &seed, &frames) != 2) return std::nullopt;
  const RunKey run{seed, frames};
  return running_name(run) == name ? std::optional(run) : std::nullopt;
}

RenderSettings with_seed(RenderSettings film, std::uint64_t seed) {
  film.universe.seed = seed;
  return film;
}

class Scout {
 public:
  Scout(const ScoutSettings& settings, const JobControl& control)
      : settings_(settings),
        control_(control),
        times_(settings.film.film.frames_per_second),
        rungs_(rungs_of(settings, times_)),
        show_times_(rungs_.back(), times_.period) {
    prepare_folder(settings.folder, settings.film);
    records_.emplace(settings.folder);
    if (records_->damaged_lines() > 0)
      tell(format("%d damaged records do not count: their seeds are run again",
                  records_->damaged_lines()));
    writer_.emplace(settings.folder + "/records-" +
                    (settings.share == 0
                         ? std::string("all")
                         : format("%04d-of-%04d", settings.share, settings.shares)) +
                    ".txt");
    if (settings.films) codec_ = short_film_codec();
    for (const char* const part : {"/stills", "/films"}) {
      std::error_code error;
      if (settings.films || std::string_view(part) == "/stills")
        fs::create_directory(settings.folder + part, error);
    }
  }

  ScoutReport run() {
    const auto start = Clock::now();
    ScoutReport report;
    report.rungs = rungs_;
    report.threads = threads();
    climb(report);
    report.frames_run = frames_run_;
    report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (!report.waits_for.empty()) return report;
    if (settings_.share == 0) {
      write(report);
      report.complete = true;
    }
    return report;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Seeds = std::vector<std::uint64_t>;

  void tell(const std::string& sentence) const {
    if (control_.notice) control_.notice(sentence);
  }

  int threads() const { return settings_.threads > 0 ? settings_.threads : available_processors(); }

  static Seeds join(const Seeds& a, const Seeds& b) {
    Seeds all;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all));
    return all;
  }

  /// Rung by rung, as far as it goes.
  void climb(ScoutReport& report) {
    Seeds held_out = settings_.held_out;
    std::sort(held_out.begin(), held_out.end());
    held_out.erase(std::unique(held_out.begin(), held_out.end()), held_out.end());
    Seeds promoted = settings_.seeds, finalists;
    std::vector<Seeds> entrants;
    for (std::size_t rung = 0; rung < rungs_.size(); ++rung) {
      const bool is_last = rung + 1 == rungs_.size();
      // Where there is but one rung, who is shown is known beforehand only if all are.
      if (is_last && (rung > 0 || is_everyone_shown())) finalists = promoted;
      entrants.push_back(join(promoted, held_out));
      report.entered.push_back(entrants.back().size());
      run_rung(rung, entrants.back(), finalists, report);
      if (!report.waits_for.empty()) return;
      if (is_last) break;
      const std::vector<ScoutedSeed> ranked = ranked_at(rung, promoted);
      if (rung + 2 == rungs_.size()) {
        promoted = unlike(ranked, static_cast<std::size_t>(settings_.finalists));
      } else {
        const double share = static_cast<double>(promoted.size()) * settings_.keep_percent / 100;
        promoted = best(ranked, std::max<std::size_t>(static_cast<std::size_t>(settings_.finalists),
                                                      static_cast<std::size_t>(std::ceil(share))));
      }
    }
    if (rungs_.size() == 1 && !is_everyone_shown()) {
      finalists =
          unlike(ranked_at(0, settings_.seeds), static_cast<std::size_t>(settings_.finalists));
      run_rung(0, finalists, finalists, report);
    }
    if (settings_.share == 0) conclude_report(report, entrants, finalists, held_out);
  }

  bool is_everyone_shown() const {
    return settings_.seeds.size() <= static_cast<std::size_t>(settings_.finalists);
  }

  std::vector<ScoutedSeed> ranked_at(std::size_t rung, const Seeds& seeds) const {
    std::vector<ScoutedSeed> list;
    list.reserve(seeds.size());
    for (const std::uint64_t seed : seeds) {
      const ObservedRun* const run = records_->find({seed, rungs_[rung]});
      if (run == nullptr) continue;
      ScoutedSeed scouted;
      scouted.seed = seed;
      scouted.frames = rungs_[rung];
      scouted.measures = run->measures;
      scouted.dead_from = run->dead_from;
      scouted.alive = run->alive;
      scouted.course = run->course;
      list.push_back(std::move(scouted));
    }
    if (!list.empty()) rank(list);
    return list;
  }

  /// Each seed as far as it came, among all that came as far.
  void conclude_report(ScoutReport& report, const std::vector<Seeds>& entrants,
                       const Seeds& finalists, const Seeds& held_out) const {
    for (std::size_t rung = 0; rung < entrants.size(); ++rung)
      for (ScoutedSeed& seed : ranked_at(rung, entrants[rung])) {
        const bool goes_on =
            rung + 1 < entrants.size() &&
            std::binary_search(entrants[rung + 1].begin(), entrants[rung + 1].end(), seed.seed);
        if (goes_on) continue;
        seed.finalist = std::binary_search(finalists.begin(), finalists.end(), seed.seed);
        seed.command = command(seed.seed);
        report.seeds.push_back(std::move(seed));
      }
    std::sort(report.seeds.begin(), report.seeds.end(),
              [](const ScoutedSeed& a, const ScoutedSeed& b) { return a.seed < b.seed; });
    for (std::size_t rung = 0; rung + 1 < rungs_.size(); ++rung)
      report.agreements.push_back(agreement(rung, held_out));
  }

  RungAgreement agreement(std::size_t rung, const Seeds& held_out) const {
    RungAgreement result;
    result.frames = rungs_[rung];
    result.seeds = held_out.size();
    const std::vector<ScoutedSeed> then = ranked_at(rung, held_out),
                                   last = ranked_at(rungs_.size() - 1, held_out);
    const auto correlate = [&](const auto& field) {
      std::vector<std::int64_t> a, b;
      for (const ScoutedSeed& seed : then) a.push_back(field(seed));
      for (const ScoutedSeed& seed : last) b.push_back(field(seed));
      return rank_correlation(a, b);
    };
    result.place = correlate([](const ScoutedSeed& seed) { return seed.place; });
    result.activity = correlate([](const ScoutedSeed& seed) { return seed.measures.active_10s; });
    result.structure = correlate([](const ScoutedSeed& seed) { return seed.measures.structure; });
    return result;
  }

  std::string command(std::uint64_t seed) const {
    std::string text = settings_.command;
    for (std::size_t at = 0; (at = text.find(seed_mark, at)) != std::string::npos;)
      text.replace(at, seed_mark.size(), std::to_string(seed));
    return text;
  }

  bool has_pictures(std::uint64_t seed) const {
    return std::all_of(show_times_.stills.begin(), show_times_.stills.end(),
                       [&](std::int64_t frame) {
                         return is_whole_still(still_path(settings_.folder, seed, frame));
                       }) &&
           (codec_.empty() || is_short_film(short_film_path(settings_.folder, seed)));
  }

  /// Those that this process is to run.
  Seeds missing(std::size_t rung, const Seeds& entrants, const Seeds& finalists,
                bool of_my_share) const {
    Seeds list;
    for (std::size_t i = 0; i < entrants.size(); ++i) {
      if (of_my_share && settings_.share != 0 &&
          static_cast<int>(i % static_cast<std::size_t>(settings_.shares)) != settings_.share - 1)
        continue;
      const bool shown = std::binary_search(finalists.begin(), finalists.end(), entrants[i]);
      if (records_->find({entrants[i], rungs_[rung]}) == nullptr ||
          (shown && of_my_share && !has_pictures(entrants[i])))
        list.push_back(entrants[i]);
    }
    return list;
  }

  void run_rung(std::size_t rung, const Seeds& entrants, const Seeds& finalists,
                ScoutReport& report) {
    run_all(rung, missing(rung, entrants, finalists, true), finalists);
    if (settings_.share == 0) return;
    if (missing(rung, entrants, finalists, false).empty()) return;
    records_.emplace(settings_.folder);  // others may have finished meanwhile
    const std::size_t others = missing(rung, entrants, finalists, false).size();
    if (others > 0)
      report.waits_for = format(
          "share %d of %d is done as far as it can be: %zu of %zu seeds are still to be run for "
          "%lld frames by other shares; the same again when they are done goes on, and without a "
          "share runs all that is missing",
          settings_.share, settings_.shares, others, entrants.size(),
          static_cast<long long>(rungs_[rung]));
  }

  void throw_if_stopped() const {
    throw_if_cancelled(control_.cancel, "the scout was stopped; what was measured is kept in '" +
                                            settings_.folder +
                                            "', and the same settings go on from there");
  }

  /// On as many threads as there are; throws what the first of them throws.
  void run_all(std::size_t rung, const Seeds& seeds, const Seeds& finalists) {
    throw_if_stopped();
    if (seeds.empty()) return;
    stop_ = false;
    next_ = 0;
    std::exception_ptr failure;
    std::size_t at_work = std::min(static_cast<std::size_t>(threads()), seeds.size());
    const std::size_t count = at_work;
    std::vector<std::thread> workers;
    const std::int64_t frames_before = frames_run_;
    const auto work = [&] {
      try {
        for (std::size_t i = next_++; i < seeds.size() && !stop_; i = next_++)
          run_one(rung, seeds[i], std::binary_search(finalists.begin(), finalists.end(), seeds[i]));
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure) failure = std::current_exception();
        stop_ = true;
      }
      const std::lock_guard lock(mutex_);
      --at_work;
      changed_.notify_all();
    };
    std::exception_ptr callback_failure;
    try {
      for (std::size_t i = 0; i < count; ++i) workers.emplace_back(work);
      watch(at_work, rung, seeds.size(), frames_before);
    } catch (...) {
      callback_failure = std::current_exception();
      stop_ = true;
    }
    for (std::thread& worker : workers) worker.join();
    tell_all();
    if (callback_failure) std::rethrow_exception(callback_failure);
    throw_if_stopped();
    if (failure) std::rethrow_exception(failure);
  }

  /// Reports, until all workers are done.
  void watch(const std::size_t& at_work, std::size_t rung, std::size_t seeds,
             std::int64_t frames_before) {
    const FrameMeter meter;
    std::unique_lock lock(mutex_);
    while (at_work > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(200));
      if (is_set(control_.cancel)) stop_ = true;
      lock.unlock();
      tell_all();
      if (control_.progress) {
        JobProgress progress = meter.measure(frames_run_ - frames_before,
                                             rungs_[rung] * static_cast<std::int64_t>(seeds));
        progress.step = format("rung %zu of %zu: %zu seeds", rung + 1, rungs_.size(), seeds);
        control_.progress(progress);
      }
      lock.lock();
    }
  }

  void run_one(std::size_t rung, std::uint64_t seed, bool shown) {
    SeedRun run{{seed, rungs_[rung]},
                settings_.film.universe,
                settings_.film.engine.isa,
                times_,
                settings_.folder + "/" + running_name({seed, rungs_[rung]}),
                &stop_,
                &frames_run_,
                {},
                {}};
    run.universe.seed = seed;
    run.universe.look = {};  // the cheapest; nothing is drawn
    if (shown) {
      run.shown = show_times_.stills;
      run.show = [this, seed](const State& state) { show(seed, state); };
    }
    const ObservedRun result = run_seed(run);
    const std::lock_guard lock(mutex_);
    const bool is_new = records_->find(run.key) == nullptr;
    records_->add(run.key, result);
    if (is_new) writer_->append(print_record(run.key, result));
  }

  void show(std::uint64_t seed, const State& state) {
    const RenderSettings film = with_seed(settings_.film, seed);
    const auto frame = static_cast<std::int64_t>(state.frame);
    const Isa isa = settings_.film.engine.isa;
    if (!codec_.empty() && frame == show_times_.film) {
      try {
        make_short_film(film, state, isa, codec_, short_film_path(settings_.folder, seed), &stop_);
      } catch (const Cancelled&) {
        throw;
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        notices_.push_back("there is no short film of seed " + std::to_string(seed) + ": " +
                           error.what());
      }
    }
    draw_still(film, state, isa, still_path(settings_.folder, seed, frame));
  }

  /// Callbacks are for the caller's thread alone.
  void tell_all() {
    std::vector<std::string> sentences;
    {
      const std::lock_guard lock(mutex_);
      sentences.swap(notices_);
    }
    for (const std::string& sentence : sentences) tell(sentence);
  }

  void write(const ScoutReport& report) {
    if (settings_.films && codec_.empty())
      tell("this FFmpeg has neither libx264 nor libvpx-vp9: there are stills, but no short films");
    // Of seeds that others have run; the rest may be of shares at work.
    for (const auto& entry : fs::directory_iterator(settings_.folder)) {
      const std::optional<RunKey> run = running_run(entry.path().filename().string());
      std::error_code ignored;
      if (run && records_->find(*run) != nullptr) fs::remove(entry.path(), ignored);
    }
    const PageSource source{settings_.film, report, show_times_, settings_.folder,
                            settings_.command};
    as_plain_error([&] {
      write_text_file(settings_.folder + "/scout.csv", true, to_csv(report));
      write_text_file(settings_.folder + "/scout.json", true, to_json(report));
      write_text_file(settings_.folder + "/index.html", true, scout_page(source));
    });
  }

  const ScoutSettings& settings_;
  const JobControl& control_;
  const ObservationTimes times_;
  const std::vector<std::int64_t> rungs_;
  const ShowTimes show_times_;
  std::string codec_;

  std::mutex mutex_;  // of the next three, and of how many are at work
  std::optional<Records> records_;
  std::optional<RecordWriter> writer_;
  std::vector<std::string> notices_;
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> next_{0};
  std::atomic<std::int64_t> frames_run_{0};
};

std::uint64_t parse_one_seed(std::string_view text, std::string_view whole) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  require(!text.empty() && error == std::errc{} && end == text.data() + text.size(),
          in_quotes(whole) + " is not seeds: write 1-5000, or 7,480,1000-1999");
  return seed;
}

}  // namespace

std::vector<std::uint64_t> parse_seeds(std::string_view text) {
  const std::string_view whole = text;
  std::set<std::uint64_t> seeds;
  while (true) {
    const std::string_view part = text.substr(0, text.find(','));
    const std::size_t dash = part.find('-');
    const std::uint64_t first = parse_one_seed(part.substr(0, dash), whole);
    const std::uint64_t last =
        dash == std::string_view::npos ? first : parse_one_seed(part.substr(dash + 1), whole);
    require(first <= last, in_quotes(part) + " goes backwards: write " + std::to_string(last) +
                               "-" + std::to_string(first));
    require(last - first < most_seeds && seeds.size() + (last - first) < most_seeds,
            in_quotes(whole) + " are more than 10 million seeds");
    for (std::uint64_t seed = first;; ++seed) {
      seeds.insert(seeds.end(), seed);
      if (seed == last) break;
    }
    if (part.size() == text.size()) break;
    text.remove_prefix(part.size() + 1);
  }
  return {seeds.begin(), seeds.end()};
}

ScoutReport run_scout(const ScoutSettings& settings, const JobControl& control) {
  validate_scout(settings);
  return Scout(settings, control).run();
}

}  // namespace lifereel
