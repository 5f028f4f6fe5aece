import ICE
import SDP

/// The offer of a simulated participant: bundled sections with Opus or VP8, as our page makes them.
public struct ClientOffer: Sendable {
  static let opus: UInt8 = 111
  static let vp8: UInt8 = 96
  static let vp8Retransmission: UInt8 = 97
  static let audioLevelExtension: UInt8 = 1
  static let midExtension: UInt8 = 4
  static let captureTimeExtension: UInt8 = 5

  private let description: SessionDescription

  public init(_ shape: ClientShape, credentials: ICECredentials, fingerprint: Fingerprint) {
    var attributes: Attributes = []
    attributes.append("group", "BUNDLE " + shape.sections.map(\.mid).joined(separator: " "))
    attributes.append("ice-ufrag", credentials.usernameFragment)
    attributes.append("ice-pwd", credentials.password)
    attributes.append("fingerprint", fingerprint.description)
    // We begin the handshake.
    attributes.append("setup", "active")
    description = SessionDescription(
      origin: "- 1 1 IN IP4 127.0.0.1", attributes: attributes,
      media: shape.sections.map { Self.media($0, tellsTime: shape.speaks) })
  }

  public var text: String { description.serialized() }

  private static func media(_ section: ClientShape.Section, tellsTime: Bool) -> MediaDescription {
    var attributes: Attributes = []
    attributes.append("mid", section.mid)
    attributes.append(section.isSent ? "sendonly" : "recvonly")
    attributes.append("rtcp-mux")
    attributes.append("rtcp-rsize")
    attributes.append("extmap", ExtensionMap(id: midExtension, uri: ExtensionMap.mid).description)
    if tellsTime {
      attributes.append(
        "extmap", ExtensionMap(id: captureTimeExtension, uri: ExtensionMap.absoluteCaptureTime).description)
    }
    if section.isAudio {
      attributes.append("extmap", ExtensionMap(id: audioLevelExtension, uri: ExtensionMap.audioLevel).description)
      attributes.append("rtpmap", "\(opus) opus/48000/2")
    } else {
      attributes.append("rtpmap", "\(vp8) VP8/90000")
      attributes.append("rtcp-fb", "\(vp8) nack pli")
      attributes.append("rtpmap", "\(vp8Retransmission) rtx/90000")
      attributes.append("fmtp", "\(vp8Retransmission) apt=\(vp8)")
    }
    return MediaDescription(
      media: section.isAudio ? "audio" : "video", port: 9, proto: "UDP/TLS/RTP/SAVPF",
      formats: (section.isAudio ? [opus] : [vp8, vp8Retransmission]).map(String.init), connection: "IN IP4 0.0.0.0",
      attributes: attributes)
  }
}
