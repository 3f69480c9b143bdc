package io.selfcascade.platform.settings;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/** Refuses to offer the API, which asks nobody for a password, beyond this machine by accident. */
class ClosedNetwork implements EnvironmentPostProcessor, Ordered {

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 3;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        String address = environment.getProperty("server.address", "");
        boolean serves = !"none".equalsIgnoreCase(environment.getProperty("spring.main.web-application-type", ""));
        if (serves && !isLoopback(address)
                && !environment.getProperty("selfcascade.network.open", Boolean.class, false)) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Cannot listen on server.address: "
                    + (address.isEmpty() ? "all addresses" : address) + " (the API has no login: put a proxy that has "
                    + "one before it and set selfcascade.network.open=true, or listen on 127.0.0.1)");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return !address.isEmpty() && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
