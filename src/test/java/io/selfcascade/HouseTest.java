package io.selfcascade;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The house rules of docs/map.md, run as tests. */
class HouseTest {

    private static final Path SOURCES = Path.of("src/main/java/io/selfcascade");
    private static final JavaClasses CLASSES =
            new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.selfcascade");

    @Test
    void modulesUseOnlyWhatTheyDeclare() {
        System.setProperty("spring.modulith.detection-strategy", "explicitly-annotated");

        ApplicationModules.of(SelfcascadeApplication.class).verify();
    }

    @Test
    void hasNoCyclesAtAnyLevel() {
        check(slices().matching("io.selfcascade.(**)").should().beFreeOfCycles().allowEmptyShould(true));
        check(slices().matching("io.selfcascade.(*)..").should().beFreeOfCycles().allowEmptyShould(true));
    }

    @Test
    void theSpecImportsNothingButJava() {
        check(classes().that().resideInAPackage("io.selfcascade.spec..").should().onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "org.springframework.modulith", "io.selfcascade.spec.."));
    }

    @Test
    void diffusionKnowsNoPlatformAndOnlyDiffusionKnowsDjl() {
        check(noClasses().that().resideInAPackage("io.selfcascade.diffusion..").should().dependOnClassesThat(
                resideInAPackage("org.springframework..").and(resideOutsideOfPackage(
                        "org.springframework.modulith..")).or(resideInAPackage("org.apache.kafka.."))
                        .or(resideInAPackage("java.sql.."))));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.diffusion..")
                .should().dependOnClassesThat().resideInAPackage("ai.djl.."));
        check(noClasses().that().resideInAPackage("io.selfcascade.platform..")
                .and().resideOutsideOfPackage("io.selfcascade.platform.worker..")
                .should().dependOnClassesThat().resideInAPackage("io.selfcascade.diffusion.."));
    }

    @Test
    void commandsKnowNoSpring() {
        check(noClasses().that().resideInAPackage("io.selfcascade.cli..").should().dependOnClassesThat(
                resideInAPackage("org.springframework..").and(resideOutsideOfPackage("org.springframework.modulith.."))));
    }

    @Test
    void librariesStayInTheirRooms() {
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.platform.batch..")
                .should().dependOnClassesThat().resideInAPackage("org.springframework.batch.."));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.platform.admin..")
                .should().dependOnClassesThat().resideInAPackage("org.springframework.web.."));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.platform.embedded..")
                .should().dependOnClassesThat().resideInAnyPackage("kafka.server..", "io.zonky.."));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.platform.artifact.s3..")
                .should().dependOnClassesThat().resideInAPackage("software.amazon.."));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.platform.webhook..")
                .should().dependOnClassesThat().resideInAPackage("org.apache.hc.."));
    }

    @Test
    void clocksAreInjectedAndFailuresHaveCodes() {
        check(noClasses().should().callMethod(Instant.class, "now"));
        check(noClasses().should().callMethod(System.class, "currentTimeMillis"));
        check(noClasses().that().doNotHaveSimpleName("SelfcascadeApplication").and().haveSimpleNameNotEndingWith(
                "Configuration").should().callMethod(Clock.class, "systemUTC"));
        check(noClasses().that().doNotHaveSimpleName("CascadeException")
                .should().callConstructor(RuntimeException.class, String.class));
        check(noClasses().that().doNotHaveSimpleName("CascadeException")
                .should().callConstructor(RuntimeException.class, String.class, Throwable.class));
        check(noClasses().that().resideOutsideOfPackage("io.selfcascade.cli..").should().accessField(System.class, "out"));
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        List<Path> silent;
        try (Stream<Path> tree = Files.walk(SOURCES)) {
            silent = tree.filter(HouseTest::holdsClasses).filter(HouseTest::isSilent).toList();
        }

        assertThat(silent).isEmpty();
    }

    @Test
    void filesStayShort() throws IOException {
        try (Stream<Path> tree = Files.walk(SOURCES)) {
            assertThat(tree.filter(Files::isRegularFile).filter(file -> lines(file) > 350)).isEmpty();
        }
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static boolean holdsClasses(Path folder) {
        try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSilent(Path folder) {
        try {
            Path info = folder.resolve("package-info.java");
            return !Files.exists(info) || !Files.readString(info).contains("@NullMarked");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
