package io.selfcascade.spec;

/**
 * Where a model runs. The code has no other branch between CPU and GPU than this value.
 *
 * @param kind processor kind
 * @param index which one of its kind, from 0
 */
public record Device(Kind kind, int index) {

    public static final Device CPU = new Device(Kind.CPU, 0);

    /** Kinds of processors a model can run on. */
    public enum Kind {
        CPU,
        CUDA
    }
}
