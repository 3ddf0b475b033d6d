// swift-tools-version:5.9
// In Xcode: a new app, this folder added to it as a local package, and DigitView() as its content.
import PackageDescription

let package = Package(
    name: "Digits",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "Digits", targets: ["Digits"])],
    dependencies: [
        .package(url: "https://github.com/pytorch/executorch.git", branch: "swiftpm-1.5.1")
    ],
    targets: [
        .target(
            name: "Digits",
            dependencies: [
                .product(name: "executorch", package: "executorch"),
                .product(name: "backend_xnnpack", package: "executorch"),
            ],
            resources: [.copy("digits.pte")],
            linkerSettings: [
                .unsafeFlags(["-Wl,-all_load"])  // else the linker leaves out the backend: nobody names it
            ]
        )
    ]
)
