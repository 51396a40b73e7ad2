/// Base-2 logarithm of a positive number, without a C library: the exponent of the floating-point
/// number and a series for its significand, exact to about 1e-12.
func log2(_ value: Double) -> Double {
  guard value > 0 else { return -.infinity }
  var significand = value.significand
  var exponent = Double(value.exponent)
  if significand > 1.414_213_562_373_095_1 {
    significand /= 2
    exponent += 1
  }
  let ratio = (significand - 1) / (significand + 1)
  let square = ratio * ratio
  var term = ratio
  var sum = 0.0
  for odd in stride(from: 1.0, through: 25, by: 2) {
    sum += term / odd
    term *= square
  }
  return exponent + 2 * sum / 0.693_147_180_559_945_3
}
