import Testing
import Transport
import Wire

@Suite("An impairment's conditions as text")
struct ImpairmentTextTests {
  private func conditions(_ change: (inout Impairment.Conditions) -> Void) -> Impairment.Conditions {
    var conditions = Impairment.Conditions()
    change(&conditions)
    return conditions
  }

  @Test("Every word means what the help says")
  func words() {
    #expect(Impairment.Conditions("") == Impairment.Conditions.none)
    #expect(Impairment.Conditions("none") == Impairment.Conditions.none)
    #expect(Impairment.Conditions("loss=1.01") == conditions { $0.lossPerMillion = 10_100 })
    #expect(
      Impairment.Conditions("loss=100 delay=200  jitter=0.5")
        == conditions {
          $0.lossPerMillion = 1_000_000
          $0.delay = .milliseconds(200)
          $0.jitter = .microseconds(500)
        })
    #expect(
      Impairment.Conditions("ramp=300/15 spike=200/5")
        == conditions {
          $0.ramp = .milliseconds(300)
          $0.rampDuration = .seconds(15)
          $0.spike = .milliseconds(200)
          $0.spikeAfter = .seconds(5)
        })
    #expect(
      Impairment.Conditions("reorder=5/70 duplicate=0.5")
        == conditions {
          $0.reorderingPerMillion = 50_000
          $0.reorderingDelay = .milliseconds(70)
          $0.duplicationPerMillion = 5_000
        })
    #expect(
      Impairment.Conditions("rate=512/64")
        == conditions {
          $0.bitsPerSecond = 512_000
          $0.queueBytes = 64_000
        })
  }

  @Test(
    "What is no condition is none",
    arguments: [
      "loss", "loss=", "loss=x", "loss=101", "loss=-1", "loss=1/2", "delay=1e9", "ramp=300", "spike=200", "ramp=3/x",
      "rate=0", "reorder=1/2/3", "nan=1", "loss=nan", "delay=inf", "tuesday",
    ])
  func unknown(text: String) {
    #expect(Impairment.Conditions(text) == nil)
  }
}
