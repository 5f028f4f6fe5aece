import API
import Fetch
import Foundation
import STAMP
import Testing
import Transport
import Wire

@testable import Agent

@Suite("What a site's agent needs")
struct SiteCheckTests {
  private let nowhere = AgentConfiguration.Monitor(address: "https://127.0.0.1:1")

  @Test("A reflector on loopback is reached, keeps the marking, and takes whole packets of 1,500 bytes")
  func reached() async throws {
    let reflector = try Reflector(ReflectorConfiguration(listen: Endpoint(address: .loopbackV4, port: 0)))
    let findings = await SiteCheck(monitor: nowhere, fetcher: Fetcher()).reflector(reflector.endpoint.description)
    #expect(findings.map(\.subject) == [.reflector, .marking, .packetSize])
    #expect(findings.map(\.grade) == [.good, .good, .good], "\(findings)")
    #expect(findings.last?.text.en == "Packets of 1500 bytes get through whole.")
    reflector.stop()
  }

  @Test("Silence is said to be blocked, with whom to ask for which port, in both languages")
  func silent() async throws {
    // Bound and never answered.
    let socket = try UDPSocket(bindingTo: Endpoint(address: .loopbackV4, port: 0))
    let place = socket.localEndpoint.description
    let findings = await SiteCheck(monitor: nowhere, fetcher: Fetcher()).reflector(place)
    #expect(findings.map(\.grade) == [.blocked])
    let lines = SiteLanguage.allCases.map { language in findings.flatMap { $0.lines(in: language) }.joined() }
    #expect(lines.allSatisfy { $0.contains(place) })
    #expect(lines[0].contains("ファイアウォールの担当") && lines[1].contains("firewall's team"))
  }

  @Test("Why the monitor is not reached decides whom to ask")
  func monitor() async throws {
    let fetcher = Fetcher()
    let refused = await SiteCheck(monitor: nowhere, fetcher: fetcher).health()
    #expect(refused.map(\.grade) == [.blocked])
    #expect(refused.first?.advice?.en.contains("whether it is running") == true)
    #expect(await SiteCheck(monitor: nowhere, fetcher: fetcher).key().grade == .blocked)
    let unknown = await SiteCheck(monitor: .init(address: "https://monitor.invalid"), fetcher: fetcher).name()
    #expect(unknown.subject == .name && unknown.grade == .blocked && unknown.advice?.ja.contains("DNS") == true)
    let malformed = await SiteCheck(monitor: .init(address: "monitor.example"), fetcher: fetcher).name()
    #expect(malformed.grade == .blocked)
    let address = await SiteCheck(monitor: nowhere, fetcher: fetcher).name()
    #expect(address.grade == .good)
  }

  @Test("A mistyped code is found before anything is sent")
  func mistyped() async throws {
    let result = await SiteCheck(monitor: nowhere, fetcher: Fetcher()).enrol("K7QM-4XTD-9R2X", isTrial: true)
    #expect(result.finding.subject == .code && result.finding.grade == .blocked && result.enrolled == nil)
  }

  @Test("A clock that is off by more than a second beyond doubt is said to be, and on which side")
  func clock() {
    let kept = ClockSynchronization(isSynchronized: true, maximumErrorNanoseconds: 3_000_000, taiOffsetSeconds: 37)
    let lost = ClockSynchronization(isSynchronized: false, maximumErrorNanoseconds: 16_000_000_000, taiOffsetSeconds: 0)
    func text(_ seconds: Double, _ error: Double, _ kernel: ClockSynchronization) -> (SiteFinding.Grade, String) {
      let finding = SiteCheck.clock(
        ClockWatch.Offset(nanoseconds: Int64(seconds * 1e9), errorNanoseconds: Int64(error * 1e9)), kernel, "chrony")
      return (finding.grade, finding.text.en)
    }
    #expect(text(0, 0.01, kept) == (.good, "It is synchronised to within 3 ms (chrony)."))
    #expect(text(1.4, 0.5, kept).0 == .good)
    #expect(text(1.6, 0.5, kept).1.hasPrefix("It is 1.6 s behind"))
    #expect(text(-3_600, 0.01, kept).1.hasPrefix("It is 3,600.0 s ahead"))
    #expect(text(0, 0.01, lost).0 == .note)
  }

  @Test("The language is the locale's, by gettext's order; English where it is another")
  func language() {
    #expect(SiteLanguage(environment: ["LANG": "ja_JP.UTF-8"]) == .ja)
    #expect(SiteLanguage(environment: ["LC_ALL": "C", "LANG": "ja_JP.UTF-8"]) == .en)
    #expect(SiteLanguage(environment: ["LC_ALL": "", "LC_MESSAGES": "ja_JP.UTF-8"]) == .ja)
    #expect(SiteLanguage(environment: [:]) == .en)
  }

  @Test(
    "The packets that find the size are test packets with padding of the whole rest", arguments: [48, 1_232, 1_472])
  func padded(bytes: Int) throws {
    let request = SiteCheck.paddedRequest(bytes: bytes)
    #expect(request.count == bytes)
    var reader = TLVReader(mode: .unauthenticated)
    let tlv = try #require(try reader.next(in: request.span.bytes))
    #expect(tlv.type == TLV.Kind.extraPadding && tlv.end == bytes)
    #expect(try reader.next(in: request.span.bytes) == nil)
  }
}
