plugins { id("com.android.application") }

android {
    namespace = "org.example.digits"
    compileSdk = 36
    defaultConfig {
        applicationId = "org.example.digits"
        minSdk = 23  // LiteRT 2.1 and later want it
        targetSdk = 36
        versionCode = 1
        versionName = "1"
    }
    androidResources { noCompress += "tflite" }  // so that the file can be mapped into memory as it lies
}

dependencies { implementation("com.google.ai.edge.litert:litert:2.3.2") }
