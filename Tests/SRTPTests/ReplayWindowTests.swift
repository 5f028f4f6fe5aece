import Testing

@testable import SRTP

@Suite struct ReplayWindowTests {
  @Test("The index is the one nearest to the highest, over roll-overs both ways")
  func estimate() {
    var window = ReplayWindow()
    #expect(window.estimate(65535) == 65535)
    window.use(65535)
    #expect(window.estimate(0) == 65536)
    #expect(window.estimate(32766) == 65536 + 32766)
    #expect(window.estimate(32767) == 32767)
    window.use(65536)
    #expect(window.estimate(65535) == 65535)
    var young = ReplayWindow()
    young.use(2)
    #expect(young.estimate(65535) == -1)
    #expect(!young.isFresh(-1))
  }

  @Test("Every index is fresh once, whatever the order", arguments: [1, 5, 97, 700, 1023])
  func once(_ stride: Int) {
    var window = ReplayWindow()
    var used: Set<Int64> = []
    for step in 0..<4000 {
      // To and fro, going forward by one in two steps on average.
      let index = Int64(step / 2 + (step % 2 == 0 ? 0 : step * stride % 500))
      let isInside = window.highest - index < ReplayWindow.width
      #expect(window.isFresh(index) == (isInside && !used.contains(index)))
      if window.isFresh(index) {
        window.use(index)
        used.insert(index)
      }
    }
  }

  @Test("A jump of a window or more forgets, and refuses, what is behind")
  func jump() {
    for jump in [Int64(1023), 1024, 1025, 70000] {
      var window = ReplayWindow()
      window.use(10)
      window.use(10 + jump)
      #expect(!window.isFresh(10))
      #expect(!window.isFresh(10 + jump))
      #expect(window.isFresh(9 + jump))
      #expect(window.isFresh(10 + jump - 1023) == (jump != 1023))
      #expect(!window.isFresh(10 + jump - 1024))
    }
  }
}
