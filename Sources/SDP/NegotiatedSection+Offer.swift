/// Reading: what the relay takes of an offered section.
extension NegotiatedSection {
  init(
    _ media: MediaDescription, mid: String, _ session: SessionDefaults, isBundled: Bool, isViewer: Bool
  ) throws(SDPError) {
    self.mid = mid
    isAudio = media.media == "audio"
    let direction = Direction(media.attributes) ?? session.direction
    let isSource = direction == .sendonly || (direction == .sendrecv && !isViewer)
    let isSlot = direction == .recvonly || (direction == .sendrecv && isViewer)
    usesReducedSizeRTCP = media.attributes.has("rtcp-rsize")
    isMultiplexedOnly = media.attributes.has("rtcp-mux-only")
    isSlides = media.attributes["content"]?.value == "slides"
    streamID = media.attributes["msid"]?.value?.fields(maxSplits: 1).first.map(String.init)

    if let reason = Self.rejection(of: media, isBundled: isBundled) {
      role = .rejected(reason)
      formats = []
      redundancyPayloadType = nil
    } else {
      let offered = try OfferedFormats(media)
      // A slot answers a request for a packet by RTX alone: where it has none, nobody is to wait for an answer.
      formats = offered.negotiated(repeatsPlainly: isSource)
      redundancyPayloadType = offered.redundancy(of: formats)
      role =
        if formats.isEmpty { .rejected(.noCodecInCommon) } else if isSource { .source } else if isSlot { .slot } else {
          .inactive
        }
    }
    extensions =
      formats.isEmpty
      ? NegotiatedExtensions()
      : NegotiatedExtensions(
        try ExtensionMap.all(in: media.attributes) + session.extensions, isAudio: isAudio,
        allowsMixed: session.allowsMixed || media.attributes.has("extmap-allow-mixed"))
    // Firefox writes a=ssrc in sections it only receives in; those are no sources.
    let declared = role == .source ? SourceAttributes(media.attributes) : SourceAttributes([])
    ssrc = declared.primary
    retransmissionSSRC = declared.retransmission
  }

  private static func rejection(of media: MediaDescription, isBundled: Bool) -> Rejection? {
    if media.isStopped { return .stopped }
    if media.media != "audio" && media.media != "video" { return .mediaNotCarried }
    if !["UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP"].contains(media.proto) {
      return .protocolNotCarried
    }
    if !isBundled { return .notBundled }
    if !media.attributes.has("rtcp-mux") && !media.attributes.has("rtcp-mux-only") { return .rtcpNotMultiplexed }
    return nil
  }
}

/// What the session's level says for all sections. Read once: an offer with thousands of such lines would otherwise
/// have them read again for every section.
struct SessionDefaults {
  let direction: Direction
  let extensions: [ExtensionMap]
  let allowsMixed: Bool

  init(_ offer: SessionDescription) throws(SDPError) {
    direction = Direction(offer.attributes) ?? .sendrecv
    extensions = try ExtensionMap.all(in: offer.attributes)
    allowsMixed = offer.attributes.has("extmap-allow-mixed")
  }
}

extension NegotiatedExtensions {
  /// Those the relay reads, writes or hands on, the first of each. Whether a picture is turned (`video-orientation`) is not
  /// among them, so that senders turn it themselves, and neither are `rid` and `repaired-rid`.
  fileprivate init(_ offered: [ExtensionMap], isAudio: Bool, allowsMixed: Bool) {
    self.allowsMixed = allowsMixed
    for map in offered where map.id <= 14 {
      let place: WritableKeyPath<NegotiatedExtensions, UInt8?>
      switch map.uri {
      case ExtensionMap.mid: place = \.mid
      case ExtensionMap.audioLevel where isAudio: place = \.audioLevel
      case ExtensionMap.dependencyDescriptor where !isAudio && allowsMixed: place = \.dependencyDescriptor
      case ExtensionMap.colorSpace where !isAudio: place = \.colorSpace
      case ExtensionMap.playoutDelay where !isAudio: place = \.playoutDelay
      case ExtensionMap.absoluteCaptureTime: place = \.absoluteCaptureTime
      default: continue
      }
      guard self[keyPath: place] == nil else { continue }
      self[keyPath: place] = map.id
      maps.append(map)
    }
  }
}

extension ExtensionMap {
  fileprivate static func all(in attributes: Attributes) throws(SDPError) -> [ExtensionMap] {
    var maps: [ExtensionMap] = []
    for attribute in attributes where attribute.name == "extmap" {
      guard let map = attribute.value.flatMap(ExtensionMap.init) else {
        throw SDPError(line: attribute.line, .malformedAttribute("extmap"))
      }
      maps.append(map)
    }
    return maps
  }
}

/// The formats of an offered section by payload type.
private struct OfferedFormats {
  private struct Format {
    var map: RTPMap
    var parameters: FormatParameters
  }

