package io.selfcascade.platform.admin;

import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Says whose API it is that {@code /v3/api-docs} describes. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
class OpenApiConfiguration {

    @Bean
    OpenAPI description() {
        return new OpenAPI().info(new Info()
                .title("Selfcascade")
                .version("v1")
                .description("High-resolution images from low-resolution diffusion models, as a durable batch platform."));
    }
}
