import Testing

@testable import Measurement

@Suite("The E-model")
struct EModelTests {
  @Test(
    "The delay's impairment follows G.107, and is nothing up to 100 ms",
    arguments: [(0, 0), (100, 0), (150, 0.164), (200, 3.044), (300, 14.761), (400, 24.07)] as [(Int, Double)])
  func delay(milliseconds: Int, impairment: Double) {
    #expect(abs(EModel.delayImpairment(.milliseconds(milliseconds)) - impairment) < 0.005)
  }

  @Test(
    "A rating becomes a mean opinion score as annex B has it",
    arguments: [
      (93.2, 4.41), (89.56, 4.33), (86.19, 4.23), (77.42, 3.92), (66.13, 3.41), (42.12, 2.17), (-1, 1), (101, 4.5),
    ])
  func scores(r: Double, score: Double) {
    #expect(abs(EModel.meanOpinionScore(r) - score) < 0.01)
  }

  @Test(
    "Loss lowers the score of Opus at 28 kbit/s as published factors say",
    arguments: [(0, 4.27), (0.01, 4.06), (0.02, 3.84), (0.05, 3.25)])
  func opus(loss: Double, score: Double) {
    let model = EModel(buffer: .zero)
    #expect(abs(model.rating(networkDelay: .zero, concealed: loss).meanOpinionScore - score) < 0.01)
  }

  @Test("Bursts are worse than random losses, and a long delay worse than a short one")
  func order() {
    let model = EModel()
    let random = model.rating(networkDelay: .milliseconds(20), concealed: 0.05).r
    #expect(model.rating(networkDelay: .milliseconds(20), concealed: 0.05, burstRatio: 2).r < random)
    #expect(model.rating(networkDelay: .milliseconds(200), concealed: 0.05).r < random)
    #expect(model.rating(networkDelay: .seconds(10), concealed: 1).r >= 0)
  }
}
