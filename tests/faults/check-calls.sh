#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every libav function that lifereel calls is either made to fail by calls.cpp or cannot fail.
# Usage: check-calls.sh NM LIBRARY CALLS_CPP
set -eu

nm=$1 library=$2 calls=$3
# They return nothing (avio_write and avio_seek keep theirs for later), a description or a number, or are asked
# whether something is there.
cannot_fail='
av_buffersink_get_format av_buffersink_get_frame_rate av_buffersink_get_h
av_buffersink_get_sample_aspect_ratio av_buffersink_get_time_base av_buffersink_get_w
av_channel_layout_default av_codec_is_encoder av_codec_iterate av_cpu_count
av_crc av_crc_get_table
av_dict_free av_dict_get av_frame_free av_frame_move_ref av_frame_unref av_free av_freep
av_get_cpu_flags av_get_pix_fmt_name av_guess_codec av_guess_format av_guess_frame_rate
av_guess_sample_aspect_ratio av_image_check_size2 av_image_get_buffer_size
av_log_default_callback av_log_set_callback av_murmur3_final av_murmur3_init av_murmur3_update
av_muxer_iterate av_opt_find av_opt_get_int av_opt_next
av_packet_free av_packet_free_side_data av_packet_get_side_data av_packet_move_ref
av_packet_rescale_ts av_packet_unref av_pix_fmt_desc_get av_reduce av_rescale_q av_rescale_q_rnd
av_sha_final av_sha_update
av_strerror av_version_info avcodec_descriptor_get
avcodec_find_best_pix_fmt_of_list avcodec_find_decoder avcodec_find_encoder
avcodec_find_encoder_by_name avcodec_flush_buffers avcodec_free_context avcodec_get_class avcodec_get_name
avcodec_get_supported_config avcodec_is_open avcodec_parameters_free avcodec_profile_name avcodec_version avfilter_get_by_name avfilter_graph_free
avfilter_inout_free avfilter_pad_get_type avfilter_version avformat_close_input
avformat_free_context avformat_query_codec avformat_version avio_context_free avio_flush
avio_seek avio_write avutil_version'

result=0
for function in $("$nm" -u "$library" 2> /dev/null | sed -n 's/^ *U \(av[a-z0-9]*_[a-z0-9_]*\)$/\1/p' | sort -u); do
  if grep -Eq "^WRAP_.*[(, ]$function, \(" "$calls"; then continue; fi
  case " $(echo $cannot_fail) " in
    *" $function "*) ;;
    *) echo "no test makes $function fail: add it to calls.cpp"; result=1 ;;
  esac
done
exit $result
