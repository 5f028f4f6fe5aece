import SDP
import Testing

@Suite("H.264 profile")
struct H264ProfileTests {
  @Test(
    "Profile and constraints name the profile, whatever the level (RFC 6184 table 5)",
    arguments: [
      ("42e01f", .constrainedBaseline), ("42c00d", .constrainedBaseline), ("4d801f", .constrainedBaseline),
      ("58c00a", .constrainedBaseline), ("42001f", .baseline), ("42801f", .baseline), ("58800a", .baseline),
      ("4d001f", .main), ("4d401f", .main), ("640034", .high), ("640c34", .constrainedHigh),
      ("42E01F", .constrainedBaseline),
    ] as [(String, H264Profile)])
  func table(levelID: String, profile: H264Profile) {
    #expect(H264Profile(levelID: levelID) == profile)
  }

  @Test(
    "What is not six hexadecimal digits or names no profile is refused",
    arguments: ["", "42e0", "42e01g", "7a001f", "+2e01f", "640b34"])
  func refused(levelID: String) {
    #expect(H264Profile(levelID: levelID) == nil)
  }
}
