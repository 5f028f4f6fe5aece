import API
import Fetch
import Foundation
import Measurement
import Probes
import STAMP
import Transport
import Wire

/// Looks whether everything that a site's agent needs gets through: names, the monitor over HTTPS, the clock, a
/// reflector over UDP, its marking and its packets' size. What it finds it says to people at the site.
public struct SiteCheck: Sendable {
  let monitor: AgentConfiguration.Monitor
  let fetcher: Fetcher

  public init(monitor: AgentConfiguration.Monitor, fetcher: Fetcher) {
    self.monitor = monitor
    self.fetcher = fetcher
  }

  // MARK: The monitor

  /// Whether the monitor's name is known.
  public func name() async -> SiteFinding {
    guard let host = HostAddress(ofWebAddress: monitor.address) else {
      return SiteFinding(
        .name, .blocked,
        SiteText(
          "\(monitor.address) is no address like https://monitor.example:8443.",
          ja: "\(monitor.address) は https://monitor.example:8443 のような形のアドレスではありません。"))
    }
    if IPAddress(host.host) != nil {
      return SiteFinding(
        .name, .good, SiteText("\(host.host) is an address; no name is needed.", ja: "\(host.host) はアドレスなので名前解決は不要です。"))
    }
    let resolved = await blocking("resolver") {
      Result { () throws(HostAddressError) in try host.resolve() }
    }
    switch resolved {
    case .success(let endpoint):
      return SiteFinding(
        .name, .good, SiteText("\(host.host) is \(endpoint.address).", ja: "\(host.host) は \(endpoint.address) です。"))
    case .failure(let error):
      return SiteFinding(
        .name, .blocked, SiteText("\(error)", ja: "\(host.host) の名前を解決できません。"),
        advice: SiteText(
          "Ask the network team for a DNS entry for \(host.host), or use the monitor's address instead.",
          ja: "ネットワーク担当に \(host.host) のDNS登録を依頼するか、監視サーバーのIPアドレスを使ってください。"))
    }
  }

  /// Whether the monitor answers over HTTPS and is believed; and how far this machine's clock is from its own.
  public func health() async -> [SiteFinding] {
    let request = FetchRequest(
      "GET", monitor.address + Paths.health, trust: monitor.trust, timeout: .seconds(15), maximumBodyBytes: 1 << 16)
    do {
      let sent = SystemClock.reading()
      let response = try await fetcher.fetch(request)
      let received = SystemClock.reading()
      let milliseconds = response.timings.total.nanoseconds / 1_000_000
      guard response.status == 200, (try? JSONDecoder().decode(HealthStatus.self, from: Data(response.body))) != nil
      else {
        return [
          SiteFinding(
            .monitor, .blocked,
            SiteText(
              "\(monitor.address) answers, but not as a Kakehashi monitor (status \(response.status)).",
              ja: "\(monitor.address) は応答しましたが、監視サーバーではないようです（状態 \(response.status)）。"),
            advice: SiteText("Check the address; is there a proxy between?", ja: "アドレスを確認してください。途中にプロキシがありませんか。"))
        ]
      }
      var clock = ClockWatch(at: sent)
      if let time = response.monitorTime { clock.take(time, sent: sent, received: received) }
      return [
        SiteFinding(
          .monitor, .good,
          SiteText(
            "\(monitor.address) answers within \(milliseconds) ms, and is the server that it should be.",
            ja: "\(monitor.address) は \(milliseconds) ms で応答し、正しいサーバーだと確認できました。")),
        Self.clock(clock.offset, SystemClock.synchronization, ClockSource.current()),
      ]
    } catch {
      return [Self.finding(error, monitor.address)]
    }
  }

