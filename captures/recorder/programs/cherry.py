"""cherry.py HOST PORT [TIMEOUT_S]: CherryPy with an application that answers every request. $APP_LOG as in app.py."""

import sys

import app
import cheroot.server
import cherrypy

host, port, timeout = sys.argv[1:]
# By default all but ten connections are closed after each answer.
cheroot.server.HTTPServer.keep_alive_conn_limit = 1000
cherrypy.tree.graft(app.wsgi, "/")
cherrypy.config.update({
    "server.socket_host": host, "server.socket_port": int(port), "server.thread_pool": 32, "engine.autoreload.on": False,
    "log.screen": False})
if timeout:
    cherrypy.config.update({"server.socket_timeout": float(timeout)})
cherrypy.engine.start()
cherrypy.engine.block()
