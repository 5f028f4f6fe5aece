import SDP

/// A client's offer, read and found to fit its kind.
struct Offer: Sendable {
  let negotiation: Negotiation

  /// Refuses what cannot be read, and what cannot be taken: a WHIP or WHEP client's offer as a whole (RFC 9725 section
  /// 4.2), a meeting client's only when nothing of it can.
  init(_ text: String, kind: ParticipantKind, bounds: RelayBounds) throws(RelayError) {
    guard text.utf8.count <= bounds.offerBytes else { throw .offerTooLarge(limit: bounds.offerBytes) }
    let description: SessionDescription
    do {
      description = try SessionDescription(parsing: text)
    } catch {
      throw .offerMalformed("\(error).")
    }
    do {
      negotiation = try Negotiation(offer: description)
    } catch {
      throw .offerUnacceptable("\(error).")
    }
    guard kind == .meeting || negotiation.isWhole else {
      throw .offerUnacceptable("a media section cannot be taken; offer Opus, VP8, VP9, H.264 or AV1, bundled.")
    }
    switch kind {
    case .whip where sources.isEmpty:
      throw .offerUnacceptable("it sends nothing; a WHIP client offers sections that are sendonly.")
    case .whep where slots.isEmpty:
      throw .offerUnacceptable("it receives nothing; a WHEP client offers sections that are recvonly.")
    default: break
    }
  }

  /// The sections in which the client sends.
  var sources: [NegotiatedSection] { negotiation.sections.filter { $0.role == .source } }
  /// The sections in which it only receives.
  var slots: [NegotiatedSection] { negotiation.sections.filter { $0.role == .slot } }
}
