# The jar on a plain Java runtime. Build the jar first: ./mvnw -B package -DskipTests && docker build -t selfcascade .
FROM eclipse-temurin:17-jre

# PyTorch's CPU library wants OpenMP; everything else is in the jar.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*

# An ordinary user: PostgreSQL refuses root, and nothing here needs it.
RUN useradd --create-home --uid 10001 selfcascade \
    && mkdir -p /selfcascade/var \
    && chown -R selfcascade /selfcascade
USER selfcascade
WORKDIR /selfcascade
VOLUME /selfcascade/var

COPY --chown=selfcascade target/selfcascade.jar selfcascade.jar

# One process per container; memory beyond the heap belongs to PyTorch.
ENV JAVA_TOOL_OPTIONS="-Xmx2g -XX:+ExitOnOutOfMemoryError"
EXPOSE 8080
ENTRYPOINT ["java", "-jar", "selfcascade.jar"]
