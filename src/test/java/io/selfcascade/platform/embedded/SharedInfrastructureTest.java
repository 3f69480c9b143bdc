package io.selfcascade.platform.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;

/** The suite stays quick however it grows: one PostgreSQL, one broker, three Spring contexts. */
class SharedInfrastructureTest {

    private static final JavaClasses TESTS =
            new ClassFileImporter().withImportOption(new ImportOption.OnlyIncludeTests()).importPackages("io.selfcascade");

    @Test
    void onlyTestsOfTheServersThemselvesStartServersOfTheirOwn() {
        // Benchmarks and the run of faults are no part of the suite, and have processes of their own.
        noClasses().that().resideOutsideOfPackages("io.selfcascade.bench..", "io.selfcascade.faults..")
                .and().doNotBelongToAnyOf(
                        SharedInfrastructure.class, EmbeddedServersTest.class, OneCommandTest.class, BrokerProcess.class)
                .should().callMethod(EmbeddedKafkaBroker.class, "start", Path.class, int.class)
                .orShould().callMethod(EmbeddedPostgresServer.class, "start", Path.class, int.class)
                .orShould().callMethod(EmbeddedInfrastructure.class, "start", Path.class)
                .check(TESTS);
    }

    @Test
    void testsShareThreeContexts() {
        assertThat(TESTS).filteredOn(type -> type.isAnnotatedWith(SpringBootTest.class)
                        || type.isAnnotatedWith(ContextConfiguration.class))
                .extracting(JavaClass::getSimpleName)
                .containsExactlyInAnyOrder("PlatformTest", "CascadeRoadTest", "IntakeTest");
    }

    @Test
    void onlyTheTestOfRolesStartsAnApplicationThatNobodyShares() {
        noClasses().that().doNotHaveSimpleName("RoleTest").and().doNotBelongToAnyOf(SharedInfrastructureTest.class)
                .should().dependOnClassesThat().areAssignableTo(SpringApplicationBuilder.class)
                .check(TESTS);
    }
}
