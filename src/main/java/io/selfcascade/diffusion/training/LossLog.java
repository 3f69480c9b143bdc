package io.selfcascade.diffusion.training;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The losses of a training as a CSV file that grows, and as a curve in PNG. A resumed training continues both. */
final class LossLog {

    private static final double SMOOTHING = 0.98;

    private final Path csv;
    private final Path chart;
    private final List<Double> steps = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> smooth = new ArrayList<>();
    private double sum;

    /**
     * Opens the log of a folder.
     *
     * @param lastStep losses of later steps are dropped: a resumed training repeats them
     */
    LossLog(Path folder, long lastStep) {
        this.csv = folder.resolve("loss.csv");
        this.chart = folder.resolve("loss.png");
        try {
            List<String> kept = new ArrayList<>();
            for (String line : Files.exists(csv) ? Files.readAllLines(csv) : List.<String>of()) {
                String[] cells = line.split(",");
                if (Long.parseLong(cells[0]) <= lastStep) {
                    kept.add(line);
                    remember(Double.parseDouble(cells[0]), Double.parseDouble(cells[1]));
                }
            }
            Files.write(csv, kept);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot open loss log: " + csv, e);
        }
    }

    void add(long step, double loss, double learningRate) {
        remember(step, loss);
        try {
            Files.writeString(csv, String.format(Locale.ROOT, "%d,%.6f,%.3g%n", step, loss, learningRate),
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot append to loss log: " + csv, e);
        }
    }

    /** The loss, smoothed exponentially; NaN before the first step. */
    double smoothed() {
        return smooth.isEmpty() ? Double.NaN : smooth.get(smooth.size() - 1);
    }

    /** Writes the curve: every loss as a faint line, the smoothed one over it. */
    void draw() {
        if (steps.size() < 2) {
            return;
        }
        XYChart curve = new XYChartBuilder().width(900).height(500).xAxisTitle("step").yAxisTitle("loss").build();
        curve.getStyler().setYAxisMin(0.0).setLegendVisible(false);
        line(curve.addSeries("loss", steps, losses), new Color(180, 200, 230));
        line(curve.addSeries("smoothed", steps, smooth), new Color(20, 60, 140));
        try {
            BitmapEncoder.saveBitmap(curve, chart.toString(), BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write loss curve: " + chart, e);
        }
    }

    private static void line(XYSeries series, Color colour) {
        series.setMarker(SeriesMarkers.NONE).setLineColor(colour);
    }

    private void remember(double step, double loss) {
        steps.add(step);
        losses.add(loss);
        sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
        // Corrected for the missing past, so that the first steps are not drawn towards zero.
        smooth.add(sum / (1 - Math.pow(SMOOTHING, losses.size())));
    }
}
