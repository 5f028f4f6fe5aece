import SDP
import Testing

@Suite("Session description")
struct SessionDescriptionTests {
  @Test(
    "An offer of a real client is read and written again without loss",
    arguments: ["chromium-meeting", "chromium-publisher", "chromium-viewer", "aiortc-publisher", "aiortc-viewer"])
  func roundTrip(name: String) throws {
    let text = try offer(name)
    let description = try SessionDescription(parsing: text)
    #expect(description.serialized() == text)
  }

  @Test("Sections keep their parts")
  func parts() throws {
    let description = try SessionDescription(parsing: offer("chromium-meeting"))
    #expect(description.media.count == 11)
    #expect(description.media.map(\.media).prefix(4) == ["audio", "video", "video", "audio"])
    #expect(description.media[1].mid == "1")
    #expect(description.media[0].formats.first == "111")
    #expect(description.media[0].connection == "IN IP4 192.0.2.10")
    #expect(description.media[1].line == 41)
    #expect(description.attributes.has("extmap-allow-mixed"))
  }

  @Test("Lines may end with LF alone, the last without, and blank ones are passed over")
  func lineEnds() throws {
    let text = "v=0\no=- 1 1 IN IP4 127.0.0.1\n\ns=会議\nt=0 0\nk=unknown\na=ice-lite"
    let description = try SessionDescription(parsing: text)
    #expect(description.name == "会議")
    #expect(description.attributes.has("ice-lite"))
  }

  private func error(_ text: String, limits: SDPLimits = SDPLimits()) -> SDPError? {
    do {
      _ = try SessionDescription(parsing: text, limits: limits)
      return nil
    } catch { return error }
  }

  private static let head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

  @Test("What cannot be read is said with its line")
  func errors() {
    #expect(error("") == SDPError(line: 1, .wrongVersion))
    #expect(error("v=1\r\n") == SDPError(line: 1, .wrongVersion))
    #expect(error("v=0\r\no=- 1 1 IN IP4\r\n") == SDPError(line: 2, .malformed(line: "o")))
    #expect(error("v=0\r\ns=-\r\nt=0 0\r\n") == SDPError(line: 0, .missing(line: "o")))
    #expect(error(Self.head + "hello\r\n") == SDPError(line: 5, .notALine))
    #expect(error(Self.head + "a\r\n") == SDPError(line: 5, .notALine))
    #expect(error(Self.head + "=a\r\n") == SDPError(line: 5, .notALine))
    #expect(error(Self.head + "a=:x\r\n") == SDPError(line: 5, .malformed(line: "a")))
    #expect(error(Self.head + "a=x\u{0}\r\n") == SDPError(line: 5, .controlCharacter))
    #expect(error(Self.head + "a=x\ry\r\n") == SDPError(line: 5, .controlCharacter))
    #expect(error(Self.head + "m=audio 9 RTP/SAVPF\r\n") == SDPError(line: 5, .malformed(line: "m")))
    #expect(error(Self.head + "m=audio 65536 RTP/SAVPF 0\r\n") == SDPError(line: 5, .malformed(line: "m")))
  }

  @Test("Interop 9: size, lines and sections are bounded")
  func bounds() {
    let section = "m=audio 9 RTP/SAVPF 0\r\n"
    let text = Self.head + section + section
    let bytes = text.utf8.count
    var limits = SDPLimits()
    limits.bytes = bytes
    limits.lines = 6
    limits.sections = 2
    #expect(error(text, limits: limits) == nil)
    limits.bytes -= 1
    #expect(error(text, limits: limits) == SDPError(line: 0, .tooLarge(bytes: bytes, limit: bytes - 1)))
    limits = SDPLimits()
    limits.lines = 5
    #expect(error(text, limits: limits) == SDPError(line: 6, .tooManyLines(limit: 5)))
    limits = SDPLimits()
    limits.sections = 1
    #expect(error(text, limits: limits) == SDPError(line: 6, .tooManySections(limit: 1)))
  }
}
