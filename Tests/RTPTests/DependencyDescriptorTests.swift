import RTP
import Testing
import Wire

@Suite("Dependency descriptor")
struct DependencyDescriptorTests {
  /// Start of frame, template 3, frame 0x1234, and a beginning of a structure.
  private static let element = "83 1234 80 01"

  @Test("The mandatory fields are read")
  func fields() throws {
    let descriptor = try required(DependencyDescriptor(hex(Self.element).span.bytes))
    #expect(descriptor.startsFrame && !descriptor.endsFrame)
    #expect(descriptor.frameNumber == 0x1234)
    let last = try required(DependencyDescriptor(hex("43 ffff").span.bytes))
    #expect(!last.startsFrame && last.endsFrame && last.frameNumber == .max)
  }

  @Test("Another frame number changes nothing else")
  func rewriting() {
    var bytes = hex("aa " + Self.element)
    var elements = bytes.mutableSpan
    var packet = elements.mutableBytes
    DependencyDescriptor.rewrite(frameNumber: 0xbeef, in: &packet, at: 1)
    #expect(bytes == hex("aa 83 beef 80 01"))
  }

  @Test("Every cut of the mandatory fields is refused", arguments: ["", "83", "83 12"])
  func truncation(data: String) {
    let descriptor = DependencyDescriptor(hex(data).span.bytes)
    #expect(descriptor == nil)
  }
}
