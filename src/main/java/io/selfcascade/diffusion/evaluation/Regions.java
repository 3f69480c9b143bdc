package io.selfcascade.diffusion.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * The 8-connected regions of a mask.
 *
 * @param pixels per region its pixel indexes (row * width + column), regions in reading order of their first pixel
 */
record Regions(List<int[]> pixels) {

    static Regions of(boolean[] mask, int width, int height) {
        boolean[] open = mask.clone();
        int[] queue = new int[mask.length];
        List<int[]> regions = new ArrayList<>();
        for (int start = 0; start < mask.length; start++) {
            if (open[start]) {
                open[start] = false;
                queue[0] = start;
                int size = flood(open, width, height, queue);
                int[] region = new int[size];
                System.arraycopy(queue, 0, region, 0, size);
                regions.add(region);
            }
        }
        return new Regions(regions);
    }

    private static int flood(boolean[] open, int width, int height, int[] queue) {
        int size = 1;
        for (int head = 0; head < size; head++) {
            int x = queue[head] % width;
            int y = queue[head] / width;
            for (int row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
                for (int column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
                    int next = row * width + column;
                    if (open[next]) {
                        open[next] = false;
                        queue[size++] = next;
                    }
                }
            }
        }
        return size;
    }
}
