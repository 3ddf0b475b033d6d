let side = 8
let white = 255

/// RGBA bytes whose rows lie `stride` bytes apart, as ink: 0 for paper, 1 for black, row after row.
/// The same steps as `pixels` in lesson 11d.
func ink(_ buffer: [UInt8], stride: Int) -> [Float] {
    var ink = [Float](repeating: 0, count: side * side)
    for row in 0..<side {
        for column in 0..<side {
            let at = row * stride + 4 * column
            var sum = 0
            for color in 0..<3 {
                sum += Int(buffer[at + color])
            }
            ink[row * side + column] = 1 - Float(sum) / Float(3 * white)
        }
    }
    return ink
}
