/// Reads Server-Sent Events (WHATWG HTML section 9.2.6) from bytes as they come.
public struct EventStreamParser: Sendable {
  public struct Event: Sendable, Equatable {
    /// The last id seen so far: send it back as `Last-Event-ID` to resume.
    public var id: String
    /// `message` where the stream names none.
    public var name: String
    public var data: String
  }

  /// A line or an event longer than this is cut off: the stream is at fault.
  public static let maximumBytes = 8 << 20

  private var line: [UInt8] = []
  private var lastWasReturn = false
  private var isFirstLine = true
  private var id = ""
  private var name = ""
  private var data: [UInt8] = []
  private var hasData = false

  public init() {}

  /// The events completed by these bytes. Comments (heartbeats) give none.
  public mutating func parse(_ bytes: some Sequence<UInt8>) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      defer { lastWasReturn = byte == UInt8(ascii: "\r") }
      switch byte {
      case UInt8(ascii: "\n") where lastWasReturn:
        break
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        endLine(&events)
      default:
        if line.count < Self.maximumBytes { line.append(byte) }
      }
    }
    return events
  }

  private mutating func endLine(_ events: inout [Event]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    }
    if line.isEmpty { return dispatch(&events) }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "data":
      if hasData { data.append(UInt8(ascii: "\n")) }
      hasData = true
      if data.count + value.count <= Self.maximumBytes { data.append(contentsOf: value) }
    case "event":
      name = String(decoding: value, as: UTF8.self)
    case "id":
      if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
    default:
      break
    }
  }

  private mutating func dispatch(_ events: inout [Event]) {
    if hasData {
      events.append(
        Event(id: id, name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self)))
    }
    name = ""
    data.removeAll(keepingCapacity: true)
    hasData = false
  }
}
