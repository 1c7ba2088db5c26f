// SPDX-License-Identifier: GPL-2.0-or-later
#include "encoders/film/picture_writer.h"

#include <unistd.h>

#include <stdexcept>

#include "encoders/finished_file.h"
#include "encoders/picture_files.h"

namespace lifereel {

void PictureWriter::write(AVPacket& packet, int, AVRational) {
  // Always the same name, so that what a killed process leaves is replaced by the next.
  const std::string path = picture_path(path_, next_);
  FinishedFile file(path, overwrite_, path + ".part");
  file.try_write(packet.data, static_cast<std::size_t>(packet.size));
  file.check_written();
  try {
    bytes_ += file.finish();
  } catch (const FinishedUnnamed& error) {
    // A picture is made again in no time: it is not worth a name of its own.
    unlink(error.kept_path().c_str());
    throw std::runtime_error(error.why());
  } catch (const FinishedWithError& error) {
    throw std::runtime_error(error.what());  // of a picture, and not of the film
  }
  ++next_;
  av_packet_unref(&packet);
}

}  // namespace lifereel
