/**
 * The building blocks of diffusers' networks, written against graph.
 *
 * <p>Not here: whole models and their configuration files.
 */
@NullMarked
@ApplicationModule(id = "diffusion.nn", allowedDependencies = {"diffusion.graph", "diffusion.tensor", "spec"})
package io.selfcascade.diffusion.nn;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
