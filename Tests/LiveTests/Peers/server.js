// node's HTTP server with a short keep-alive timeout. Arguments: port, timeout in ms, log file.
// The log has the path of every request that reached the application.
const fs = require("fs");
const http = require("http");
const [port, timeout, log] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  fs.appendFileSync(log, request.url + "\n");
  response.end("hello\n");
});
server.keepAliveTimeout = Number(timeout);
server.listen(Number(port), "0.0.0.0", () => console.log("ready"));
