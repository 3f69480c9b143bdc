package io.selfcascade.platform.batch;

import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.dispatch.ItemSpec;
import io.selfcascade.platform.dispatch.NewItem;
import io.selfcascade.platform.dispatch.message.TaskMessage.Input;
import io.selfcascade.platform.intake.AcceptedItem;
import io.selfcascade.platform.intake.FilePurpose;
import io.selfcascade.platform.intake.FileUploads;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.ItemParser;
import io.selfcascade.platform.intake.ParsedItem;
import io.selfcascade.platform.intake.RawItem;
import io.selfcascade.platform.intake.RefusedItem;
import io.selfcascade.platform.intake.Workload;
import io.selfcascade.spec.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ItemProcessor;

/** Turns a line into an item, good or refused. It never throws for what a line says: the other lines go on. */
class ItemLineProcessor implements ItemProcessor<RawItem, NewItem> {

    private final Workload workload;
    private final ItemParser parser;
    private final FileUploads uploads;

    ItemLineProcessor(Workload workload, ItemParser parser, FileUploads uploads) {
        this.workload = workload;
        this.parser = parser;
        this.uploads = uploads;
    }

    @Override
    public NewItem process(RawItem line) {
        ParsedItem parsed = parser.parse(workload.seed(), line);
        if (parsed instanceof RefusedItem refused) {
            return NewItem.refused(refused.ordinal(), refused.customId(), ErrorCode.INVALID_REQUEST, refused.detail());
        }
        AcceptedItem item = (AcceptedItem) parsed;
        try {
            ItemSpec spec = new ItemSpec(item.prompt(), item.negativePrompt(), picture(item.initImage()));
            return NewItem.accepted(item.ordinal(), item.customId(), item.seed(), spec);
        } catch (InvalidRequestException e) {
            return NewItem.refused(
                    item.ordinal(), item.customId(), e.code(), "Line " + item.line() + ": " + e.getMessage());
        }
    }

    private @Nullable Input picture(@Nullable String reference) {
        if (reference == null) {
            return null;
        }
        StoredArtifact file = uploads.resolve(reference, FilePurpose.INIT_IMAGE, "/init_image");
        return new Input(file.key(), file.sha256(), file.bytes());
    }
}
