import API

/// A path's history in columns of equal time: what was worst in each.
struct HistoryBars {
  /// One column; figures are absent where nothing was measured in it.
  struct Column: Equatable {
    var loss: Double?
    var jitter: Double?
    var latency: Double?
    var good = 0
    var bad = 0
    var unknown = 0
    var planned = 0

    var isEmpty: Bool { good == 0 && bad == 0 && unknown == 0 && planned == 0 }
    /// Nobody is held to any of it.
    var isPlanned: Bool { planned > 0 && good == 0 && bad == 0 }
  }

  let columns: [Column]

  init(_ points: [HistoryPoint], from: Double, to: Double, columns count: Int) {
    var columns = [Column](repeating: Column(), count: max(0, count))
    // Nobody is held to planned work: it shows where nothing else does.
    let planned = points.filter(\.isPlanned)
    for point in points.filter({ !$0.isPlanned }) + planned where from < to && count > 0 {
      let share = (point.at - from) / (to - from)
      guard share >= 0, share < 1 else { continue }
      let place = min(Int(share * Double(count)), count - 1)
      func worse(_ keyPath: WritableKeyPath<Column, Double?>, _ value: Double?) {
        if let value { columns[place][keyPath: keyPath] = max(columns[place][keyPath: keyPath] ?? 0, value) }
      }
      if !point.isPlanned || columns[place].good == 0 && columns[place].bad == 0 {
        worse(\.loss, point.lossPercent)
        worse(\.jitter, point.jitterMilliseconds)
        worse(\.latency, point.latencyMilliseconds)
      }
      columns[place].good &+= point.good
      columns[place].bad &+= point.bad
      columns[place].unknown &+= point.unknown
      columns[place].planned &+= point.planned
    }
    self.columns = columns
  }

  /// What stands out in each column: bad before unknown before planned; a blank where all was good or nothing is known.
  var marks: [(text: String, style: Style)] {
    columns.map { column in
      if column.bad > 0 { return ("✖", Style(role: .bad, isBold: true)) }
      if column.unknown > 0 { return ("?", Style(role: .unknown, isBold: true)) }
      return column.planned > 0 ? ("◇", Style(role: .accent)) : (" ", .plain)
    }
  }

  /// One figure as shares of its limit, a full bar at the limit; a dot where it was not measured.
  func bars(_ figure: KeyPath<Column, Double?>, limit: Double) -> [(text: String, style: Style)] {
    columns.map { column in
      if column.isEmpty { return (" ", .plain) }
      guard let value = column[keyPath: figure] else { return ("·", .faint) }
      let bar = Sparkline.bar(share: limit > 0 ? value / limit : 0)
      return column.isPlanned ? (bar.text, .faint) : bar
    }
  }

  /// Planned work aside.
  func greatest(_ figure: KeyPath<Column, Double?>) -> Double? {
    columns.filter { !$0.isPlanned }.compactMap { $0[keyPath: figure] }.max()
  }

  /// Judged intervals of the whole span.
  var totals: Column {
    columns.reduce(into: Column()) { total, column in
      total.good &+= column.good
      total.bad &+= column.bad
      total.unknown &+= column.unknown
      total.planned &+= column.planned
    }
  }
}

extension HistoryPoint {
  fileprivate var isPlanned: Bool { planned > 0 && good == 0 && bad == 0 }
}
