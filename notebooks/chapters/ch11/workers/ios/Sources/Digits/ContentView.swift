import CoreGraphics
import ExecuTorch
import SwiftUI

let model = "digits.pte"  // beside this file, copied into the app by Package.swift
let shape = [1, 1, 8, 8]  // batch, channel, height, width

public struct DigitView: View {
    @State private var answer = "Draw a digit."

    public init() {}

    public var body: some View {
        Text(answer).task {
            do {
                answer = "This is a \(try digit(drawing()))."
            } catch {
                answer = "It does not work: \(error)"
            }
        }
    }
}

/// White paper, 8 by 8. Core Graphics may put gaps between rows: ask for bytesPerRow, never compute it.
func drawing() -> CGContext {
    let context = CGContext(
        data: nil, width: shape[3], height: shape[2], bitsPerComponent: 8, bytesPerRow: 0,
        space: CGColorSpace(name: CGColorSpace.sRGB)!,
        bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)!
    context.setFillColor(gray: 1, alpha: 1)
    context.fill(CGRect(x: 0, y: 0, width: shape[3], height: shape[2]))
    // ... what the user draws, in black, made 8 by 8 as lesson 11c makes it
    return context
}

func digit(_ context: CGContext) throws -> Int {
    let count = context.bytesPerRow * context.height
    let bytes = UnsafeRawBufferPointer(start: context.data, count: count)
    let scores = try scores(ink([UInt8](bytes), stride: context.bytesPerRow))
    return scores.indices.max { scores[$0] < scores[$1] }!
}

func scores(_ ink: [Float]) throws -> [Float] {
    let path = Bundle.module.path(forResource: model, ofType: nil)!
    let module = Module(filePath: path)
    let output = try Tensor<Float>(module.forward(Tensor<Float>(ink, shape: shape)))
    return output.scalars()
}
