"""Envoy's configuration: one listener on loopback, a cluster for each header value, and its access logs."""

import json

PORT = 10000
# The formats that finrace reads: Envoy's default, Istio's text, and JSON with Istio's names.
LOGS = ["envoy_access_default.log", "envoy_access_istio.log", "envoy_access.json"]
_ISTIO = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% '
    '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n')
_JSON = {
    "start_time": "%START_TIME%", "method": "%REQ(:METHOD)%", "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%", "response_code": "%RESPONSE_CODE%", "response_flags": "%RESPONSE_FLAGS%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%", "duration": "%DURATION%", "request_id": "%REQ(X-REQUEST-ID)%",
    "authority": "%REQ(:AUTHORITY)%", "upstream_host": "%UPSTREAM_HOST%", "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "upstream_local_address": "%UPSTREAM_LOCAL_ADDRESS%",
}


def _file_log(path, more):
    name = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
    return {"name": "envoy.access_loggers.file", "typed_config": {"@type": name, "path": path, **more}}


def _address(host, port):
    return {"socket_address": {"address": host, "port_value": port}}


def configure(stage, target, plan):
    """Writes the configuration and returns its path. `plan`: clusters, and `retry_on` where lost requests are repeated."""
    formats = [{}, {"log_format": {"text_format_source": {"inline_string": _ISTIO}}}, {"log_format": {"json_format": _JSON}}]
    action = {"cluster_header": "x-cluster", "timeout": "8s"}
    if plan.get("retry_on"):
        action["retry_policy"] = {"retry_on": plan["retry_on"], "num_retries": 2}
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "in", "generate_request_id": False, "preserve_external_request_id": True,
        "access_log": [_file_log(stage.path(name), more) for name, more in zip(LOGS, formats)],
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": action}]}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
    }
    # The upstream side as it comes: idle connections are kept for an hour.
    clusters = [{
        "name": f"k{number}", "type": "STATIC", "connect_timeout": "2s",
        "load_assignment": {"cluster_name": f"k{number}", "endpoints": [{"lb_endpoints": [
            {"endpoint": {"address": _address(*target)}}]}]},
    } for number in range(plan["clusters"])]
    listener = {"name": "in", "address": _address("127.0.0.1", PORT), "filter_chains": [{"filters": [
        {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}
    path = stage.path("envoy.json")
    with open(path, "w") as file:
        json.dump({"static_resources": {"listeners": [listener], "clusters": clusters}}, file)
    return path


def is_listening(stage, host):
    return str(PORT) in stage.run(host, "ss", "-ltnH", "sport", "=", f":{PORT}")
