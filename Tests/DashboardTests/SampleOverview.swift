import API

/// A small prefecture on a bad morning: every verdict, both kinds of origin, Japanese names, an open and an ended incident.
enum SampleOverview {
  static let limits = QualityLimits(lossPercent: 1, jitterMilliseconds: 30, latencyMilliseconds: 150)
  /// 2026-11-22 01:15:03 UTC.
  static let moment = 1_795_310_103.0

  static let overview = Overview(
    madeAt: moment,
    sites: [
      SiteStatus(id: "hq", name: LocalizedName(ja: "県庁", en: "Headquarters"), verdict: .good, participants: 2),
      SiteStatus(id: "tsu", name: LocalizedName(ja: "津地域庁舎", en: "Tsu office"), verdict: .bad, participants: 1),
      SiteStatus(
        id: "owase", name: LocalizedName(ja: "尾鷲地域防災総合事務所", en: "Owase disaster prevention office"), verdict: .unknown,
        participants: 0),
    ],
    paths: [
      path("hq", "tsu", "probe stamp", .good, 0, 0.42, 11.8, recent: [0.1, 0.12, 0.1, 0.5, 0.85, 0.1]),
      path(
        "tsu", "hq", "probe stamp", .bad, 3.2, 12.3, 204, label: "voice", recent: [0.1, 0.2, 0.9, 1.4, 1.36, nil, 1.36]),
      path("tsu", "hq", "probe stamp", .good, 0, 0.31, 9.8, label: "video", recent: [0.07, 0.06]),
      path("owase", "hq", "probe stamp", .unknown, nil, nil, nil, recent: [0.2, nil, nil]),
      path("tsu", "relay", "call uplink", .good, 0.84, 3.1, 9.6, recent: [0.8, 0.84]),
    ],
    meetings: [
      MeetingStatus(
        room: "朝会",
        participants: [
          ParticipantStatus(
            name: "山田", site: "hq", microphone: true, camera: true, lossPercent: 0, jitterMilliseconds: 1.2),
          ParticipantStatus(
            name: "Sato \u{1b}[31m", site: "tsu", microphone: false, camera: true, lossPercent: 0.84,
            jitterMilliseconds: 3.1),
        ], receivedBitrate: 1_240_000, sentBitrate: 2_480_000)
    ],
    incidents: [
      IncidentStatus(
        id: "1", state: "resolved", severity: "page", subject: "hq → tsu (direct)", site: "hq", target: "tsu",
        metric: "latency",
        value: "163 ms", limit: "150 ms", startedAt: moment - 90_000, endedAt: moment - 89_000),
      IncidentStatus(
        id: "2", state: "firing", severity: "page", subject: "tsu → hq (direct, voice)", site: "tsu", target: "hq",
        label: "voice", metric: "loss", value: "3.2 %", limit: "1 %",
        likelyCause: LocalizedName(
          ja: "津地域庁舎 の回線または拠点内（この拠点の経路がすべて不良、または隣接拠点から到達できません）。経路は10.7.255.1で途切れています。以前は10.1.255.1へ続いていました。",
          en: "The line or network of Tsu office: every path of the site is bad, or its neighbours do not reach it. "
            + "The route ends after 10.7.255.1; it went on to 10.1.255.1."), startedAt: moment - 183, endedAt: nil,
        route: IncidentRoute(
          followedAt: moment - 168,
          difference: LocalizedName(
            ja: "経路は10.7.255.1で途切れています。以前は10.1.255.1へ続いていました。",
            en: "The route ends after 10.7.255.1; it went on to 10.1.255.1."),
          hops: "10.7.255.1 → ? → ?", lastGoodHops: "10.7.255.1 → 10.1.255.1 → 10.1.0.5")),
    ],
    planned: [
      PlannedWorkBody(id: 3, from: moment - 903, to: moment + 2_697, reason: "回線工事 (NTT)", scopes: ["owase"]),
      PlannedWorkBody(id: 4, from: moment + 50_097, to: moment + 64_497, reason: "Router replaced", scopes: ["tsu/hq"]),
    ])

  /// The day of tsu: a bad half hour in the morning, planned work at night, an hour without measurements.
  static let history = SiteHistory(
    site: "tsu", from: moment - 86_400, to: moment, resolution: .fiveMinutes,
    paths: [("hq", "voice"), ("hq", "video"), ("relay", "")].map { target, label in
      PathHistory(
        target: target, route: "direct", label: label, origin: target == "relay" ? "call uplink" : "probe stamp",
        limits: limits,
        points: (0..<288).compactMap { number in
          let at = moment - 86_400 + Double(number) * 300
          guard !(130..<142).contains(number) else {
            return HistoryPoint(
              at: at, lossPercent: nil, jitterMilliseconds: nil, latencyMilliseconds: nil, pdvMilliseconds: nil,
              unknown: 20, reasons: ["noRecords": 20])
          }
          let isBad = (252..<258).contains(number)
          let isPlanned = (180..<204).contains(number)
          let wave = Double(number * 37 % 50) / 50
          return HistoryPoint(
            at: at, lossPercent: isBad ? 3.2 : isPlanned ? 40 : wave * 0.4, jitterMilliseconds: 2 + wave * 12,
            latencyMilliseconds: isBad ? 204 : 40 + wave * 60, pdvMilliseconds: 20,
            good: isPlanned ? 0 : isBad ? 6 : 20, bad: isBad ? 14 : 0, planned: isPlanned ? 20 : 0,
            reasons: isPlanned ? ["router replaced": 20] : nil)
        })
    })

  private static func path(
    _ site: String, _ target: String, _ origin: String, _ verdict: VerdictName, _ loss: Double?, _ jitter: Double?,
    _ latency: Double?, label: String = "", recent: [Double?]
  ) -> PathStatus {
    PathStatus(
      site: site, target: target, route: "direct", label: label, origin: origin, verdict: verdict, lossPercent: loss,
      jitterMilliseconds: jitter, latencyMilliseconds: latency, pdvMilliseconds: jitter.map { $0 * 2 },
      updatedAt: moment - 3,
      recent: recent.enumerated().map { index, share in
        PathSample(
          at: moment - Double(recent.count - index) * 15, verdict: (share ?? 0) > 1 ? .bad : .good,
          lossPercent: share, jitterMilliseconds: share.map { _ in 1 }, latencyMilliseconds: share.map { _ in 10 })
      }, limits: limits)
  }
}
