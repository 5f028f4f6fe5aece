import ICE
import SDP
import Wire

/// What a simulated participant takes from the relay's answer.
public struct RelayAnswer: Sendable {
  /// Why an answer cannot be used.
  public struct Unusable: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
  }

  public let credentials: ICECredentials
  public let candidates: [Endpoint]
  public let fingerprints: [Fingerprint]
  /// SSRC of each section in which the relay sends → its mid.
  public let slots: [UInt32: String]

  public init(parsing text: String) throws(Unusable) {
    let answer: SessionDescription
    do {
      answer = try SessionDescription(parsing: text)
    } catch {
      throw Unusable(description: "The answer is no session description: \(error).")
    }
    func values(_ name: String) -> [String] {
      let said = answer.attributes.values(name)
      return said.isEmpty ? answer.media.lazy.map { $0.attributes.values(name) }.first { !$0.isEmpty } ?? [] : said
    }
    guard let fragment = values("ice-ufrag").first, let password = values("ice-pwd").first else {
      throw Unusable(description: "The answer names no ICE credentials.")
    }
    credentials = ICECredentials(usernameFragment: fragment, password: password)
    candidates = values("candidate").compactMap(Self.endpoint)
    guard !candidates.isEmpty else { throw Unusable(description: "The answer names no candidate over UDP.") }
    fingerprints = values("fingerprint").compactMap(Fingerprint.init)
    guard !fingerprints.isEmpty else { throw Unusable(description: "The answer names no fingerprint.") }
    var slots: [UInt32: String] = [:]
    for media in answer.media where !media.isStopped {
      if let mid = media.mid, let ssrc = SourceAttributes(media.attributes).primary { slots[ssrc] = mid }
    }
    self.slots = slots
  }

  /// RFC 8839 section 5.1: foundation, component, transport, priority, address, port.
  private static func endpoint(_ candidate: String) -> Endpoint? {
    let fields = candidate.split(separator: " ")
    guard fields.count >= 6, fields[1] == "1", fields[2].lowercased() == "udp", let port = UInt16(fields[5]),
      let address = IPAddress(String(fields[4]))
    else { return nil }
    return Endpoint(address: address, port: port)
  }
}
