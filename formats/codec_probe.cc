#include "formats/codec_probe.h"

#include <array>
#include <vector>

#include "core/base/error.h"
#include "core/bson/element.h"
#include "core/bson/framing.h"
#include "formats/document_stream.h"

namespace haul {
namespace {

constexpr std::size_t kMagicBytes = 8;

// Gzip's and zstd's first bytes read as a length are plausible now and then, a whole document that
// can be walked to its end never is.
bool IsDocument(ByteView bytes) {
  try {
    ElementWalk walk(bytes);
    while (walk.Next().has_value()) {
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool Holds(const LocalFileReader& file, CodecId codec) {
  DocumentStream stream(file, {.name = {}, .codec = codec});
  Batch batch;
  try {
    if (!stream.Next(batch)) return true;
  } catch (const Error& error) {
    if (error.code() == ExitCode::kLocalStorage) throw;
    // A fault behind a whole document says nothing about the codec.
    if (batch.empty()) return false;
  }
  return IsDocument(batch.front());
}

bool BeginsWithDocument(PeekedSource& source) {
  const Framed begin = FrameDocument(source.Peek(kMagicBytes));
  if (begin.state == Framed::State::kBad) return false;
  const Framed whole = FrameDocument(source.Peek(kMagicBytes + begin.size));
  return whole.state == Framed::State::kDocument && IsDocument(source.Peek(whole.size));
}

}  // namespace

CodecId ProbeCodec(const LocalFileReader& file, CodecId proposed) {
  std::array<std::uint8_t, kMagicBytes> bytes{};
  const ByteView head(bytes.data(), file.ReadSome(0, bytes));
  std::vector<CodecId> others;
  for (const Codec& codec : Codecs()) {
    const bool recognised = codec.recognises(head);
    if (codec.id == proposed && recognised) return proposed;
    // `none` recognises nothing: it is what a file may be whose magic is missing.
    if (codec.id != proposed && (recognised || codec.magic.empty())) others.push_back(codec.id);
  }
  if (head.empty() || others.empty() || Holds(file, proposed)) return proposed;
  for (const CodecId other : others) {
    if (Holds(file, other)) return other;
  }
  return proposed;
}

CodecId ProbeCodec(PeekedSource& source) {
  for (const Codec& codec : Codecs()) {
    if (!codec.recognises(source.Peek(kMagicBytes))) continue;
    return BeginsWithDocument(source) ? CodecId::kNone : codec.id;
  }
  return CodecId::kNone;
}

}  // namespace haul
