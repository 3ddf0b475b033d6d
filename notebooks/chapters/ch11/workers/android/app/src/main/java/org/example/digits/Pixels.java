package org.example.digits;

/** From a bitmap's bytes to the numbers on which the model was trained: the same steps as `pixels` in lesson 11d. */
final class Pixels {
    static final int SIDE = 8;
    static final int WHITE = 255;

    /** RGBA bytes whose rows lie `stride` bytes apart, as ink: 0 for paper, 1 for black, row after row. */
    static float[] ink(byte[] buffer, int stride) {
        float[] ink = new float[SIDE * SIDE];
        for (int row = 0; row < SIDE; row++) {
            for (int column = 0; column < SIDE; column++) {
                int at = row * stride + 4 * column;
                int sum = 0;
                for (int color = 0; color < 3; color++) {
                    sum += buffer[at + color] & 0xFF;  // Java's bytes go from -128 to 127
                }
                ink[row * SIDE + column] = 1 - sum / (3f * WHITE);
            }
        }
        return ink;
    }
}
