import API

/// Running meetings and who is in them.
enum MeetingsScreen {
  static let screen = Screen(id: .meetings, key: "3", title: \.meetings, draw: draw)

  private static func draw(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    Rule.draw(state.words.meetings, &canvas, row: area.lowerBound)
    let meetings = state.overview?.meetings ?? []
    guard !meetings.isEmpty else {
      canvas.put(state.words.noMeetings, row: area.lowerBound + 1, column: 1, style: .faint)
      return
    }
    // The selected meeting comes first when not everything fits.
    let ordered = Array(meetings[min(state.selection, meetings.count - 1)...])
    var row = area.lowerBound + 1
    for (index, meeting) in ordered.enumerated() where row < area.upperBound {
      drawSummary(meeting, state, &canvas, row: row, isSelected: index == 0)
      row += 1
      for participant in meeting.participants where row < area.upperBound {
        draw(participant, state, &canvas, row: row)
        row += 1
      }
    }
  }

  /// One line for each meeting; the last line says how many are left out.
  static func drawSummaries(_ state: DashboardState, _ canvas: inout Canvas, _ area: Range<Int>) {
    let meetings = state.overview?.meetings ?? []
    guard !meetings.isEmpty, let first = area.first, let last = area.last else {
      if let row = area.first { canvas.put(state.words.noMeetings, row: row, column: 1, style: .faint) }
      return
    }
    let shown = meetings.count <= area.count ? meetings.count : area.count - 1
    for index in 0..<shown { drawSummary(meetings[index], state, &canvas, row: first + index, isSelected: false) }
    if shown < meetings.count {
      canvas.put(state.words.more(meetings.count - shown), row: last, column: 1, style: .faint)
    }
  }

  private static func drawSummary(
    _ meeting: MeetingStatus, _ state: DashboardState, _ canvas: inout Canvas, row: Int, isSelected: Bool
  ) {
    let words = state.words
    if isSelected { canvas.fill(row: row, style: Style.plain.selected(true)) }
    var column = canvas.put(
      meeting.room.padded(to: 18), row: row, column: 1, style: Style(isBold: true).selected(isSelected))
    let people = words.people(meeting.participants.count).padded(to: 10)
    column = canvas.put(" " + people, row: row, column: column, style: Style.plain.selected(isSelected))
    let rates =
      " \(words.incoming) \(FigureText.bitrate(meeting.receivedBitrate))  \(words.outgoing) \(FigureText.bitrate(meeting.sentBitrate))"
    column = canvas.put(rates.padded(to: 32), row: row, column: column, style: Style.plain.selected(isSelected))
    let names = meeting.participants.map(\.name).joined(separator: ", ")
    canvas.put(
      names.printable.fitted(to: canvas.columns - column - 1), row: row, column: column,
      style: Style.faint.selected(isSelected))
  }

  private static func draw(_ participant: ParticipantStatus, _ state: DashboardState, _ canvas: inout Canvas, row: Int)
  {
    var column = canvas.put(participant.name.printable.padded(to: 18), row: row, column: 3)
    let site = participant.site.map(state.name) ?? "–"
    column = canvas.put(" " + site.padded(to: 16), row: row, column: column, style: .faint)
    let devices = [
      participant.microphone ? state.words.microphoneOn : nil, participant.camera ? state.words.cameraOn : nil,
    ].compactMap(\.self).joined(separator: " ")
    column = canvas.put(" " + devices.padded(to: 14), row: row, column: column)
    let loss = FigureText.percent(participant.lossPercent).padded(to: 9, rightAligned: true)
    let jitter = FigureText.milliseconds(participant.jitterMilliseconds).padded(to: 10, rightAligned: true)
    canvas.put(loss + jitter, row: row, column: column)
  }
}
