// One app, one module. Versions as of November 2026.
pluginManagement {
    repositories {
        google()
        mavenCentral()
    }
    plugins { id("com.android.application") version "9.0.0" }  // it brings Kotlin along
}
dependencyResolutionManagement {
    repositories {
        google()
        mavenCentral()
    }
}
rootProject.name = "Digits"
include(":app")