  private var formats: [Format] = []
  private var feedback: Set<RTCPFeedback> = []
  /// The payload type of each format's retransmissions, by the format's name.
  private var retransmissions: [String: UInt8] = [:]

  init(_ media: MediaDescription) throws(SDPError) {
    var maps: [UInt8: RTPMap] = [:]
    var parameters: [String: FormatParameters] = [:]
    for attribute in media.attributes {
      switch attribute.name {
      case "rtpmap":
        guard let map = attribute.value.flatMap(RTPMap.init) else {
          throw SDPError(line: attribute.line, .malformedAttribute("rtpmap"))
        }
        if maps[map.payloadType] == nil { maps[map.payloadType] = map }
      case "fmtp":
        guard let value = attribute.value.flatMap(FormatParameters.init) else {
          throw SDPError(line: attribute.line, .malformedAttribute("fmtp"))
        }
        if parameters[value.format] == nil { parameters[value.format] = value }
      case "rtcp-fb":
        guard let value = attribute.value.flatMap(RTCPFeedback.init) else {
          throw SDPError(line: attribute.line, .malformedAttribute("rtcp-fb"))
        }
        feedback.insert(value)
      default: break
      }
    }
    var listed: Set<UInt8> = []
    for format in media.formats {
      // A format without a=rtpmap has a static payload type (RFC 3551); the relay carries none of those.
      guard let payloadType = UInt8(format), let map = maps[payloadType], listed.insert(payloadType).inserted else {
        continue
      }
      let format = Format(map: map, parameters: parameters[format] ?? FormatParameters(format: format))
      formats.append(format)
      if map.encodingName.isSpelled("rtx"), let original = format.parameters["apt"] {
        retransmissions[original] = retransmissions[original] ?? payloadType
      }
    }
  }

  /// What the relay carries, best first and otherwise in the offer's order.
  ///
  /// - Parameter repeatsPlainly: a packet asked for may come again as it was, where there is no RTX.
  func negotiated(repeatsPlainly: Bool) -> [NegotiatedFormat] {
    let negotiated = formats.compactMap { format -> NegotiatedFormat? in
      guard let codec = Codec(format.map, format.parameters) else { return nil }
      let payloadType = format.map.payloadType
      let isRepeated = repeatsPlainly || retransmissions["\(payloadType)"] != nil
      let kinds = (isRepeated ? ["nack"] : []) + ["nack pli", "ccm fir"]
      return NegotiatedFormat(
        payloadType: payloadType, codec: codec, retransmissionPayloadType: retransmissions["\(payloadType)"],
        parameters: answer(format.parameters, codec),
        feedback: codec.isAudio ? [] : kinds.filter { offers($0, payloadType) })
    }
    return negotiated.enumerated()
      .sorted { ($0.element.codec.rank, $0.offset) < ($1.element.codec.rank, $1.offset) }
      .map(\.element)
  }

  /// The payload type of `a=rtpmap:63 red/48000/2` whose `a=fmtp` names nothing but Opus of the same section.
  func redundancy(of negotiated: [NegotiatedFormat]) -> UInt8? {
    guard let opus = negotiated.first(where: { $0.codec == .opus }) else { return nil }
    return formats.first { format in
      format.map.encodingName.isSpelled("red") && format.map.clockRate == 48_000 && format.map.channels == 2
        && format.parameters.pairs.first.map {
          $0.name.split(separator: "/").allSatisfy { $0 == "\(opus.payloadType)" }
        }
          ?? false
    }?.map.payloadType
  }

  private func offers(_ kind: String, _ payloadType: UInt8) -> Bool {
    feedback.contains(RTCPFeedback(payloadType: payloadType, kind: kind))
      || feedback.contains(RTCPFeedback(payloadType: nil, kind: kind))
  }

  /// Opus: silence need not be sent, lost packets are repaired in band, and stereo is wanted of who sends it (RFC 7587
  /// section 7: `sprop-stereo`; a browser's `stereo` only says what it can play). Video parameters name the variant, so
  /// they are said back.
  private func answer(_ offered: FormatParameters, _ codec: Codec) -> FormatParameters? {
    let parameters: FormatParameters
    switch codec.name {
    case .opus:
      let stereo = offered["sprop-stereo"] == "1" ? [("stereo", "1")] : []
      let kept = offered.only(["minptime"]).pairs
      parameters = FormatParameters(
        format: offered.format, kept + stereo + [("useinbandfec", "1"), ("usedtx", "1")])
    case .vp8: return nil
    case .vp9: parameters = offered.only(["profile-id"])
    case .h264: parameters = offered.only(["level-asymmetry-allowed", "packetization-mode", "profile-level-id"])
    case .av1: parameters = offered.only(["level-idx", "profile", "tier"])
    }
    return parameters.pairs.isEmpty ? nil : parameters
  }
}
