import Measurement
import STAMP
import Wire

/// What a reflector tells of this machine and of its own clock, beside what is measured (RFC 8972 sections 4.2, 4.3).
struct STAMPView: Sendable, Equatable {
  /// Where our packets come from for the reflector, when that is another endpoint than ours: addresses are translated
  /// on the way.
  var translatedSource: Endpoint?
  /// Nothing corrects the reflector's clock.
  var isClockFreeRunning = false
  /// How long after their T3 its answers left: what the round trip and the way back contain of the reflector itself.
  var reflectorDelay: Distribution

  /// - Parameters:
  ///   - port: the one packets leave from.
  ///   - addresses: this machine's own.
  init(_ view: SessionSender.View, port: UInt16, addresses: [IPAddress], reflectorDelay: Distribution = Distribution())
  {
    self.reflectorDelay = reflectorDelay
    if let source = view.source {
      let isOwn = source.address.isLoopback || addresses.contains(source.address)
      translatedSource = isOwn && source.port == port ? nil : source
    }
    isClockFreeRunning = view.timestamps?.sourceIn == TimestampInformation.Source.freeRunning
  }

  /// For people.
  var remarks: [String] {
    var remarks: [String] = []
    if let translatedSource {
      remarks.append("addresses are translated on the way: the reflector sees this machine as \(translatedSource)")
    }
    if isClockFreeRunning { remarks.append("nothing corrects the reflector's clock") }
    return remarks
  }
}

extension IPAddress {
  fileprivate var isLoopback: Bool {
    v4.map { $0 >> 24 == 127 } ?? (self == .loopbackV6)
  }
}
