"""Web servers and proxies with a configuration of their own: for each, the command that makes it listen."""

import os

from .site import seconds


def nginx(site):
    server, tls = site.server, ""
    if server.tls:
        key, certificate = site.certificate()
        tls = f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols {server.tls.replace('_', '.')};"
    return ["nginx", "-c", site.write("nginx.conf", f"""
        worker_processes 1; daemon off; pid {site.stage.path('nginx.pid')}; error_log {site.stage.path('nginx.log')};
        user root; events {{ worker_connections 512; }}
        http {{
          log_format ids '$name $remote_port $msec'; access_log {site.log} ids;
          map $uri $name {{ "~^/r/(?<x>.*)$" $x; default -; }}
          keepalive_timeout {seconds(server.timeout_s)}s; keepalive_requests 10000;
          server {{ listen {site.address}{' ssl' if tls else ''}; {tls} location / {{ return 200 "ok $name\\n"; }} }}
        }}""")], {}


def haproxy(site):
    """mode "408": answers connections that send no request in time with a 408."""
    wait = f"{int(site.server.timeout_s * 1000)}ms"
    request = wait if site.server.mode == "408" else "5s"
    return ["haproxy", "-db", "-f", site.write("haproxy.cfg", f"""
global
  log stdout format raw local0 info
defaults
  mode http
  timeout client 15s
  timeout connect 2s
  timeout server 10s
  timeout http-keep-alive {wait}
  timeout http-request {request}
  log global
  log-format "%[var(txn.id)] %cp %Ts.%ms"
frontend front
  bind {site.address}
  http-request set-var(txn.id) path,field(3,/)
  http-request return status 200 content-type text/plain lf-string "ok %[var(txn.id)]\\n"
""")], {}


def _document(site):
    """A file that is the answer to everything."""
    os.makedirs(site.stage.path("www"), exist_ok=True)
    site.write("www/ok.txt", "ok\n")
    return site.stage.path("www")


_APACHE_MODULES = ("mpm_event", "authz_core", "rewrite")


def apache(site):
    """The event MPM. It shuts down its sending side and reads on for two seconds."""
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in _APACHE_MODULES)
    return ["apache2", "-DFOREGROUND", "-f", site.write("apache.conf", f"""
ServerRoot /etc/apache2
ServerName lab.test
PidFile {site.stage.path("apache.pid")}
Listen {site.address}
{modules}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout {seconds(site.server.timeout_s)}
ErrorLog {site.stage.path("apache.log")}
LogFormat "%{{X-Request-Id}}i %{{remote}}p" ids
CustomLog {site.log} ids
DocumentRoot {_document(site)}
RewriteEngine On
RewriteRule ^/r/ /ok.txt [L]
<Directory {site.stage.path("www")}>
  Require all granted
</Directory>
""")], {}


def lighttpd(site):
    """Looks at its connections once a second. It shuts down its sending side and reads on."""
    return ["lighttpd", "-D", "-f", site.write("lighttpd.conf", f"""
server.modules = ("mod_rewrite", "mod_accesslog")
server.document-root = "{_document(site)}"
server.bind = "{site.ip}"
server.port = {site.server.port}
server.max-keep-alive-idle = {int(site.server.timeout_s)}
server.max-keep-alive-requests = 1000
url.rewrite-once = ("^/r/(.*)$" => "/ok.txt")
accesslog.filename = "{site.log}"
accesslog.format = "%{{X-Request-Id}}i %s"
""")], {}


def caddy(site):
    """A static program: the witness cannot be preloaded, its closes are not written down."""
    return ["caddy", "run", "--adapter", "caddyfile", "--config", site.write("Caddyfile", f"""
{{
  admin off
  auto_https off
  servers {{
    timeouts {{
      idle {seconds(site.server.timeout_s)}s
    }}
  }}
}}
http://:{site.server.port} {{
  bind {site.ip}
  log {{
    output file {site.log}
  }}
  respond "ok"
}}
""")], {"HOME": site.stage.folder}
