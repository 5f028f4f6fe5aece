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
      negotiation = try Negotiation(offer: description, isViewer: kind == .whep)
    } catch {
      throw .offerUnacceptable("\(error).")
    }
    switch kind {
    case .meeting: break
    case .whip: try requireOneStream(of: sources, "a WHIP client offers sections that are sendonly.")
    case .whep: try requireOneStream(of: slots, "a WHEP client offers sections that are recvonly.")
    }
  }

  /// RFC 9725 sections 4.2, 4.4.2 and 4.4.3, alike in WHEP: every section is taken, all go the same way, and no two are
  /// of one kind. Sections of several MediaStreams are taken as one.
  private func requireOneStream(of wanted: [NegotiatedSection], _ direction: String) throws(RelayError) {
    guard negotiation.isWhole else {
      throw .offerUnacceptable("a media section cannot be taken; offer Opus, VP8, VP9, H.264 or AV1, bundled.")
    }
    guard !wanted.isEmpty, wanted.count == negotiation.sections.filter({ !$0.isRejected }).count else {
      throw .offerUnacceptable(direction)
    }
    guard wanted.filter(\.isAudio).count <= 1, wanted.filter({ !$0.isAudio }).count <= 1 else {
      throw .offerUnacceptable("it has two sections of one kind; offer one audio and one video section at most.")
    }
  }

  /// The sections in which the client sends.
  var sources: [NegotiatedSection] { negotiation.sections.filter { $0.role == .source } }
  /// The sections in which it only receives.
  var slots: [NegotiatedSection] { negotiation.sections.filter { $0.role == .slot } }
}
