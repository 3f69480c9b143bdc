package io.selfcascade.diffusion.graph;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The file format of TorchScript modules: a zip of stored entries holding the source and, as pickles, an object
 * without attributes and no constants.
 */
final class TorchScriptArchive {

    private static final String CLASS = "Module_";
    private static final String HEADER = "class " + CLASS + "(Module):\n"
            + "  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";

    private TorchScriptArchive() {}

    /** One method of the module; {@code arguments} starts with a comma, {@code body} is indented by four. */
    static String method(String name, String arguments, String returns, String body) {
        return "  def " + name + "(self: __torch__." + CLASS + arguments + ") -> " + returns + ":\n" + body;
    }

    /**
     * Loads a module made of methods, owned by {@code owner}.
     *
     * @throws CascadeException GRAPH_INVALID if libtorch refuses the text
     */
    static PtSymbolBlock load(TensorScope owner, String methods) {
        try {
            ByteArrayInputStream archive = new ByteArrayInputStream(pack(HEADER + methods));
            PtSymbolBlock module = JniUtils.loadModule((PtNDManager) owner.manager(), archive, false, false);
            return owner.own(module);
        } catch (IOException | RuntimeException e) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID, "Cannot load graph: libtorch refuses its text ("
                    + e.getMessage() + ")", e);
        }
    }

    static byte[] pack(String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "m/version", "10\n".getBytes(StandardCharsets.US_ASCII));
            add(zip, "m/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            add(zip, "m/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            add(zip, "m/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            add(zip, "m/data.pkl", object());
        } catch (IOException e) {
            throw new UncheckedIOException("a zip in memory cannot fail", e);
        }
        return bytes.toByteArray();
    }

    // PROTO 2, GLOBAL class, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, MARK, "training", NEWFALSE, SETITEMS, BUILD, STOP.
    private static byte[] object() {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.writeBytes(new byte[] {(byte) 0x80, 2});
        pickle.writeBytes(("c__torch__\n" + CLASS + "\n").getBytes(StandardCharsets.US_ASCII));
        pickle.writeBytes(new byte[] {')', (byte) 0x81, '}', '('});
        byte[] training = "training".getBytes(StandardCharsets.US_ASCII);
        pickle.writeBytes(new byte[] {'X', (byte) training.length, 0, 0, 0});
        pickle.writeBytes(training);
        pickle.writeBytes(new byte[] {(byte) 0x89, 'u', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setTime(0);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
