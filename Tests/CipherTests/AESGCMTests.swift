import Testing

@testable import Cipher

@Suite struct AESGCMTests {
  struct Vector: Sendable {
    var name: String
    var key: String
    var nonce: String
    var header: String
    var plaintext: String
    var sealed: String
  }

  /// Test cases 1, 2, 4 and 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
  static let vectors = [
    Vector(
      name: "nothing", key: "00000000000000000000000000000000", nonce: "000000000000000000000000", header: "",
      plaintext: "", sealed: "58e2fccefa7e3061367f1d57a4e7455a"),
    Vector(
      name: "one block", key: "00000000000000000000000000000000", nonce: "000000000000000000000000", header: "",
      plaintext: "00000000000000000000000000000000",
      sealed: "0388dace60b6a392f328c2b971b2fe78 ab6e47d42cec13bdf53a67b21257bddf"),
    Vector(
      name: "AES-128 with header", key: "feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
      header: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      plaintext: """
        d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
        """,
      sealed: """
        42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
        21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091
        5bc94fbc3221a5db94fae95ae7121a47
        """),
    Vector(
      name: "AES-256 with header", key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      nonce: "cafebabefacedbaddecaf888", header: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      plaintext: """
        d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
        """,
      sealed: """
        522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
        8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
        76fc6ece0f4e1768cddf8853bb2d551b
        """),
  ]

  @Test("Known answers come out both ways", arguments: vectors)
  func knownAnswer(_ vector: Vector) {
    let key = hex(vector.key)
    let sealer = AESGCM.Sealer(key: key.span.bytes)
    let opener = AESGCM.Opener(key: key.span.bytes)
    let nonceBytes = hex(vector.nonce)
    let nonce = AESGCM.Nonce { nonceBytes[$0] }
    let header = hex(vector.header)
    let plaintext = hex(vector.plaintext)
    for _ in 0..<2 {  // A context can be used again.
      var sealed = [UInt8](repeating: 0, count: plaintext.count + 2 + AESGCM.tagByteCount)
      var sealedSpan = sealed.mutableSpan
      var output = sealedSpan.mutableBytes
      let cut = min(plaintext.count, 17)
      sealer.seal(
        plaintext.span.bytes.extracting(0..<cut), plaintext.span.bytes.extracting(cut..<plaintext.count), nonce: nonce,
        authenticating: header.span.bytes, into: &output, at: 2)
      #expect(Array(sealed.dropFirst(2)) == hex(vector.sealed))
      var opened = [UInt8](repeating: 0, count: plaintext.count)
      var openedSpan = opened.mutableSpan
      var clear = openedSpan.mutableBytes
      let authentic = opener.open(
        sealed.span.bytes.extracting(2..<sealed.count), nonce: nonce, authenticating: header.span.bytes, into: &clear,
        at: 0)
      #expect(authentic)
      #expect(opened == plaintext)
    }
  }

  @Test("A changed ciphertext, tag or header, a cut message and a wrong nonce are refused, and the next one is read")
  func forgeries() {
    let vector = Self.vectors[2]
    let key = hex(vector.key)
    let opener = AESGCM.Opener(key: key.span.bytes)
    let nonceBytes = hex(vector.nonce)
    let nonce = AESGCM.Nonce { nonceBytes[$0] }
    let sealed = hex(vector.sealed)
    let header = hex(vector.header)

    func opens(_ sealed: [UInt8], _ header: [UInt8], _ nonce: AESGCM.Nonce) -> Bool {
      var clear = [UInt8](repeating: 0, count: 64)
      var clearSpan = clear.mutableSpan
      var output = clearSpan.mutableBytes
      return opener.open(
        sealed.span.bytes, nonce: nonce, authenticating: header.span.bytes, into: &output, at: 0)
    }
    func changed(_ bytes: [UInt8], at index: Int) -> [UInt8] {
      var copy = bytes
      copy[index] ^= 1
      return copy
    }
    var otherNonce = nonce
    otherNonce[11] ^= 1
    #expect(!opens(changed(sealed, at: 0), header, nonce))
    #expect(!opens(changed(sealed, at: sealed.count - 1), header, nonce))
    #expect(!opens(sealed, changed(header, at: 3), nonce))
    #expect(!opens(Array(sealed.dropLast()), header, nonce))
    #expect(!opens(Array(sealed.prefix(15)), header, nonce))
    #expect(!opens(sealed, header, otherNonce))
    #expect(opens(sealed, header, nonce))
  }
}
