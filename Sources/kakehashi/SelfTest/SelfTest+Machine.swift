import Agent
import Association
import Foundation
import History
import Measurement
import Relay
import Settings
import Transport
import Web
import Wire

extension SelfTest.Part {
  /// A record through a database in a folder of its own beside the real one.
  static func storage(_ settings: Settings) -> SelfTest.Part {
    SelfTest.Part(name: "storage") {
      guard FileManager.default.fileExists(atPath: settings.dataFolder) else {
        return .note("\(settings.dataFolder) is not there yet: the first start makes it")
      }
      let folder = "\(settings.dataFolder)/selftest"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let now = SystemClock.wallTime
      let record = PathRecord(
        id: PathRecord.ID(
          agent: "selftest", boot: Entropy().next(), path: Path(site: "here", target: "there", route: .direct),
          origin: .probe(kind: "stamp"), intervalStart: now),
        length: .seconds(15), loss: LossCounts(sent: 750, received: 720))
      try await commit(record, in: folder, at: now)
      // Opened anew: what is read now has been in the file.
      let kept = try await HistoryStore(folder: DataFolder(path: folder)).records(
        judgedAs: record.series, starting: now..<(now + .seconds(1)))
      return kept == [record]
        ? .good("a record was committed in \(settings.dataFolder) and read back")
        : .failed("What SQLite keeps in \(settings.dataFolder) does not read back as it was written.")
    }
  }

  private static func commit(_ record: PathRecord, in folder: String, at now: WallTime) async throws {
    var batch = HistoryBatch()
    batch.records = [record]
    try await HistoryStore(folder: DataFolder(path: folder)).commit(batch, at: now)
  }

  /// What `kakehashi up` would listen on.
  static func ports(_ settings: Settings) -> SelfTest.Part {
    SelfTest.Part(name: "ports") {
      if let holder = DataFolder.holder(of: settings.dataFolder) {
        return .good("held by the kakehashi that is running (process \(holder))")
      }
      let relay = try RelayService(configuration: settings.relayConfiguration { _ in })
      let media = relay.ports.map(String.init).joined(separator: ", ")
      await relay.shutdown()
      var texts = ["UDP \(media) for media", "TCP \(settings.http.listen) for HTTPS"]
      try settings.webConfiguration.checkAddress()
      if let endpoint = settings.reflector(of: settings.site) {
        try Reflector(ReflectorConfiguration(listen: endpoint)).stop()
        texts.append("UDP \(endpoint) for STAMP")
      }
      return .good("free: " + texts.joined(separator: "; "))
    }
  }

  /// The certificate for HTTPS and its key.
  static func certificate(_ settings: Settings) -> SelfTest.Part {
    SelfTest.Part(name: "certificate") {
      let file = settings.certificateFile
      if settings.http.certificate == nil, !FileManager.default.fileExists(atPath: file) {
        return .good("a self-signed one is made at the first start")
      }
      let certificate: CertificateFile
      do {
        certificate = try CertificateFile(path: file)
      } catch {
        return .failed("The certificate \(file) \(error).")
      }
      try settings.webConfiguration.checkCertificate()
      let now = SystemClock.wallTime
      let until = "\(file) is for \(certificate.hosts.joined(separator: ", ")) until \(day(certificate.validUntil))"
      if now < certificate.validFrom {
        return .failed("The certificate \(file) is not valid before \(day(certificate.validFrom)); is the clock right?")
      } else if now >= certificate.validUntil {
        return .failed("The certificate \(file) was valid until \(day(certificate.validUntil)); have it renewed.")
      } else if certificate.hosts.isEmpty {
        return .failed("The certificate \(file) names no host (subjectAltName), so no browser believes it.")
      } else if !certificate.isInOrder {
        return .note("\(until); its file should hold the server's own first, then each one's issuer")
      } else if certificate.validUntil.nanoseconds(since: now) < 30 * 86_400_000_000_000 {
        return .note("\(until), in less than 30 days")
      }
      return .good(until)
    }
  }

  static let clock = SelfTest.Part(name: "clock") {
    let state = SystemClock.synchronization
    return state.isSynchronized
      ? .good("synchronised to within \(max(state.maximumErrorNanoseconds / 1_000_000, 1)) ms")
      : .note("not synchronised, so no one-way delay can be shown; install chrony or systemd-timesyncd")
  }

  private static func day(_ time: WallTime) -> String {
    Date(timeIntervalSince1970: Double(time.nanoseconds / 1_000_000_000)).formatted(.iso8601)
  }
}
