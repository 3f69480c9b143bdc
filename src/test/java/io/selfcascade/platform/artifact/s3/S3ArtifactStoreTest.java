package io.selfcascade.platform.artifact.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.ArtifactStoreContract;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.ErrorCode;
import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** The store against a real S3 server in this process. */
class S3ArtifactStoreTest extends ArtifactStoreContract {

    private static final AtomicInteger BUCKETS = new AtomicInteger();

    private static S3Proxy server;
    private static S3Client client;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Proxy.builder().blobStore(BlobStores.create("transient-nio2", new Properties())).endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "who", "secret").build();
        server.start();
        client = client("http://127.0.0.1:" + server.getPort());
    }

    @AfterAll
    static void stopServer() throws Exception {
        client.close();
        server.stop();
    }

    @Override
    protected ArtifactStore store() {
        return new S3ArtifactStore(client, bucket());
    }

    @Test
    void takesAPutForDoneWhoseAnswerWasLost() {
        String bucket = bucket();
        ArtifactStore store = new S3ArtifactStore(client, bucket);
        StoredArtifact first = store.put("w/a", "pivot".getBytes(UTF_8));

        assertThat(store.put("w/a", "pivot".getBytes(UTF_8))).isEqualTo(first);
        client.putObject(put -> put.bucket(bucket).key("w/b"), RequestBody.fromString("of another program"));

        assertFails(ErrorCode.CONFLICT, () -> store.put("w/b", "of another program".getBytes(UTF_8)));
    }

    @Test
    void saysSoonThatTheStoreDoesNotAnswer() {
        try (S3Client nobody = client("http://127.0.0.1:1")) {
            ArtifactStore store = new S3ArtifactStore(nobody, "nobody");

            assertFails(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, () -> store.put("w/a", new byte[] {1}));
            assertFails(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, () -> store.open("w/a"));
            assertFails(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, () -> store.exists("w/a"));
        }
    }

    @Test
    void saysWhereAPersonFindsThem() {
        assertThat(new S3ArtifactStore(client, "pictures").location("w/0/")).isEqualTo("s3://pictures/w/0/");
    }

    private static String bucket() {
        String bucket = "artifacts-" + BUCKETS.incrementAndGet();
        client.createBucket(create -> create.bucket(bucket));
        return bucket;
    }

    private static S3Client client(String endpoint) {
        return S3Clients.of(new S3Properties("artifacts", "us-east-1", URI.create(endpoint), true, Duration.ofMinutes(1)),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("who", "secret")));
    }
}
