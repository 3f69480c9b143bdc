package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.Embedding;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Point;
import io.selfcascade.diffusion.graph.Tokens;
import io.selfcascade.diffusion.graph.Variant;

/** What every block of a UNet sees besides its map. */
record Conditioning(Embedding embedding, Tokens context, Variant variant) {

    FeatureMap hooked(Point point, FeatureMap h) {
        return variant.hook().at(point, h, embedding);
    }
}
