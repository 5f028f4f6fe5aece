/// One offer, what the relay takes of it, and the answer that says so (RFC 8829 section 5.3, RFC 8843, RFC 9429).
///
/// The relay only ever answers. Sections in which the client sends become sources, sections in which it only receives
/// become slots; whatever the relay does not do is left out of the answer.
public struct Negotiation: Sendable {
  /// The client's ICE credentials, DTLS certificate and so on.
  public struct Remote: Equatable, Sendable {
    public let usernameFragment: String
    public let password: String
    /// Any one of them must match the certificate of the DTLS handshake; never empty.
    public let fingerprints: [Fingerprint]
  }

  public let remote: Remote
  /// One for each section of the offer, in its order.
  public let sections: [NegotiatedSection]
  private let offer: SessionDescription

  /// Throws when no section at all can be taken, or the offer is not a WebRTC client's. Sections that cannot be taken
  /// while others can are rejected one by one: WHIP and WHEP refuse such an offer as a whole.
  ///
  /// - Parameter isViewer: the client only watches: a section that is `sendrecv` is a slot then, not a source.
  public init(offer: SessionDescription, isViewer: Bool = false) throws(SDPError) {
    guard !offer.media.isEmpty else { throw SDPError(line: 0, .noSections) }
    guard !offer.attributes.has("ice-lite") else { throw SDPError(line: 0, .peerIsLite) }

    let bundle = Self.bundle(of: offer)
    let bundled = Set(bundle)
    let inherited = try SessionDefaults(offer)
    var sections: [NegotiatedSection] = []
    var mids: Set<String> = []
    for media in offer.media {
      guard let mid = media.mid, !mid.isEmpty else { throw SDPError(line: media.line, .noMediaIdentification) }
      guard mids.insert(mid).inserted else { throw SDPError(line: media.line, .repeatedMediaIdentification(mid)) }
      sections.append(
        try NegotiatedSection(media, mid: mid, inherited, isBundled: bundled.contains(mid), isViewer: isViewer))
    }
    guard sections.contains(where: { !$0.isRejected }) else { throw SDPError(line: 0, .noSectionTaken) }
    self.offer = offer
    self.sections = sections
    remote = try Self.remote(of: offer, tag: bundle.first)
  }

  /// Whether every section was taken that the client did not stop itself.
  public var isWhole: Bool {
    sections.allSatisfy { section in
      if case .rejected(let reason) = section.role { reason == .stopped } else { true }
    }
  }

  /// The answer. Each slot among the sections must be in `local.slots`; one that is not becomes inactive.
  public func answer(_ local: LocalParameters) -> SessionDescription {
    let taken = sections.filter { !$0.isRejected }
    var attributes: Attributes = []
    attributes.append("group", "BUNDLE " + taken.map(\.mid).joined(separator: " "))
    attributes.append("ice-lite")
    attributes.append("msid-semantic", " WMS *")
    let media = zip(offer.media, sections).map { offered, section in
      section.answer(to: offered, local)
    }
    return SessionDescription(
      origin: "- \(local.sessionID) \(local.sessionVersion) IN IP4 0.0.0.0", attributes: attributes, media: media)
  }

  /// The mids of the offer's BUNDLE group; a single section needs none.
  private static func bundle(of offer: SessionDescription) -> [String] {
    let groups = offer.attributes.values("group").map { $0.fields().map(String.init) }
    if let group = groups.first(where: { $0.first == "BUNDLE" }) { return Array(group.dropFirst()) }
    return offer.media.count == 1 ? offer.media.compactMap(\.mid) : []
  }

  /// The transport's attributes stand in the section that the BUNDLE group names first, or at the session's level.
  private static func remote(of offer: SessionDescription, tag: String?) throws(SDPError) -> Remote {
    let tagged = offer.media.first { $0.mid == tag } ?? offer.media[0]
    let lookUp = { (name: String) in tagged.attributes[name] ?? offer.attributes[name] }

    guard let usernameFragment = lookUp("ice-ufrag")?.value, let password = lookUp("ice-pwd")?.value,
      isICEText(usernameFragment, 4...256), isICEText(password, 22...256)
    else { throw SDPError(line: tagged.line, .noCredentials) }

    // RFC 4145 section 4: "active" when nothing is said.
    let setup = lookUp("setup")
    let role = setup?.value ?? "active"
    guard role == "actpass" || role == "active" else {
      throw SDPError(line: setup?.line ?? tagged.line, .unsupportedSetup(role))
    }

    let said = tagged.attributes.values("fingerprint")
    let fingerprints = (said.isEmpty ? offer.attributes.values("fingerprint") : said).compactMap(Fingerprint.init)
    guard !fingerprints.isEmpty else { throw SDPError(line: tagged.line, .noFingerprint) }
    return Remote(usernameFragment: usernameFragment, password: password, fingerprints: fingerprints)
  }

  /// The ice-char of RFC 8839 section 5.4.
  private static func isICEText(_ text: String, _ length: ClosedRange<Int>) -> Bool {
    length.contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "/"):
          true
        default: false
        }
      }
  }
}
