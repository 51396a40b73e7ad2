import NIOCore

/// Which addresses of the network may be called for users: public ones. Refused are private,
/// loopback, link-local, shared, documentation, multicast and reserved ranges (IANA's
/// special-purpose registries, RFC 6890), and IPv6 forms that carry such an IPv4 address.
enum AddressRule {
  static func allows(_ address: SocketAddress) -> Bool {
    switch address {
    case .v4: allows(v4: bytes(of: address, at: 4, count: 4))
    case .v6: allows(v6: bytes(of: address, at: 8, count: 16))
    case .unixDomainSocket: false
    }
  }

  /// Of `sockaddr_in` and `sockaddr_in6`, whose layout is that of the system's interface.
  private static func bytes(of address: SocketAddress, at offset: Int, count: Int) -> [UInt8] {
    address.withSockAddr { pointer, size in
      Array(UnsafeRawBufferPointer(start: pointer, count: size)[offset..<offset + count])
    }
  }

  private static let refusedV4: [(base: [UInt8], bits: Int)] = [
    ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16), ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24), ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24), ([224, 0, 0, 0], 3),
  ]

  private static func allows(v4 bytes: [UInt8]) -> Bool {
    !refusedV4.contains { matches(bytes, $0.base, $0.bits) }
  }

  private static func allows(v6 bytes: [UInt8]) -> Bool {
    // ::ffff:a.b.c.d and 64:ff9b::a.b.c.d
    if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
      return allows(v4: Array(bytes[12...]))
    }
    if matches(bytes, [0x00, 0x64, 0xff, 0x9b] + Array(repeating: 0, count: 8), 96) {
      return allows(v4: Array(bytes[12...]))
    }
    // Only what is given out as global unicast, without tunnels, documentation and benchmarks.
    guard matches(bytes, [0x20, 0x00], 3) else { return false }
    if matches(bytes, [0x20, 0x02], 16) { return allows(v4: Array(bytes[2..<6])) }
    return !matches(bytes, [0x20, 0x01, 0x00, 0x00], 23)
      && !matches(bytes, [0x20, 0x01, 0x0d, 0xb8], 32)
      && !matches(bytes, [0x3f, 0xff, 0x00], 20)
  }

  private static func matches(_ bytes: [UInt8], _ base: [UInt8], _ bits: Int) -> Bool {
    for place in 0..<bits {
      let mask: UInt8 = 0x80 >> UInt8(place % 8)
      let wanted = place / 8 < base.count ? base[place / 8] : 0
      if bytes[place / 8] & mask != wanted & mask { return false }
    }
    return true
  }
}
