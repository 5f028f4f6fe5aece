/// One event of an event stream (WHATWG HTML section 9.2).
public struct ServerSentEvent: Sendable, Equatable {
  public var id: String?
  /// `message` when the stream does not say.
  public var name: String
  public var data: String

  public init(id: String? = nil, name: String = "message", data: String) {
    self.id = id
    self.name = name
    self.data = data
  }

  /// What keeps a quiet stream open through proxies: a comment, which listeners skip.
  public static let heartbeat = ":\n\n"

  /// The event in wire form. Line breaks in `data` become several data lines.
  public var wireForm: String {
    var text = ""
    if let id { text += "id: \(id)\n" }
    if name != "message" { text += "event: \(name)\n" }
    for line in data.split(separator: "\n", omittingEmptySubsequences: false) {
      text += "data: \(line)\n"
    }
    return text + "\n"
  }
}

/// Reads an event stream piece by piece, however the network cuts it.
public struct ServerSentEventReader: Sendable {
  /// Longest line and longest event's data that are kept; a longer event is dropped whole.
  public let maximumBytes: Int

  private var line: [UInt8] = []
  private var lineIsTooLong = false
  private var lastWasCarriageReturn = false
  private var isFirstLine = true
  private var data: [UInt8] = []
  private var hasData = false
  private var dataIsTooLong = false
  private var name = ""
  /// The id of the newest event: what to send as `Last-Event-ID` when the stream breaks.
  public private(set) var lastEventID: String?
  /// Milliseconds to wait before connecting again, when the server has said so.
  public private(set) var retryMilliseconds: Int?

  public init(maximumBytes: Int = 4 << 20) {
    self.maximumBytes = maximumBytes
  }

  /// Takes the next piece and returns the events it completes, in order.
  public mutating func read(_ piece: some Sequence<UInt8>) -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    for byte in piece {
      switch byte {
      case UInt8(ascii: "\n") where lastWasCarriageReturn:
        lastWasCarriageReturn = false
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        lastWasCarriageReturn = byte == UInt8(ascii: "\r")
        endLine(&events)
      default:
        lastWasCarriageReturn = false
        if line.count < maximumBytes { line.append(byte) } else { lineIsTooLong = true }
      }
    }
    return events
  }

  private mutating func endLine(_ events: inout [ServerSentEvent]) {
    defer {
      line.removeAll(keepingCapacity: true)
      lineIsTooLong = false
      isFirstLine = false
    }
    if isFirstLine, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    guard !line.isEmpty else {
      dispatch(&events)
      return
    }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value.removeFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "data": appendData(value)
    case "event": name = String(decoding: value, as: UTF8.self)
    case "id" where !value.contains(0): lastEventID = String(decoding: value, as: UTF8.self)
    case "retry": if let retry = Int(String(decoding: value, as: UTF8.self)), retry >= 0 { retryMilliseconds = retry }
    default: break
    }
  }

  private mutating func appendData(_ value: ArraySlice<UInt8>) {
    if lineIsTooLong || data.count + value.count > maximumBytes {
      dataIsTooLong = true
    } else {
      if hasData { data.append(UInt8(ascii: "\n")) }
      data += value
    }
    hasData = true
  }

  private mutating func dispatch(_ events: inout [ServerSentEvent]) {
    if hasData, !dataIsTooLong {
      events.append(
        ServerSentEvent(
          id: lastEventID, name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self)))
    }
    data.removeAll(keepingCapacity: true)
    hasData = false
    dataIsTooLong = false
    name = ""
  }
}
