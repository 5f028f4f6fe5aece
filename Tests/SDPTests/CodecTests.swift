import SDP
import Testing

@Suite("Codec identity")
struct CodecTests {
  private func codec(_ map: String, _ parameters: String = "96") throws -> Codec? {
    Codec(try #require(RTPMap(map)), try #require(FormatParameters(parameters)))
  }

  @Test("Names are compared without case")
  func names() throws {
    #expect(try codec("111 OPUS/48000/2") == .opus)
    #expect(try codec("96 vp8/90000") == .vp8)
  }

  @Test("A missing profile is the default one")
  func defaults() throws {
    #expect(try codec("98 VP9/90000") == Codec(.vp9, profile: 0))
    #expect(try codec("98 VP9/90000", "98 profile-id=2") == Codec(.vp9, profile: 2))
    #expect(try codec("45 AV1/90000", "45 level-idx=5;profile=0;tier=0") == Codec(.av1, profile: 0))
    #expect(
      try codec("102 H264/90000")
        == Codec(.h264, profile: H264Profile.baseline.rawValue, packetizationMode: 0))
  }

  @Test(
    "Other codecs, clocks, channels and modes are not carried",
    arguments: [
      ("9 G722/8000", "9"), ("111 opus/48000", "111"), ("96 VP8/48000", "96"), ("97 rtx/90000", "97 apt=96"),
      ("102 H264/90000", "102 packetization-mode=2"), ("102 H264/90000", "102 profile-level-id=xyz"),
      ("98 VP9/90000", "98 profile-id=9"), ("111 multiopus/48000/6", "111"),
    ])
  func unknown(map: String, parameters: String) throws {
    #expect(try codec(map, parameters) == nil)
  }

  @Test("Interop 6: H.264 is lenient on the profile and strict on the packetization mode")
  func compatibility() throws {
    let baseline = try #require(try codec("102 H264/90000", "102 packetization-mode=1;profile-level-id=42001f"))
    let high = try #require(try codec("102 H264/90000", "102 packetization-mode=1;profile-level-id=640c1f"))
    let single = try #require(try codec("102 H264/90000", "102 packetization-mode=0;profile-level-id=42001f"))
    #expect(baseline != high)
    #expect(baseline.isCompatible(with: high))
    #expect(!baseline.isCompatible(with: single))
    #expect(!Codec(.vp9, profile: 0).isCompatible(with: Codec(.vp9, profile: 2)))
    #expect(!Codec.vp8.isCompatible(with: high))
    #expect(Codec.vp8.isCompatible(with: .vp8))
  }
}
