import Foundation
import Wire

extension Settings {
  /// What measuring costs, for people: a line for each site and job, then the whole.
  public var plan: [String] {
    var lines: [String] = []
    var whole = ProbeLoad()
    let recordLength = jobs.filter(\.isContinuous).map(\.interval).min() ?? .seconds(15)
    for site in sites {
      var load = ProbeLoad()
      var parts: [String] = []
      for job in jobs {
        let part = ProbeLoad(job, at: site.id, sites, recordLength: recordLength)
        guard part.packetsPerSecond > 0 else { continue }
        load = load + part
        parts.append("  \(job.name) (\(job.kind)): \(Self.text(part))")
      }
      let share = site.uplink.map { uplink in
        ", \(Self.number(load.bitsPerSecond / Double(uplink) * 100)) % of its uplink"
      }
      lines.append("\(site.id): \(Self.text(load))\(share ?? "")")
      lines += parts
      whole = whole + load
    }
    lines.append("all sites: \(Self.text(whole))")
    let paths = Double(sites.flatMap { site in jobs.flatMap { $0.measuredPaths(from: site.id) } }.count)
    let kept = monitor.retention
    // A roll-up is a record of a longer interval.
    let rolledUp = paths * (kept.fiveMinutes.inDays * 288 + kept.hours.inDays * 24 + kept.days.inDays)
    let bytes = (whole.recordsPerDay * kept.records.inDays, rolledUp)
    lines.append(
      "disk: about \(Self.number(bytes.0 * ProbeLoad.bytesPerRecord / 1e9)) GB for "
        + "\(SettingKind<Duration>.show(kept.records)) of records, "
        + "\(Self.number(bytes.1 * ProbeLoad.bytesPerRecord / 1e9)) GB for roll-ups")
    return lines
  }

  private static func text(_ load: ProbeLoad) -> String {
    "\(number(load.packetsPerSecond)) packets/s, \(number(load.bitsPerSecond / 1_000)) kbit/s, "
      + "\(Int(load.recordsPerDay.rounded())) records a day"
  }

  /// Two places, as people read them.
  private static func number(_ value: Double) -> String {
    String(format: "%.2f", value)
  }
}

extension Duration {
  fileprivate var inDays: Double { secondsAsDouble / 86_400 }
}