  /// Whether the monitor takes this agent's records: it is handed none.
  public func key() async -> SiteFinding {
    let request = FetchRequest(
      "POST", monitor.records, headers: monitor.headers + [.init("Content-Type", MediaTypes.records)], body: [],
      trust: monitor.trust, timeout: .seconds(15), maximumBodyBytes: 1 << 16)
    do {
      let response = try await fetcher.fetch(request)
      guard response.status == 204 else {
        let refusal = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body)).error
        return SiteFinding(
          .key, .blocked,
          SiteText(
            refusal?.message ?? "The monitor answered with status \(response.status).",
            ja: refusal?.messageJa ?? "監視サーバーの応答は状態 \(response.status) でした。"),
          advice: SiteText(
            "Ask whoever runs the monitor for a code and join again.", ja: "監視サーバーの担当にコードを依頼し、登録し直してください。"))
      }
      return SiteFinding(
        .key, .good, SiteText("The monitor takes this agent's records.", ja: "監視サーバーはこのエージェントの記録を受け取ります。"))
    } catch {
      return Self.finding(error, monitor.address)
    }
  }

  private static func finding(_ error: FetchError, _ address: String) -> SiteFinding {
    let place = HostAddress(ofWebAddress: address).map { "TCP \($0.port) → \($0.host)" } ?? address
    switch error {
    case .untrusted, .wrongPublicKey, .tlsFailed, .authoritiesUnreadable, .certificateUnusable:
      return SiteFinding(
        .monitor, .blocked, SiteText("\(error)", ja: "\(address) が正しいサーバーだと確認できません。（\(error)）"),
        advice: SiteText(
          "Ask whoever runs the monitor for its pin (--pin sha256//…) or the authority's file (--authority FILE). If both "
            + "are right, somebody stands between: tell the network team.",
          ja: "監視サーバーの担当に、ピン（--pin sha256//…）または認証局のファイル（--authority FILE）を確認してください。"
            + "どちらも正しければ、途中で通信が差し替えられています。ネットワーク担当に知らせてください。"))
    case .refused:
      return SiteFinding(
        .monitor, .blocked, SiteText("\(error)", ja: "\(address) は接続を拒否しました。"),
        advice: SiteText(
          "Check the port; then ask whoever runs the monitor whether it is running.",
          ja: "ポート番号を確認し、監視サーバーが動いているか担当に問い合わせてください。"))
    default:
      return SiteFinding(
        .monitor, .blocked, SiteText("\(error)", ja: "\(address) に接続できません。"),
        advice: SiteText(
          "Ask the firewall's team to let \(place) through from this machine.",
          ja: "ファイアウォールの担当に、この端末から \(place) を許可するよう依頼してください。"))
    }
  }

  /// Shows a code. A trial leaves it as it is.
  public func enrol(_ code: String, isTrial: Bool) async -> (finding: SiteFinding, enrolled: EnrolledBody?) {
    guard EnrolmentCode(code) != nil else {
      return (
        SiteFinding(
          .code, .blocked,
          SiteText(
            "This is no code: a letter was mistyped or is missing. It is like K7QM-4XTD-9R2H and has no 0, O, 1, I or L.",
            ja: "コードの形が正しくありません。打ち間違いか文字の抜けです。K7QM-4XTD-9R2H のような形で、0・O・1・I・L は使いません。")),
        nil
      )
    }
    guard let body = try? JSONEncoder().encode(EnrolmentBody(code: code, isTrial: isTrial)) else {
      preconditionFailure("texts always encode")
    }
    let request = FetchRequest(
      "POST", monitor.address + Paths.enrolments,
      headers: monitor.headers + [.init("Content-Type", "application/json")], body: Array(body), trust: monitor.trust,
      timeout: .seconds(20), maximumBodyBytes: 1 << 16)
    let response: FetchResponse
    do {
      response = try await fetcher.fetch(request)
    } catch {
      return (Self.finding(error, monitor.address), nil)
    }
    guard response.status == 200, let enrolled = try? JSONDecoder().decode(EnrolledBody.self, from: Data(response.body))
    else {
      let refusal = try? JSONDecoder().decode(ErrorBody.self, from: Data(response.body))
      return (
        SiteFinding(
          .code, .blocked,
          SiteText(
            refusal?.error.message ?? "The monitor answered with status \(response.status).",
            ja: refusal?.error.messageJa ?? "監視サーバーの応答は状態 \(response.status) でした。")),
        nil
      )
    }
    let name = enrolled.site.name
    return (
      SiteFinding(
        .code, .good,
        SiteText("It is for the site \(enrolled.site.id) (\(name.en)).", ja: "拠点「\(name.ja)」（\(enrolled.site.id)）用です。")),
      enrolled
    )
  }

  // MARK: The clock

  /// Intervals of a clock that is off by more than this are set right by the monitor.
  public static let clockTolerance: Duration = .seconds(1)

  static func clock(
    _ offset: ClockWatch.Offset?, _ kernel: ClockSynchronization, _ source: String?
  ) -> SiteFinding {
    let by = source.map { " (\($0))" } ?? ""
    if let offset, abs(offset.nanoseconds) - offset.errorNanoseconds > clockTolerance.nanoseconds {
      let seconds = (Double(abs(offset.nanoseconds)) / 1e9).formatted(.number.precision(.fractionLength(1)))
      let (en, ja) = offset.nanoseconds > 0 ? ("behind", "後") : ("ahead", "先")
      return SiteFinding(
        .clock, .note,
        SiteText(
          "It is \(seconds) s \(en) of the monitor's; the monitor sets the measurements right and marks them.",
          ja: "監視サーバーと \(seconds) 秒ずれています（この端末が\(ja)）。監視サーバーが計測の時刻を直し、印を付けます。"),
        advice: SiteText(
          "Install chrony and name the organisation's time server, or ask the network team to let UDP 123 through to it.",
          ja: "chrony を入れて庁内の時刻サーバーを設定するか、そこへのUDP 123の許可をネットワーク担当に依頼してください。"))
    }
    guard kernel.isSynchronized else {
      return SiteFinding(
        .clock, .note,
        SiteText(
          "Nothing keeps it right\(by), so delays cannot be told one way.", ja: "時刻が同期されていません\(by)。片道の遅延は表示できません。"),
        advice: SiteText(
          "Install chrony, and ask the network team for a time server (UDP 123).",
          ja: "chrony を入れ、時刻サーバー（UDP 123）をネットワーク担当に確認してください。"))
    }
    let error = max(kernel.maximumErrorNanoseconds / 1_000_000, 1)
    return SiteFinding(
      .clock, .good,
      SiteText("It is synchronised to within \(error) ms\(by).", ja: "\(error) ms 以内に同期しています\(by)。"))
  }

  // MARK: A reflector

  /// So long packets are sent to the reflector like a meeting's.
  public static let measuringTime: Duration = .seconds(3)
  /// What a meeting's packets need, as UDP payload: the relay makes none that are longer.
  static let neededBytes = 1_232
  private static let triedBytes = [1_472, 1_452, 1_412, 1_372, 1_332, neededBytes]

  /// Packets like a meeting's to a reflector and back: whether they get through, with which marking, and how long they
  /// may be.
  public func reflector(_ target: String) async -> [SiteFinding] {
    let result: ProbeResult
    do {
      result = try await ProbeKind.stamp.measure(ProbeRequest(target: target, duration: Self.measuringTime))
    } catch {
      return [SiteFinding(.reflector, .blocked, SiteText("\(error)", ja: "\(target) を計測できません。（\(error)）"))]
    }
    let sent = result.streams.reduce(0) { $0 + $1.record.loss.sent }
    let received = result.streams.reduce(0) { $0 + $1.record.loss.received }
    guard received > 0, let endpoint = result.streams.first.flatMap({ Endpoint($0.place) }) else {
      return [Self.silent(target)]
    }
    return [Self.reached(target, sent: sent, received: received), Self.marking(result)]
      + [await packetSize(endpoint)]
  }

  private static func silent(_ target: String) -> SiteFinding {
    SiteFinding(
      .reflector, .blocked,
      SiteText("No packet came back from \(target).", ja: "\(target) からパケットが1つも返ってきません。"),
      advice: SiteText(
        "Ask the firewall's team to let UDP through from this machine to \(target), and the answers back. If that is so, "
          + "ask whoever runs the monitor whether the reflector there is running.",
        ja: "ファイアウォールの担当に、この端末から \(target) へのUDPと戻りの許可を依頼してください。"
          + "許可済みなら、相手側で計測の応答が動いているか監視サーバーの担当に確認してください。"))
  }

  private static func reached(_ target: String, sent: UInt64, received: UInt64) -> SiteFinding {
    let lost = sent - min(received, sent)
    return SiteFinding(
      .reflector, lost * 100 > sent ? .note : .good,
      SiteText(
        "\(received) of \(sent) packets came back from \(target).",
        ja: "\(target) へ送った \(sent) パケットのうち \(received) が返ってきました。"))
  }

  private static func marking(_ result: ProbeResult) -> SiteFinding {
    let seen = result.streams.compactMap { stream -> (label: String, sent: UInt8, arrived: UInt8)? in
      let dscp = stream.record.dscp
      return dscp.arrived.max { $0.value < $1.value }.map { (stream.label, dscp.sent, $0.key) }
    }
    guard !seen.isEmpty else {
      return SiteFinding(
        .marking, .note,
        SiteText("The reflector does not tell how packets arrive.", ja: "相手が届いた印を知らせないため、確認できません。"))
    }
    let changed = seen.filter { $0.sent != $0.arrived }
    guard !changed.isEmpty else {
      let list = seen.map { "\($0.sent)" }.joined(separator: ", ")
      return SiteFinding(.marking, .good, SiteText("\(list) arrive as sent.", ja: "\(list) は変わらずに届きます。"))
    }
    let list = changed.map { "\($0.sent) → \($0.arrived)" }.joined(separator: ", ")
    return SiteFinding(
      .marking, .note, SiteText("It is changed on the way: \(list).", ja: "途中で書き換えられています: \(list)"),
      advice: SiteText(
        "Ask the network team whether the WAN may keep EF (46) and AF41 (34), which give meetings precedence.",
        ja: "会議を優先させる EF (46) と AF41 (34) を広域網で維持できるか、ネットワーク担当に確認してください。"))
  }

  private func packetSize(_ endpoint: Endpoint) async -> SiteFinding {
    let largest = await blocking("path-mtu") {
      PathMTU.largestAnswered(by: endpoint, of: Self.triedBytes, request: Self.paddedRequest)
    }
    // IP and UDP headers.
    let overhead = endpoint.address.isV4 ? 28 : 48
    guard let largest else {
      return SiteFinding(
        .packetSize, .blocked,
        SiteText(
          "Packets of \(Self.neededBytes + overhead) bytes do not get through whole; a meeting's pictures are as long.",
          ja: "\(Self.neededBytes + overhead) バイトのパケットが分割なしでは届きません。会議の映像はこの大きさを使います。"),
        advice: SiteText(
          "Ask the network team for the path's MTU, of tunnels above all.",
          ja: "途中のトンネルなどのMTUをネットワーク担当に確認してください。"))
    }
    return SiteFinding(
      .packetSize, .good,
      SiteText(
        "Packets of \(largest + overhead) bytes get through whole.", ja: "\(largest + overhead) バイトのパケットが分割されずに届きます。"))
  }

  /// A test packet (RFC 8762) with Extra Padding (RFC 8972 section 4.1).
  static func paddedRequest(bytes: Int) -> [UInt8] {
    var request = [UInt8](repeating: 0, count: bytes)
    let start = PacketMode.unauthenticated.baseByteCount
    let padding = bytes - start - TLV.headerByteCount
    guard padding >= 0 else { return request }
    request[start] = TLV.Flags.unrecognized.rawValue
    request[start + 1] = TLV.Kind.extraPadding
    request[start + 2] = UInt8(padding >> 8)
    request[start + 3] = UInt8(padding & 0xff)
    return request
  }
}

extension HostAddress {
  /// Host and port of `https://host[:port]`.
  init?(ofWebAddress text: String) {
    let schemes: [(prefix: String, port: UInt16)] = [("https://", 443), ("http://", 80)]
    guard let scheme = schemes.first(where: { text.hasPrefix($0.prefix) }) else { return nil }
    self.init(String(text.dropFirst(scheme.prefix.count).prefix { $0 != "/" }), defaultPort: scheme.port)
  }
}

/// Runs what blocks on a thread of its own.
private func blocking<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    do {
      _ = try NamedThread(name) { continuation.resume(returning: body()) }
    } catch {
      // No thread is left for it: here then.
      continuation.resume(returning: body())
    }
  }
}
