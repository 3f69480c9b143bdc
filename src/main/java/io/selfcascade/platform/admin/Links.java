package io.selfcascade.platform.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Where a client goes next, so that it builds no addresses of its own. */
final class Links {

    private Links() {}

    /** @param hasDrafts whether its items can be promoted */
    static Map<String, String> of(UUID workload, boolean hasDrafts) {
        String self = "/v1/workloads/" + workload;
        Map<String, String> links = new LinkedHashMap<>();
        links.put("self", self);
        for (String part : new String[] {"items", "events", "results.jsonl", "errors.jsonl", "manifest.json", "pause", "resume", "cancel", "retry", "webhook-deliveries"}) {
            links.put(part.replaceAll("\\..*", "").replace('-', '_'), self + "/" + part);
        }
        if (hasDrafts) {
            links.put("promote", self + "/promote");
        }
        return links;
    }

    static String artifact(long id) {
        return "/v1/artifacts/" + id + "/content";
    }

    static String preview(long id) {
        return "/v1/artifacts/" + id + "/preview";
    }
}
