extension KnownServer {
    /// Balancers, and what stands on the path and forgets connections.
    static let path: [KnownServer] = [
        KnownServer(
            name: "AWS Application Load Balancer", window: 60_000...60_100, closing: .finMaybeAlert,
            advertising: .never,
            setting: "attribute idle_timeout.timeout_seconds",
            example: "--attributes Key=idle_timeout.timeout_seconds,Value={s}",
            symptom: "502, target_status_code - in its log",
            source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-ba"),
        KnownServer(
            name: "AWS Classic Load Balancer", window: 60_000...60_100, closing: .finMaybeAlert, advertising: .never,
            setting: "IdleTimeout",
            example: "--load-balancer-attributes ConnectionSettings={IdleTimeout={s}}",
            symptom: "502 / 504",
            source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-time"),
        KnownServer(
            name: "Google Cloud load balancer", window: 610_000...611_000, closing: .finMaybeAlert, advertising: .never,
            setting: "target proxy httpKeepAliveTimeoutSec",
            example: "gcloud compute target-http-proxies update P --http-keep-alive-timeout-sec={s} --global",
            symptom: "reset at the client",
            source: "https://docs.cloud.google.com/load-balancing/docs/https/request-distribution"),
        KnownServer(
            name: "Cloudflare", window: 400_000...401_000, closing: .finMaybeAlert, advertising: .never,
            setting: "not configurable",
            example: "raise nothing: close idle connections sooner at the client",
            symptom: "client reset",
            source: "cloudflare/cloudflare-docs .../connection-limits.mdx commit 0010e3da"),
        KnownServer(
            name: "Envoy, Istio gateway", window: 3_600_000...3_600_100, closing: .finMaybeAlert, advertising: .never,
            setting: "common_http_protocol_options: { idle_timeout: ... } in the HttpConnectionManager",
            example: "common_http_protocol_options: { idle_timeout: {s}s }",
            symptom: "reset at the client",
            source: "envoyproxy/envoy docs/root/faq/configuration/timeouts.rst commit 073db228"),
        KnownServer(
            name: "AWS Network Load Balancer", window: 350_000...350_000, closing: .silence, advertising: .never,
            setting: "listener attribute tcp.idle_timeout.seconds",
            example: "--attributes Key=tcp.idle_timeout.seconds,Value={s}",
            symptom: "ECONNRESET on first write after > 350 s idle",
            source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-time"),
        KnownServer(
            name: "AWS Network Firewall", window: 350_000...350_000, closing: .silence, advertising: .never,
            setting: "FlowTimeouts.TcpIdleTimeoutSeconds",
            example: "FlowTimeouts={TcpIdleTimeoutSeconds={s}}",
            symptom: "retransmissions then client timeout",
            source: "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FlowTimeout"),
        KnownServer(
            name: "AWS NAT gateway", window: 350_000...350_000, closing: .silence, advertising: .never,
            setting: "none; TCP keep-alive below 350 s",
            example: "sysctl -w net.ipv4.tcp_keepalive_time=300",
            symptom: "Connection reset by peer after > 350 s idle",
            source: "https://github.com/openresty/lua-resty-core/issues/65 (reports about 5 minutes)",
            isVerified: false),
        KnownServer(
            name: "Azure Load Balancer", window: 240_000...240_000, closing: .silence, advertising: .never,
            setting: "idleTimeoutInMinutes, enableTcpReset",
            example: "az network lb rule update -g RG --lb-name LB -n RULE --idle-timeout 15 --enable-tcp-reset true",
            symptom: "request hangs until the client times out or retransmissions fail",
            source: "https://github.com/Microsoft/azure-docs/blob/master/articles/load-balancer/load-"),
        KnownServer(
            name: "Google Cloud VPC firewall", window: 600_000...600_000, closing: .silence, advertising: .never,
            setting: "none; TCP keep-alive below 600 s",
            example: "sysctl -w net.ipv4.tcp_keepalive_time=60",
            symptom: "hang",
            source: "recalled, not confirmed",
            isVerified: false),
        KnownServer(
            name: "IPVS (kube-proxy in ipvs mode)", window: 900_000...900_000, closing: .silence, advertising: .never,
            setting: "ipvsadm --set; kube-proxy: ipvs.tcpTimeout",
            example: "ipvsadm --set {s} 120 300",
            symptom: "ECONNRESET after > 15 min idle",
            source: "not looked up"),
        KnownServer(
            name: "Cilium", window: 8_000_000...8_000_000, closing: .silence, advertising: .never,
            setting: "bpf-ct-timeout-regular-tcp",
            example: "cilium config set bpf-ct-timeout-regular-tcp {s}s",
            symptom: "drop or re-balanced flow",
            source: "not looked up"),
        KnownServer(
            name: "kube-proxy conntrack", window: 86_400_000...86_400_000, closing: .silence, advertising: .never,
            setting: "conntrack.tcpEstablishedTimeout",
            example: "conntrack: { tcpEstablishedTimeout: {s}s }",
            symptom: "hang or RST after long idle",
            source: "not looked up"),
        KnownServer(
            name: "Linux conntrack", window: 432_000_000...432_000_000, closing: .silence, advertising: .never,
            setting: "sysctl net.netfilter.nf_conntrack_tcp_timeout_established",
            example: "sysctl -w net.netfilter.nf_conntrack_tcp_timeout_established={s}",
            symptom: "hang or RST after long idle",
            source: "torvalds/linux Documentation/networking/nf_conntrack-sysctl.rst commit 2c55d703"),
    ]
}
