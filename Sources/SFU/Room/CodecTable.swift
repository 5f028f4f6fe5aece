import RTP
import SDP
import Wire

/// The codecs of a room by small numbers, so that a payload type of one section finds its like in another with two loads.
/// Codecs that may be sent for one another share a number.
struct CodecTable {
  /// Most different codecs in one room; further ones are not forwarded.
  static let capacity = 32
  static let none: UInt8 = 255

  private var codecs: [Codec] = []
  private var traits = InlineArray<32, Traits>(repeating: Traits(videoFormat: nil, isOpus: false))

  /// What the packet path needs to know of a codec.
  struct Traits: BitwiseCopyable {
    var videoFormat: VideoFormat?
    var isOpus: Bool
  }

  /// The number of `codec`, a new one when it is new; `nil` when the table is full.
  mutating func number(_ codec: Codec) -> UInt8? {
    if let known = codecs.firstIndex(where: { codec.isCompatible(with: $0) }) { return UInt8(known) }
    guard codecs.count < Self.capacity else { return nil }
    codecs.append(codec)
    let format: VideoFormat? =
      switch codec.name {
      case .opus: nil
      case .vp8: .vp8
      case .vp9: .vp9
      case .h264: .h264
      case .av1: .av1
      }
    traits[codecs.count - 1] = Traits(videoFormat: format, isOpus: codec.name == .opus)
    return UInt8(codecs.count - 1)
  }

  subscript(number: UInt8) -> Traits { traits[Int(number)] }

  /// The names of the codecs in `set`, those that most decoders have first.
  func names(_ set: CodecSet) -> [Codec.Name] {
    let chosen = Set(codecs.indices.filter { set.contains(UInt8($0)) }.map { codecs[$0].name })
    return Codec.Name.allCases.filter(chosen.contains)
  }
}

/// Some of a room's codecs, by their numbers.
struct CodecSet: BitwiseCopyable, Equatable {
  private var bits: UInt32 = 0

  var isEmpty: Bool { bits == 0 }

  func contains(_ number: UInt8) -> Bool { number < 32 && bits & 1 << UInt32(number) != 0 }

  mutating func insert(_ number: UInt8) { bits |= 1 << UInt32(number & 31) }

  mutating func formIntersection(_ other: CodecSet) { bits &= other.bits }
}

/// What the payload types of a send section mean.
struct SourceFormats: BitwiseCopyable {
  private var codecs = InlineArray<128, UInt8>(repeating: CodecTable.none)
  /// For a retransmission's payload type, the payload type it repeats.
  private var repeated = InlineArray<128, UInt8>(repeating: CodecTable.none)
  /// What the sender may switch to.
  private(set) var all = CodecSet()
  /// Opus with the packets before it; `CodecTable.none` without.
  let redundancyType: UInt8

  init(_ formats: [PayloadFormat], redundancyType: UInt8? = nil, in table: inout CodecTable) {
    self.redundancyType = redundancyType ?? CodecTable.none
    for format in formats where format.payloadType < 128 {
      guard let number = table.number(format.codec) else { continue }
      codecs[Int(format.payloadType)] = number
      all.insert(number)
      if let retransmission = format.retransmissionPayloadType, retransmission < 128 {
        repeated[Int(retransmission)] = format.payloadType
      }
    }
  }

  /// `CodecTable.none` when the section has no such payload type. `payloadType` is below 128.
  func codec(_ payloadType: UInt8) -> UInt8 { codecs[Int(payloadType & 0x7f)] }

  /// `CodecTable.none` when it is not a retransmission's.
  func repeatedType(_ payloadType: UInt8) -> UInt8 { repeated[Int(payloadType & 0x7f)] }

  func contains(_ payloadType: UInt8) -> Bool {
    codec(payloadType) != CodecTable.none || repeatedType(payloadType) != CodecTable.none
      || payloadType == redundancyType
  }
}

/// Which payload types a receive section has for the room's codecs.
struct SlotFormats: BitwiseCopyable {
  private var types = InlineArray<32, UInt8>(repeating: CodecTable.none)
  private var retransmissions = InlineArray<32, UInt8>(repeating: CodecTable.none)
  /// What the receiver decodes.
  private(set) var all = CodecSet()
  /// Opus with the packets before it; `CodecTable.none` where the receiver does not take it.
  let redundancyType: UInt8

  init(_ formats: [PayloadFormat], redundancyType: UInt8? = nil, in table: inout CodecTable) {
    self.redundancyType = redundancyType ?? CodecTable.none
    for format in formats where format.payloadType < 128 {
      // The offer's first payload type for a codec is the preferred one.
      guard let number = table.number(format.codec), types[Int(number)] == CodecTable.none else { continue }
      types[Int(number)] = format.payloadType
      all.insert(number)
      if let retransmission = format.retransmissionPayloadType, retransmission < 128 {
        retransmissions[Int(number)] = retransmission
      }
    }
  }

  /// `CodecTable.none` when the receiver does not take the codec.
  func payloadType(_ codec: UInt8) -> UInt8 { types[Int(codec) & 31] }
  func retransmissionType(_ codec: UInt8) -> UInt8 { retransmissions[Int(codec) & 31] }
}
