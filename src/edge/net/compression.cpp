// SPDX-License-Identifier: Apache-2.0
#include "edge/net/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cassert>
#include <charconv>

#include "base/text.h"

namespace satchel::edge::net {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib's way to say: 32 KiB of history, gzip's frame.
constexpr std::size_t kOutChunk = std::size_t{64} << 10;

struct CloseZstdEncoder {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct CloseZstdDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Bytef* bytes_of(std::string_view text) { return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); }

// q of one element of Accept-Encoding, in thousandths: "gzip;q=0.5" is 500, without q it is 1000.
int quality_of(std::string_view element) {
  const auto at = element.find(';');
  if (at == element.npos) return 1000;
  std::string_view parameter = trim(element.substr(at + 1));
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return 1000;
  parameter.remove_prefix(2);
  double quality = 0;
  std::from_chars(parameter.data(), parameter.data() + parameter.size(), quality);
  return static_cast<int>(quality * 1000);
}

Error too_large(std::size_t size_max) {
  return {ErrorCode::too_large, "The body is larger than " + std::to_string(size_max) + " bytes once it is decoded."};
}

Error malformed(Encoding encoding) {
  return {ErrorCode::bad_request, "The body isn't " + std::string(name_of(encoding)) + ", or ends too early."};
}

Result<std::string> decode_zstd(std::string_view body, std::size_t size_max) {
  const std::unique_ptr<ZSTD_DCtx, CloseZstdDecoder> context(ZSTD_createDCtx());
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  std::string out;
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  // Frames may follow each other; the end of the input must be the end of a frame.
  for (;;) {
    const std::size_t before = out.size();
    out.resize(before + kOutChunk);
    ZSTD_outBuffer chunk{out.data() + before, kOutChunk, 0};
    const std::size_t unfinished = ZSTD_decompressStream(context.get(), &chunk, &in);
    out.resize(before + chunk.pos);
    if (ZSTD_isError(unfinished)) return malformed(Encoding::zstd);
    if (out.size() > size_max) return too_large(size_max);
    if (in.pos < in.size) continue;
    if (unfinished == 0) return out;
    const bool flushed = chunk.pos < kOutChunk;
    if (flushed) return malformed(Encoding::zstd);
  }
}

struct Inflater {
  Inflater() { usable = ::inflateInit2(&stream, kGzipWindow) == Z_OK; }
  Inflater(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream); }

  z_stream stream{};
  bool usable;
};

Result<std::string> decode_gzip(std::string_view body, std::size_t size_max) {
  Inflater inflater;
  if (!inflater.usable) return malformed(Encoding::gzip);
  z_stream& stream = inflater.stream;
  stream.next_in = bytes_of(body);
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  for (;;) {
    const std::size_t before = out.size();
    out.resize(before + kOutChunk);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(kOutChunk);
    const int code = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(before + kOutChunk - stream.avail_out);
    if (out.size() > size_max) return too_large(size_max);
    if (code == Z_STREAM_END && stream.avail_in == 0) return out;
    // Members may follow each other (RFC 1952, section 2.2).
    if (code == Z_STREAM_END && ::inflateReset(&stream) == Z_OK) continue;
    // Z_BUF_ERROR: nothing left to read, and yet no end.
    if (code != Z_OK) return malformed(Encoding::gzip);
  }
}

}  // namespace

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::identity: return "identity";
    case Encoding::gzip: return "gzip";
    case Encoding::zstd: return "zstd";
  }
  return "";
}

std::optional<Encoding> encoding_named(std::string_view name) {
  const std::string lower = to_lower_ascii(trim(name));
  if (lower.empty() || lower == "identity") return Encoding::identity;
  if (lower == "gzip" || lower == "x-gzip") return Encoding::gzip;
  if (lower == "zstd") return Encoding::zstd;
  return std::nullopt;
}

