/// Writing: the answer to an offered section.
extension NegotiatedSection {
  func answer(to offered: MediaDescription, _ local: LocalParameters) -> MediaDescription {
    var answer = MediaDescription(
      media: offered.media, port: 0, proto: offered.proto, formats: offered.formats, connection: "IN IP4 0.0.0.0")
    answer.attributes.append("mid", mid)
    guard !isRejected else {
      answer.attributes.append("inactive")
      return answer
    }

    // RFC 8839 section 4.2.1.2: port and address are those of the default candidate.
    answer.port = local.candidates.first?.endpoint.port ?? 9
    if let address = local.candidates.first?.endpoint.address {
      answer.connection = "IN \(address.isV4 ? "IP4" : "IP6") \(address)"
    }
    // Chromium sends redundant audio only where it stands first.
    answer.formats = redundancyPayloadType.map { ["\($0)"] } ?? []
    answer.formats += formats.flatMap { format in
      ["\(format.payloadType)"] + (format.retransmissionPayloadType.map { ["\($0)"] } ?? [])
    }

    // Said in every section, though bundled: some clients look for them there.
    answer.attributes.append("ice-ufrag", local.usernameFragment)
    answer.attributes.append("ice-pwd", local.password)
    answer.attributes.append("fingerprint", "\(local.fingerprint)")
    answer.attributes.append("setup", "passive")
    let slot = role == .slot ? local.slots[mid] : nil
    answer.attributes.append(direction(hasSlot: slot != nil).rawValue)
    answer.attributes.append("rtcp-mux")
    if isMultiplexedOnly { answer.attributes.append("rtcp-mux-only") }
    if usesReducedSizeRTCP { answer.attributes.append("rtcp-rsize") }
    if extensions.allowsMixed { answer.attributes.append("extmap-allow-mixed") }
    for map in extensions.maps { answer.attributes.append("extmap", "\(map.mirrored)") }
    if let redundancyPayloadType, let opus = formats.first?.payloadType {
      answer.attributes.append("rtpmap", "\(redundancyPayloadType) red/48000/2")
      answer.attributes.append("fmtp", "\(redundancyPayloadType) \(opus)/\(opus)")
    }
    for format in formats { append(format, to: &answer.attributes) }
    if let slot { append(slot, cname: local.cname, to: &answer.attributes) }
    // RFC 8843 wants them in the first section alone, but aiortc reads those of the last that shares its transport.
    for candidate in local.candidates { answer.attributes.append("candidate", "\(candidate)") }
    answer.attributes.append("end-of-candidates")
    return answer
  }

  private func direction(hasSlot: Bool) -> Direction {
    switch role {
    case .source: .recvonly
    case .slot: hasSlot ? .sendonly : .inactive
    case .inactive, .rejected: .inactive
    }
  }

  private func append(_ format: NegotiatedFormat, to attributes: inout Attributes) {
    let codec = format.codec
    let map = RTPMap(
      payloadType: format.payloadType, encodingName: codec.name.encodingName, clockRate: codec.clockRate,
      channels: codec.channels)
    attributes.append("rtpmap", "\(map)")
    for kind in format.feedback {
      attributes.append("rtcp-fb", "\(RTCPFeedback(payloadType: format.payloadType, kind: kind))")
    }
    if let parameters = format.parameters { attributes.append("fmtp", "\(parameters)") }
    if let payloadType = format.retransmissionPayloadType {
      attributes.append("rtpmap", "\(payloadType) rtx/\(codec.clockRate)")
      attributes.append("fmtp", "\(payloadType) apt=\(format.payloadType)")
    }
  }

  /// Exactly the streams that can come, since some clients know retransmission only by a section's two sources.
  private func append(_ slot: LocalParameters.Slot, cname: String, to attributes: inout Attributes) {
    attributes.append("msid", "\(slot.streamID) \(slot.trackID)")
    let canRetransmit = formats.contains { $0.retransmissionPayloadType != nil }
    let retransmission = canRetransmit ? slot.retransmissionSSRC : nil
    if let retransmission { attributes.append("ssrc-group", "FID \(slot.ssrc) \(retransmission)") }
    attributes.append("ssrc", "\(slot.ssrc) cname:\(cname)")
    if let retransmission { attributes.append("ssrc", "\(retransmission) cname:\(cname)") }
  }
}
