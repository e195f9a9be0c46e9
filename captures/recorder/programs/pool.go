// pool CONFIG.json RECORDS.jsonl: Go's http.Transport; each worker has one of its own.
//
// Go calls the kernel itself, so the witness cannot be preloaded: connections are wrapped, and the same lines are
// written from here to $WITNESS.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

var journal *os.File
var records *os.File
var lock sync.Mutex

func seconds() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

// The kernel's view: state and bytes received. The offset is that of tcpi_bytes_received in linux/tcp.h.
func look(raw syscall.RawConn) (state int, received uint64) {
	state = -1
	raw.Control(func(fd uintptr) {
		var info [256]byte
		size := uint32(len(info))
		_, _, err := syscall.Syscall6(syscall.SYS_GETSOCKOPT, fd, syscall.IPPROTO_TCP, syscall.TCP_INFO,
			uintptr(unsafe.Pointer(&info[0])), uintptr(unsafe.Pointer(&size)), 0)
		if err == 0 {
			state, received = int(info[0]), *(*uint64)(unsafe.Pointer(&info[128]))
		}
	})
	return
}

type witnessed struct {
	net.Conn
	raw    syscall.RawConn
	number int64
}

func (c witnessed) write(op string, t float64, state int, received uint64, n int, err error, head string) {
	state2, received2 := look(c.raw)
	if err == io.EOF {
		n = 0
	} else if err != nil {
		n = -1
	}
	line, _ := json.Marshal(map[string]any{"op": op, "t": t, "pid": os.Getpid(), "fd": c.number,
		"local": c.LocalAddr().String(), "peer": c.RemoteAddr().String(), "state": state, "state2": state2,
		"rcv": received, "rcv2": received2, "pend": 0, "n": n, "err": 0, "type": -1, "head": head})
	lock.Lock()
	defer lock.Unlock()
	journal.Write(append(line, '\n'))
}

func (c witnessed) Write(b []byte) (int, error) {
	state, received := look(c.raw)
	t := seconds()
	n, err := c.Conn.Write(b)
	head, _, _ := strings.Cut(string(b), "\r\n")
	c.write("send", t, state, received, n, err, head)
	return n, err
}

func (c witnessed) Read(b []byte) (int, error) {
	state, received := look(c.raw)
	n, err := c.Conn.Read(b)
	c.write("recv", seconds(), state, received, n, err, "")
	return n, err
}

func (c witnessed) Close() error {
	state, received := look(c.raw)
	c.write("close", seconds(), state, received, 0, nil, "")
	return c.Conn.Close()
}

var opened int64

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	lock.Lock()
	opened++
	c := witnessed{conn, raw, opened}
	lock.Unlock()
	state, received := look(raw)
	c.write("connect", seconds(), state, received, 0, nil, "")
	return c, nil
}

func ask(client *http.Client, method, url string) (int, error) {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func main() {
	var config struct {
		URL  string `json:"url"`
		Work [][][3]any
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err == nil {
		records, err = os.Create(os.Args[2])
	}
	if err == nil {
		journal, err = os.OpenFile(os.Getenv("WITNESS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var all sync.WaitGroup
	for worker, steps := range config.Work {
		all.Add(1)
		go func(worker int, steps [][3]any) {
			defer all.Done()
			client := &http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: 8 * time.Second}
			for _, step := range steps {
				id, method := step[0].(string), step[2].(string)
				time.Sleep(time.Duration(step[1].(float64) * 1e9))
				record := map[string]any{"id": id, "worker": worker, "method": method, "t_send": seconds()}
				status, err := ask(client, method, config.URL+id)
				record["t_result"] = seconds()
				if err != nil {
					record["error"], record["status"] = err.Error(), nil
				} else {
					record["error"], record["status"] = nil, status
				}
				line, _ := json.Marshal(record)
				lock.Lock()
				records.Write(append(line, '\n'))
				lock.Unlock()
			}
		}(worker, steps)
	}
	all.Wait()
}
