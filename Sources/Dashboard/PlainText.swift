import API

/// The overview as lines for scripts and pipes: one fact a line, no columns to count, no colours. Its words are those of
/// the code in any language; a path is `site → target (route)` or, where a label tells it apart, `(route, label)`.
enum PlainText {
  static func lines(_ overview: Overview, words: Words) -> [String] {
    var state = DashboardState(address: "", words: words, utcOffset: 0)
    state.receive(overview)
    let paths = state.worstFirst.map { path in
      [
        path.verdict.rawValue, "\(path.site) → \(path.target) (\(way(path)))", path.origin,
        "loss \(FigureText.percent(path.lossPercent))", "jitter \(FigureText.milliseconds(path.jitterMilliseconds))",
        "latency \(FigureText.milliseconds(path.latencyMilliseconds))",
      ].joined(separator: "\t")
    }
    let meetings = overview.meetings.map { meeting in
      [
        "meeting", meeting.room, "\(meeting.participants.count) people",
        "in \(FigureText.bitrate(meeting.receivedBitrate))", "out \(FigureText.bitrate(meeting.sentBitrate))",
      ].joined(separator: "\t")
    }
    let incidents = state.incidents.map { incident in
      [
        "incident", incident.state, incident.subject,
        incident.value.isEmpty ? "nothing measured" : "\(incident.metric) \(incident.value) > \(incident.limit)",
        "since \(timestamp(incident.startedAt))", incident.endedAt.map { "until \(timestamp($0))" } ?? "",
      ].joined(separator: "\t")
    }
    let troubles = (overview.troubles ?? []).map { trouble in
      ["trouble", trouble.kind, words.trouble(trouble), "since \(timestamp(trouble.since))"].joined(separator: "\t")
    }
    let works = (overview.planned ?? []).map { work in
      [
        "planned", work.scopes.isEmpty ? "all" : work.scopes.joined(separator: " "), "from \(timestamp(work.from))",
        "to \(timestamp(work.to))", work.reason,
      ].joined(separator: "\t")
    }
    return (paths + meetings + incidents + works + troubles).map(\.withoutTrailingTab).map(\.printableKeepingTabs)
  }

  private static func way(_ path: PathStatus) -> String {
    path.label.isEmpty ? path.route : "\(path.route), \(path.label)"
  }

  private static func timestamp(_ seconds: Double) -> String {
    let civil = CivilTime(secondsSince1970: seconds, utcOffset: 0)
    return "\(civil.date)T\(civil.time)Z"
  }
}

extension String {
  fileprivate var withoutTrailingTab: String {
    hasSuffix("\t") ? String(dropLast()) : self
  }

  fileprivate var printableKeepingTabs: String {
    split(separator: "\t", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\t")
  }
}
