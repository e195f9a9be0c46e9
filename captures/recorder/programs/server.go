// server ADDRESS IDLE_TIMEOUT_S LOG: net/http; answers every request and writes its id and the client's port to LOG.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"strconv"
	"time"
)

func main() {
	idle, err := strconv.ParseFloat(os.Args[2], 64)
	if err == nil {
		var log *os.File
		log, err = os.OpenFile(os.Args[3], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, port, _ := net.SplitHostPort(r.RemoteAddr)
			fmt.Fprintf(log, "%s %s %d\n", path.Base(r.URL.Path), port, time.Now().UnixMicro())
			io.Copy(io.Discard, r.Body)
			fmt.Fprintf(w, "ok %s\n", path.Base(r.URL.Path))
		})
		server := http.Server{Addr: os.Args[1], Handler: handler, IdleTimeout: time.Duration(idle * 1e9)}
		if err == nil {
			err = server.ListenAndServe()
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
