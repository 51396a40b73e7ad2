extension UInt8 {
  var isLetter: Bool {
    let low = self | 0x20
    return low >= UInt8(ascii: "a") && low <= UInt8(ascii: "z")
  }
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0d) }
  var lowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
}
