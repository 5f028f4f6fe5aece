import SDP
import Testing
import Wire

@testable import SFU

@Suite("Admission")
struct AdmissionTests {
  private static func admission() -> Admission {
    Admission(participant: "p", name: "P", role: .meeting, csrc: 1, feedbackSSRC: 2, cname: "c")
  }

  private static func slot(_ mid: String, ssrc: UInt32) -> SlotSection {
    SlotSection(
      mid: mid, isAudio: false, ssrc: ssrc, formats: [], extensions: ExtensionIDs(), firstSequenceNumber: 0,
      timestampOffset: 0)
  }

  @Test("Names come sources first; sections that share a mid or an SSRC are refused")
  func names() throws {
    var admission = Self.admission()
    admission.sources = [SourceSection(mid: "0", kind: .camera, ssrc: 7, formats: [], extensions: ExtensionIDs())]
    admission.slots = [Self.slot("1", ssrc: 7), Self.slot("2", ssrc: 8)]
    #expect(try admission.sectionNames().count == 3)
    var sharedMid = admission
    sharedMid.slots[0].mid = "0"
    #expect(throws: AdmissionError.ambiguousSections) { try sharedMid.sectionNames() }
    var sharedSSRC = admission
    sharedSSRC.slots[0].ssrc = 8
    #expect(throws: AdmissionError.ambiguousSections) { try sharedSSRC.sectionNames() }
    var unnamed = admission
    unnamed.slots[0].mid = ""
    #expect(throws: AdmissionError.ambiguousSections) { try unnamed.sectionNames() }
  }
}
