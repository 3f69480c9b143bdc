package io.selfcascade.platform.worker;

import com.sun.management.OperatingSystemMXBean;
import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ModelRef;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** The registered models, run by the diffusion runtime on this machine's device. */
final class DiffusionEngines implements EngineSource {

    private final ModelRegistry models;
    private final ModelFolders folders;
    private final Device device;
    private final int threads;
    private final long maxPixels;

    /** @param threads of a native call on the processor */
    DiffusionEngines(ModelRegistry models, ModelFolders folders, Device device, int threads, long maxPixels) {
        this.models = models;
        this.folders = folders;
        this.device = device;
        this.threads = threads;
        this.maxPixels = maxPixels;
    }

    /** Memory is the machine's for a CPU and 0, unknown, for any other device. */
    @Override
    public DeviceFacts device() {
        boolean isCpu = device.kind() == Device.Kind.CPU;
        long memory = isCpu && ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize() : 0;
        String name = isCpu ? System.getProperty("os.arch") + ", " + threads + " threads" : "cuda:" + device.index();
        return new DeviceFacts(device.kind().name().toLowerCase(Locale.ROOT), name, memory, maxPixels);
    }

    @Override
    public List<String> models() {
        return List.copyOf(models.ids());
    }

    @Override
    public boolean has(ModelRef model) {
        return models.find(model.id()).map(ModelRegistration::ref).filter(model::equals).isPresent();
    }

    @Override
    public StageEngine open(ModelRef model) {
        ModelRegistration registration = models.find(model.id()).filter(found -> found.ref().equals(model))
                .orElseThrow(() -> new CascadeException(ErrorCode.MODEL_UNAVAILABLE, "Cannot load model " + model.id()
                        + ": no such model with sha256 " + model.sha256() + " (compare config/models)"));
        return new DiffusionStageEngine(CascadeEngine.load(folders.require(registration), device, threads));
    }
}
