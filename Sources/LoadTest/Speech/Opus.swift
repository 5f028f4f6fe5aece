import COpus

/// Opus as a meeting speaks it: 20 ms of one voice to a packet, super-wideband at 28 kbit/s, without FEC and DTX.
/// Belongs to one thread.
public struct SpeechEncoder: ~Copyable {
  public static let bitrate: Int32 = 28_000
  private let encoder: OpaquePointer

  /// `nil` when libopus refuses, for want of memory.
  public init?() {
    guard let encoder = opus_voice_encoder(Self.bitrate) else { return nil }
    self.encoder = encoder
  }

  deinit {
    opus_encoder_destroy(encoder)
  }

  /// One packet of `Speech.frameSamples` samples; empty when libopus refuses.
  public mutating func encode(_ samples: [Int16]) -> [UInt8] {
    precondition(samples.count == Speech.frameSamples, "a packet has 20 ms")
    return [UInt8](unsafeUninitializedCapacity: 1_275) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      let written = opus_encode(encoder, samples, Int32(Speech.frameSamples), start, Int32(buffer.count))
      count = Int(max(written, 0))
    }
  }
}

/// The other end: makes up what is missing, as a listener's decoder does.
public struct SpeechDecoder: ~Copyable {
  private let decoder: OpaquePointer

  /// `nil` when libopus refuses, for want of memory.
  public init?() {
    guard let decoder = opus_decoder_create(48_000, 1, nil) else { return nil }
    self.decoder = decoder
  }

  deinit {
    opus_decoder_destroy(decoder)
  }

  /// The samples of a packet, or of one that did not come (`nil`), concealed. `nil` for what is no Opus of 20 ms.
  public mutating func decode(_ packet: [UInt8]?) -> [Int16]? {
    // libopus takes no bytes for a packet that did not come.
    if packet?.isEmpty == true { return nil }
    let samples = [Int16](unsafeUninitializedCapacity: Speech.frameSamples) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      let written = opus_decode(
        decoder, packet, Int32(packet?.count ?? 0), start, Int32(Speech.frameSamples), 0)
      count = Int(max(written, 0))
    }
    return samples.count == Speech.frameSamples ? samples : nil
  }
}
