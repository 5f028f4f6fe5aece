/// The sources a section declares by `a=ssrc` and `a=ssrc-group` (RFC 5576).
public struct SourceAttributes: Equatable, Sendable {
  /// The media's own, or the first of several encodings.
  public let primary: UInt32?
  /// Its retransmissions', by the FID group (RFC 4588).
  public let retransmission: UInt32?

  /// Both `nil` when nothing is declared.
  public init(_ attributes: Attributes) {
    let groups = attributes.values("ssrc-group").map { $0.fields() }
    let declared = attributes.values("ssrc").compactMap { value in
      value.fields(maxSplits: 1).first.flatMap { UInt32($0) }
    }
    let encodings = groups.first { $0.first == "SIM" }?.dropFirst().compactMap { UInt32($0) } ?? []
    let pairs = groups.filter { $0.first == "FID" && $0.count == 3 }.compactMap { group in
      UInt32(group[1]).flatMap { media in UInt32(group[2]).map { (media: media, retransmission: $0) } }
    }
    primary = encodings.first ?? pairs.first?.media ?? declared.first
    let media = primary
    retransmission = pairs.first { $0.media == media }?.retransmission
  }
}