Encoding choose_encoding(std::string_view accept_encoding) {
  Encoding best = Encoding::identity;
  int best_quality = 0;
  for (const auto element : split(accept_encoding, ',')) {
    const auto encoding = encoding_named(element.substr(0, element.find(';')));
    if (!encoding || *encoding == Encoding::identity) continue;
    const int quality = quality_of(element);
    if (quality > best_quality || (quality == best_quality && quality > 0 && *encoding == Encoding::zstd)) {
      best = *encoding;
      best_quality = quality;
    }
  }
  return best;
}

bool is_compressible(std::string_view content_type) {
  const std::string type = to_lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
  if (type.starts_with("text/") || type.starts_with("multipart/")) return true;
  if (type.starts_with("application/vnd.satchel.")) return true;
  for (const std::string_view word : {"json", "xml", "javascript", "wasm", "x-www-form-urlencoded"})
    if (type.find(word) != type.npos) return true;
  return false;
}

struct Encoder::State {
  State() = default;
  State(const State&) = delete;
  ~State() {
    if (gzip_made) ::deflateEnd(&gzip);
  }

  Encoding encoding = Encoding::identity;
  std::unique_ptr<ZSTD_CCtx, CloseZstdEncoder> zstd;
  z_stream gzip{};
  bool gzip_made = false;
};

Encoder::Encoder() : state_(std::make_unique<State>()) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

void Encoder::start(Encoding encoding, std::size_t size) {
  state_->encoding = encoding;
  if (encoding == Encoding::zstd) {
    if (!state_->zstd) state_->zstd.reset(ZSTD_createCCtx());
    ZSTD_CCtx* context = state_->zstd.get();
    assert(context != nullptr);
    ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setPledgedSrcSize(context, size);
  } else if (encoding == Encoding::gzip) {
    if (state_->gzip_made) {
      ::deflateReset(&state_->gzip);
    } else {
      state_->gzip_made =
          ::deflateInit2(&state_->gzip, kGzipLevel, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
      assert(state_->gzip_made);
    }
  }
}

void Encoder::append(std::string_view slice, Last last, std::string& out) {
  if (state_->encoding == Encoding::identity) {
    out.append(slice);
    return;
  }
  ZSTD_inBuffer in{slice.data(), slice.size(), 0};
  z_stream& gzip = state_->gzip;
  gzip.next_in = bytes_of(slice);
  gzip.avail_in = static_cast<uInt>(slice.size());
  for (bool more = true; more;) {
    const std::size_t before = out.size();
    out.resize(before + kOutChunk);
    std::size_t made = 0;
    if (state_->encoding == Encoding::zstd) {
      ZSTD_outBuffer chunk{out.data() + before, kOutChunk, 0};
      const auto left =
          ZSTD_compressStream2(state_->zstd.get(), &chunk, &in, last == Last::yes ? ZSTD_e_end : ZSTD_e_continue);
      assert(!ZSTD_isError(left));
      made = chunk.pos;
      more = last == Last::yes ? left != 0 : in.pos < in.size;
    } else {
      gzip.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      gzip.avail_out = static_cast<uInt>(kOutChunk);
      const int code = ::deflate(&gzip, last == Last::yes ? Z_FINISH : Z_NO_FLUSH);
      assert(code != Z_STREAM_ERROR);
      made = kOutChunk - gzip.avail_out;
      more = last == Last::yes ? code != Z_STREAM_END : gzip.avail_out == 0;
    }
    out.resize(before + made);
  }
}

std::string encode(Encoding encoding, std::string_view body) {
  Encoder encoder;
  std::string out;
  encoder.start(encoding, body.size());
  encoder.append(body, Encoder::Last::yes, out);
  return out;
}

Result<std::string> decode(Encoding encoding, std::string_view body, std::size_t size_max) {
  switch (encoding) {
    case Encoding::zstd: return decode_zstd(body, size_max);
    case Encoding::gzip: return decode_gzip(body, size_max);
    case Encoding::identity: break;
  }
  if (body.size() > size_max) return too_large(size_max);
  return std::string(body);
}

}  // namespace satchel::edge::net
