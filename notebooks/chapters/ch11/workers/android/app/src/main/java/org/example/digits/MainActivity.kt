package org.example.digits

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.os.Bundle
import android.widget.TextView
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import java.nio.ByteBuffer

const val MODEL = "digits.tflite"  // in app/src/main/assets
val SHAPE = intArrayOf(1, 8, 8, 1)  // batch, height, width, channel

class MainActivity : Activity() {
    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        val drawing = Bitmap.createBitmap(SHAPE[2], SHAPE[1], Bitmap.Config.ARGB_8888)
        val canvas = Canvas(drawing)
        canvas.drawColor(Color.WHITE)  // without paper every pixel is transparent black
        // ... what the user draws, in black, made 8 by 8 as lesson 11c makes it
        val view = TextView(this)
        view.text = "This is a ${digit(drawing)}."
        setContentView(view)
    }

    private fun digit(drawing: Bitmap): Int {
        val buffer = ByteBuffer.allocate(drawing.rowBytes * drawing.height)
        drawing.copyPixelsToBuffer(buffer)  // ARGB_8888 lies in memory as R, G, B, A
        val scores = scores(Pixels.ink(buffer.array(), drawing.rowBytes))
        return scores.indices.maxBy { scores[it] }
    }

    private fun scores(ink: FloatArray): FloatArray {
        require(ink.size == SHAPE.fold(1) { all, axis -> all * axis })  // LiteRT does not ask
        val model = CompiledModel.create(assets, MODEL, CompiledModel.Options(Accelerator.CPU), null)
        val inputs = model.createInputBuffers()
        val outputs = model.createOutputBuffers()
        inputs[0].writeFloat(ink)
        model.run(inputs, outputs)
        return outputs[0].readFloat().also { model.close() }
    }
}
